import { sanitizeForDisplay } from '../base/display';
import type { Admission, RecordedAgent } from './admission';

/** The agent that wrote a drive, as log and certificate say it. */

/** How its machine was let into the rack, by whom, when. */
export function admissionWords({ how, by, time, serial }: Admission): string {
  const who = sanitizeForDisplay(by, 200);
  const when = `${time.slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ')} UTC`;
  const what =
    how === 'code' ? `${who} compared the code on its screen` : `${who} declared the network closed`;
  return `${what}, ${when}, as machine ${sanitizeForDisplay(serial, 100)}`;
}

/** What did the work on the machine. */
export function agentVersions({ versions }: RecordedAgent): string {
  return sanitizeForDisplay(
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    2000,
  );
}
