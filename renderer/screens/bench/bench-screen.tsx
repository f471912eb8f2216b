import { Button } from '@mantine/core';
import { IconRefresh, IconDatabasePlus } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { send } from '../../actions';
import { Busy } from '../../components/busy';
import { ErrorCard } from '../../components/error-card';
import { useApp } from '../../store/app-store';
import { densityOf } from '../../store/selectors';
import { useText } from '../../text';
import { BayCard } from './bay-card';
import './bench.css';
import './card.css';
import './card-ended.css';
import { DriveDetails } from './drive-details';
import { Strip } from './strip';

function ListingError(): ReactElement | null {
  const text = useText();
  const error = useApp(({ drives }) => drives.error);
  const stale = useApp(({ drives }) => drives.bays.length > 0);
  if (error === null) return null;
  return (
    <section aria-label={text.bench.emptyState.failedTitle} className="listing-error">
      <ErrorCard error={error}>
        {stale && <p className="soft">{text.bench.emptyState.stale}</p>}
        <Button
          leftSection={<IconRefresh size={18} aria-hidden />}
          onClick={() => {
            send('refreshDrives', {});
          }}
        >
          {text.common.tryAgain}
        </Button>
      </ErrorCard>
    </section>
  );
}

function Rack(): ReactElement {
  const text = useText().bench;
  const bays = useApp(({ drives }) => drives.bays);
  const density = densityOf(bays.length);
  return (
    <section className="rack-region" aria-label={text.rack}>
      <ul className="rack" data-density={density}>
        {bays.map(({ label, driveId }) => (
          <BayCard key={label} label={label} driveId={driveId} density={density} />
        ))}
      </ul>
    </section>
  );
}

/** The rack of drives, and how far the batch is. */
export function BenchScreen(): ReactElement {
  const text = useText().bench;
  const bays = useApp(({ drives }) => drives.bays.length);
  // On a new station the only drive is often the one that it runs from.
  const idle = useApp(
    ({ drives, jobs }) => jobs.length === 0 && drives.drives.every(({ verdict }) => verdict === 'blocked'),
  );
  const failed = useApp(({ drives }) => drives.error !== null);
  const refusal = useApp(({ pairing }) => (pairing.armed ? null : pairing.refusal));
  return (
    <div className="bench">
      <h1 className="unseen">{text.title}</h1>
      <Strip />
      {refusal !== null && <ErrorCard error={refusal} />}
      <ListingError />
      {bays > 0 && <Rack />}
      {idle && !failed && <EmptyBench />}
      <DriveDetails />
    </div>
  );
}

/** No bay and no drive: says how drives get here, and offers virtual ones to practise on. */
export function EmptyBench(): ReactElement {
  const text = useText().bench;
  const listed = useApp(({ drives }) => drives.listed);
  const attached = useApp(({ drives }) => drives.drives.length > 0);
  const training = useApp(({ station }) => station.benchDirectory !== null);
  if (!listed) {
    return (
      <div className="empty-bench">
        <Busy>{text.emptyState.looking}</Busy>
      </div>
    );
  }
  return (
    <section className="stack empty-bench">
      <IconDatabasePlus size={56} stroke={1.5} aria-hidden />
      <h2>{attached ? text.emptyState.noneEligible : text.emptyState.title}</h2>
      <p>{text.emptyState.intro}</p>
      <ul className="bullets">
        {text.emptyState.ways.map((way) => (
          <li key={way}>{way}</li>
        ))}
      </ul>
      {!training && (
        <div className="stack surface empty-bench-training">
          <p>{text.emptyState.training}</p>
          <Button
            variant="light"
            onClick={() => {
              send('useTrainingBench', { training: true });
            }}
          >
            {text.emptyState.trainingButton}
          </Button>
        </div>
      )}
    </section>
  );
}
