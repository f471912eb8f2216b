import type { ReactElement } from 'react';
import { useApp } from '../store/app-store';
import { useText } from '../text';
import { ProgressBar } from './progress-bar';
import './total-progress.css';

/** How far all drives are, or how they ended, in large words. Nothing while no card shows one of them. */
export function TotalProgress(): ReactElement | null {
  const text = useText().progress;
  const total = useApp(({ progress }) => progress.total);
  if (total === null) return null;
  const bad = total.failed > 0;
  if (total.over) {
    const tone = bad ? 'bad' : total.stopped > 0 ? 'warn' : 'good';
    return (
      <p className="total total-end toned" data-tone={tone}>
        {text.end(total)}
      </p>
    );
  }
  return (
    <div className="total">
      <p className="total-figures">
        <strong className="total-percent">{text.percent(total.percent)}</strong>
        {total.secondsLeft !== null && <span>{text.left(total.secondsLeft)}</span>}
        <span className="soft">{text.running(total)}</span>
        {bad && (
          <span className="toned" data-tone="bad">
            {text.failed(total.failed)}
          </span>
        )}
      </p>
      <ProgressBar thick label={text.label} percent={total.percent} />
    </div>
  );
}
