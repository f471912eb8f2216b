import type { ReactElement } from 'react';
import { formatTime } from '../../format';
import { DetailList, type Detail } from '../../components/details';
import { useApp } from '../../store/app-store';
import { Panel } from '../../components/panel';
import { remedyInApp } from '../../remedy';
import { useText } from '../../text';

/** How far the plant's database is behind this station's log. */
export function FleetSection(): ReactElement {
  const words = useText();
  const text = words.settings.fleet;
  const { status, behind, caughtUpAt, lastError } = useApp((state) => state.fleet);
  const details: Detail[] = [{ name: text.status, value: text.statuses[status] }];
  if (behind !== null && behind > 0) details.push({ name: text.behind, value: String(behind) });
  if (caughtUpAt !== null) {
    details.push({ name: text.caughtUpAt, value: formatTime(caughtUpAt) });
  }
  if (lastError !== null) {
    details.push(
      { name: text.what, value: lastError.message },
      { name: text.todo, value: remedyInApp(lastError, words) },
    );
  }
  return (
    <Panel id="settings-fleet" title={text.title} intro={text.intro}>
      <DetailList details={details} />
    </Panel>
  );
}
