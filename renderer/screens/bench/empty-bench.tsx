import { Button } from '@mantine/core';
import { IconDatabasePlus } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { tell } from '../../actions';
import { Busy } from '../../components/busy';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

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
              tell('useTrainingBench', { training: true });
            }}
          >
            {text.emptyState.trainingButton}
          </Button>
        </div>
      )}
    </section>
  );
}
