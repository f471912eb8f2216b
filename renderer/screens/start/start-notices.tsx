import type { ReactElement } from 'react';
import { atStart, sanitizeForDisplay } from '../../../core/base/display';
import { ErrorCard } from '../../components/error-card';
import { Notice } from '../../components/notice';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** Why the start would be refused, told before anybody holds the button. */
export function StartRefusals(): ReactElement | null {
  const text = useText().bench.start;
  const refusals = useApp(({ startPlan }) => startPlan.refusals);
  if (refusals.length === 0) return null;
  return (
    <section aria-label={text.wouldRefuse} className="stack">
      <h3 className="toned" data-tone="bad">
        {text.wouldRefuse}
      </h3>
      {refusals.map((error) => (
        <ErrorCard key={error.code + error.message} error={error} />
      ))}
    </section>
  );
}

/** What to know of loader, drivers and files, though nothing is refused for it. */
export function StartWarnings(): ReactElement | null {
  const text = useText().bench.start;
  const warnings = useApp(({ startPlan }) => startPlan.warnings);
  // What is refused comes first, and the list needs the room.
  const refused = useApp(({ startPlan }) => startPlan.refusals.length > 0);
  if (warnings.length === 0 || refused) return null;
  return (
    <Notice tone="warn" title={<h3>{text.warnings}</h3>}>
      <ul className="bullets">
        {warnings.map((warning) => (
          <li key={warning}>{atStart(sanitizeForDisplay(warning, 500))}</li>
        ))}
      </ul>
    </Notice>
  );
}
