import { Fragment, type ReactElement } from 'react';
import { wordOf, type HealthWord } from '../../../core/health/health-rules';
import type { HealthsState } from '../../../core/contract/app-health';
import type { Tone } from '../../components/notice';
import { useText } from '../../text';

const tones: Readonly<Record<HealthWord, Tone | undefined>> = {
  good: 'good',
  warning: 'warn',
  bad: 'bad',
  'not-known': undefined,
};

interface HealthLineProps {
  readonly shown: HealthsState[number];
  readonly className?: string;
}

/** A drive's health in one line: a word, and the two figures that matter. */
export function HealthLine({ shown: { health, findings }, className }: HealthLineProps): ReactElement {
  const text = useText().health;
  const word = wordOf(health, findings);
  return (
    <p className={className} title={text.line(health, findings)}>
      <span className="toned" data-tone={tones[word]}>
        {text.onCard(text.word[word])}
      </span>
      {text.figures(health, findings).map((figure) => (
        <Fragment key={figure}>
          {' · '}
          <span className="nowrap">{figure}</span>
        </Fragment>
      ))}
    </p>
  );
}
