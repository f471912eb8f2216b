import { Button } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { AppBootTest } from '../../../core/contract/app-bench';
import { formatDuration } from '../../../core/base/display';
import { send } from '../../actions';
import { ErrorCard } from '../../components/error-card';
import { DetailList } from '../../components/details';
import { Notice } from '../../components/notice';
import { ProgressBar } from '../../components/progress-bar';
import { Mono } from '../../components/mono';
import { BootTestPicture } from '../../components/boot-test-picture';
import { useText } from '../../text';

interface BootTestDetailsProps {
  readonly driveId: string;
  readonly bay: string;
  readonly bootTest: AppBootTest | null;
}

/** Starting a finished drive in a virtual machine: the button, how far it is, and what came of it. */
export function BootTestDetails({ driveId, bay, bootTest }: BootTestDetailsProps): ReactElement {
  const text = useText().bench.rehearsal;
  if (bootTest?.status === 'running') {
    const percent = bootTest.limit === 0 ? 0 : (bootTest.seconds / bootTest.limit) * 100;
    return (
      <>
        <p>{text.running(formatDuration(bootTest.seconds), formatDuration(bootTest.limit))}</p>
        <ProgressBar label={text.progress(bay)} percent={percent} />
        <div className="row">
          <Button
            aria-label={text.action(text.cancel, bay)}
            leftSection={<IconPlayerStop size={18} aria-hidden />}
            onClick={() => {
              send('cancelBootTest', { driveId });
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
      {bootTest === null && <Notice tone="info">{text.hint}</Notice>}
      {bootTest?.status === 'failed' && <ErrorCard error={bootTest.error} />}
      {bootTest?.status === 'ended' && <Ended bootTest={bootTest} />}
      <div className="row">
        <Button
          aria-label={text.action(bootTest === null ? text.start : text.again, bay)}
          leftSection={<IconPlayerPlay size={18} aria-hidden />}
          onClick={() => {
            send('bootTestDrive', { driveId });
          }}
        >
          {bootTest === null ? text.start : text.again}
        </Button>
      </div>
    </>
  );
}

function Ended({ bootTest }: { readonly bootTest: Extract<AppBootTest, { status: 'ended' }> }): ReactElement {
  const bench = useText().bench;
  const text = bench.rehearsal;
  const { verdict, picture, ledgerEntry } = bootTest;
  return (
    <>
      <p className="toned" data-tone={verdict.passed ? 'good' : 'bad'}>
        {verdict.passed ? text.passed : text.failed}
      </p>
      <DetailList
        details={[
          { name: text.seen, value: verdict.what },
          { name: text.took, value: formatDuration(verdict.seconds) },
          { name: text.secureBoot, value: verdict.secureBoot ? text.on : text.off },
          ...(verdict.trusted === undefined
            ? []
            : [{ name: text.trusted, value: verdict.trusted.join(', ') || text.trustsNone }]),
          { name: bench.details.record, value: bench.details.recordNumber(ledgerEntry) },
          ...(verdict.console.length === 0
            ? []
            : [{ name: text.console, value: <Mono>{verdict.console.slice(-8).join('\n')}</Mono> }]),
        ]}
      />
      {picture !== null && <BootTestPicture sha256={picture} />}
    </>
  );
}
