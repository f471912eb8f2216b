import type { ReactElement } from 'react';
import type { Tone } from './notice';
import './counts.css';

export interface Count {
  readonly name: string;
  readonly number: number;
  /** Shown while there are any. */
  readonly tone?: Tone | undefined;
  /** Not one of the others: behind a line. */
  readonly apart?: boolean;
}

interface CountsProps {
  readonly label: string;
  readonly counts: readonly Count[];
  /** In a frame, to be read from across the room. */
  readonly large?: boolean;
}

/** How many there are of each. */
export function Counts({ label, counts, large = false }: CountsProps): ReactElement {
  return (
    <dl className={large ? 'counts counts-large surface' : 'counts'} aria-label={label}>
      {counts.map(({ name, number, tone, apart = false }) => (
        <div
          key={name}
          className={apart ? 'count count-apart' : 'count'}
          data-tone={tone}
          data-none={number === 0}
        >
          <dd>{number}</dd>
          <dt>{name}</dt>
        </div>
      ))}
    </dl>
  );
}
