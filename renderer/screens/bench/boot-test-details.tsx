import { Button, Progress } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { AppBootTest } from '../../../core/contract/app-bench';
import { formatDuration } from '../../../core/base/display';
import { tell } from '../../actions';
import { ErrorCard } from '../../components/error-card';
import { Facts } from '../../components/details';
import { Mono } from '../../components/mono';
import { RehearsalPicture } from '../../components/boot-test-picture';
import { useText } from '../../text';

interface RehearsalDetailsProps {
  readonly driveId: string;
  readonly bay: string;
  readonly rehearsal: AppBootTest | null;
}

/** Starting a finished drive in a virtual machine: the button, how far it is, and what came of it. */
export function RehearsalDetails({ driveId, bay, rehearsal }: RehearsalDetailsProps): ReactElement {
  const text = useText().bench.rehearsal;
  if (rehearsal?.status === 'running') {
    const percent = rehearsal.limit === 0 ? 0 : (rehearsal.seconds / rehearsal.limit) * 100;
    return (
      <>
        <p>{text.running(formatDuration(rehearsal.seconds), formatDuration(rehearsal.limit))}</p>
        <Progress value={percent} aria-label={text.progress(bay)} />
        <div className="details-actions">
          <Button
            aria-label={text.action(text.cancel, bay)}
            leftSection={<IconPlayerStop size={18} aria-hidden />}
            onClick={() => {
              tell('cancelRehearsal', { driveId });
            }}
          >
            {text.cancel}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      {rehearsal === null && <p className="details-hint">{text.hint}</p>}
      {rehearsal?.status === 'failed' && <ErrorCard error={rehearsal.error} />}
      {rehearsal?.status === 'ended' && <Ended rehearsal={rehearsal} />}
      <div className="details-actions">
        <Button
          aria-label={text.action(rehearsal === null ? text.start : text.again, bay)}
          leftSection={<IconPlayerPlay size={18} aria-hidden />}
          onClick={() => {
            tell('rehearseDrive', { driveId });
          }}
        >
          {rehearsal === null ? text.start : text.again}
        </Button>
      </div>
    </>
  );
}

function Ended({
  rehearsal,
}: {
  readonly rehearsal: Extract<AppBootTest, { status: 'ended' }>;
}): ReactElement {
  const bench = useText().bench;
  const text = bench.rehearsal;
  const { verdict, picture, ledgerEntry } = rehearsal;
  return (
    <>
      <p className="rehearsal-verdict" data-passed={verdict.passed}>
        {verdict.passed ? text.passed : text.failed}
      </p>
      <Facts
        facts={[
          { name: text.seen, value: verdict.what },
          { name: text.took, value: formatDuration(verdict.seconds) },
          { name: text.secureBoot, value: verdict.secureBoot ? text.on : text.off },
          { name: bench.details.record, value: bench.details.recordNumber(ledgerEntry) },
          ...(verdict.console.length === 0
            ? []
            : [{ name: text.console, value: <Mono>{verdict.console.slice(-8).join('\n')}</Mono> }]),
        ]}
      />
      {picture !== null && <RehearsalPicture sha256={picture} />}
    </>
  );
}
