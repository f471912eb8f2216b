import { Button } from '@mantine/core';
import { IconRefresh, IconDatabasePlus } from '@tabler/icons-react';
import { useMemo, useRef, type ReactElement } from 'react';
import { rackGrid } from '../../../core/drive/rack-shape';
import { benchDrives } from '../../../core/job/tell-interval';
import { send } from '../../actions';
import { Busy } from '../../components/busy';
import { ErrorCard } from '../../components/error-card';
import { Notice } from '../../components/notice';
import { useApp } from '../../store/app-store';
import { askingMachines } from '../../store/selectors';
import { showScreen } from '../../store/view-store';
import { useText } from '../../text';
import { DatesNotice } from '../media/dates-notice';
import { useAppSettings } from '../settings/app-settings';
import { ControllerNotes } from '../live/controller-notes';
import { BayCard, isNamed } from './bay-card';
import './bench.css';
import './card.css';
import './card-ended.css';
import { useBeyondWindow } from './beyond-window';
import { useDensity } from './cell-size';
import { DriveDetails } from './drive-details';
import { RackView } from './rack/rack-view';
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

/** Machines that ask to be let into the rack: their codes are compared on a screen of its own. */
function MachinesAsk(): ReactElement | null {
  const text = useText().machines.asking;
  const asking = useApp(askingMachines);
  if (asking === 0) return null;
  return (
    <Notice
      tone="info"
      role="status"
      title={text.count(asking)}
      actions={
        <Button
          size="sm"
          onClick={() => {
            showScreen('machines');
          }}
        >
          {text.go}
        </Button>
      }
    />
  );
}

/** The bays, a card each, as the window and the rack's shape have room for them. */
function Rack(): ReactElement {
  const words = useText();
  const text = words.bench;
  const bays = useApp(({ drives }) => drives.bays);
  const shape = useApp(({ settings }) => settings.desk.rack);
  const named = useMemo(() => bays.some(({ label }) => isNamed(label, words)), [bays, words]);
  const grid = useMemo(() => rackGrid(shape, bays.length, named), [shape, bays.length, named]);
  const region = useRef<HTMLElement>(null);
  const density = useDensity(region, grid);
  const list = useRef<HTMLUListElement>(null);
  useBeyondWindow(list, bays);
  return (
    <section ref={region} className="rack-region" aria-label={text.rack}>
      <ul
        ref={list}
        className="rack"
        data-density={density}
        style={{
          gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))`,
          gridTemplateRows: `repeat(${grid.rows}, minmax(var(--card-height), 1fr))`,
        }}
      >
        {bays.map(({ label, driveId }, index) => (
          <BayCard
            key={label}
            {...{ label, driveId, density }}
            place={grid.places[index]}
            described={bays.length > benchDrives}
          />
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
  const { benchView: view } = useAppSettings();
  const refusal = useApp(({ pairing }) => (pairing.armed ? null : pairing.refusal));
  return (
    <div className="bench">
      <h1 className="unseen">{text.title}</h1>
      <Strip views={bays > 0 && !(idle && view === 'rack')} />
      {refusal !== null && <ErrorCard error={refusal} />}
      <DatesNotice />
      <ControllerNotes />
      <MachinesAsk />
      <ListingError />
      {bays > 0 && (view === 'rack' && !idle ? <RackView /> : <Rack />)}
      {idle && !failed && <EmptyBench />}
      {view === 'cards' && <DriveDetails />}
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
