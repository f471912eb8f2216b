import type { ReactElement } from 'react';
import { formatTime } from '../../format';
import { Facts, type Fact } from '../../components/details';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { Section } from './section';

/** How far the plant's database is behind this station's log. */
export function FleetSection(): ReactElement {
  const text = useText().settings.fleet;
  const { status, behind, caughtUpAt, lastError } = useApp((state) => state.fleet);
  const facts: Fact[] = [{ name: text.status, value: text.statuses[status] }];
  if (behind !== null && behind > 0) facts.push({ name: text.behind, value: String(behind) });
  if (caughtUpAt !== null) {
    facts.push({ name: text.caughtUpAt, value: formatTime(caughtUpAt) });
  }
  if (lastError !== null) {
    facts.push({ name: text.what, value: lastError.message }, { name: text.todo, value: lastError.remedy });
  }
  return (
    <Section id="settings-fleet" title={text.title} intro={text.intro}>
      <Facts facts={facts} />
    </Section>
  );
}
