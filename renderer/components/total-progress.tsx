import type { ReactElement } from 'react';
import { useTotal } from '../store/progress';
import { useText } from '../text';
import { ProgressBar } from './progress-bar';
import './total-progress.css';

/** How far all drives are, or how they ended: one line, as high in any case. */
export function TotalProgress(): ReactElement {
  const { progress: text, flow } = useText();
  const total = useTotal();
  if (total === null) return <p className="soft small">{flow.notRunning}</p>;
  const bad = total.failed > 0;
  if (total.over) {
    const tone = bad ? 'bad' : total.stopped > 0 ? 'warn' : 'good';
    const words = text.end(total);
    return (
      <p className="total total-end toned clipped" data-tone={tone} title={words}>
        {words}
      </p>
    );
  }
  return (
    <div className="total total-figures">
      <strong className="total-percent">{text.percent(total.percent)}</strong>
      <ProgressBar thick label={text.label} percent={total.percent} />
      {total.secondsLeft !== null && <span>{text.left(total.secondsLeft)}</span>}
      <span className="soft">{text.running(total)}</span>
      {bad && (
        <span className="toned" data-tone="bad">
          {text.failed(total.failed)}
        </span>
      )}
    </div>
  );
}
