import { Button, Loader } from '@mantine/core';
import { IconDatabasePlus } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { tell } from '../../actions';
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
      <p className="empty-bench empty-bench-wait">
        <Loader size="sm" /> {text.emptyState.looking}
      </p>
    );
  }
  return (
    <section className="empty-bench">
      <IconDatabasePlus size={56} stroke={1.5} aria-hidden />
      <h2>{attached ? text.emptyState.noneEligible : text.emptyState.title}</h2>
      <p>{text.emptyState.intro}</p>
      <ul className="empty-bench-ways">
        {text.emptyState.ways.map((way) => (
          <li key={way}>{way}</li>
        ))}
      </ul>
      {!training && (
        <div className="empty-bench-training">
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
