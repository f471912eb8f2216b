import { Button } from '@mantine/core';
import { IconHeartbeat, IconPlayerStop } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { AppSizeCheck, HealthsState } from '../../../core/contract/app-health';
import type { Drive } from '../../../core/drive/drive';
import { send } from '../../actions';
import { DetailList } from '../../components/details';
import { ErrorCard } from '../../components/error-card';
import { HoldButton } from '../../components/hold-button';
import { Notice } from '../../components/notice';
import { ProgressBar } from '../../components/progress-bar';
import { formatTime } from '../../format';
import { useText } from '../../text';
import { HealthLine } from './health-line';

interface HealthDetailsProps {
  readonly drive: Drive;
  readonly bay: string;
  readonly shown: HealthsState[number] | null;
}

/** What a drive says of its health, all of it, and the button to ask it. */
export function HealthDetails({ drive, bay, shown }: HealthDetailsProps): ReactElement {
  const text = useText().health;
  if (drive.kind !== 'disk') return <p className="soft">{text.noneVirtual}</p>;
  const label = shown === null ? text.read : text.readAgain;
  return (
    <>
      {shown === null && <p className="soft">{text.notRead}</p>}
      {shown !== null && <HealthLine shown={shown} />}
      {shown?.health.known === false && <p className="soft">{shown.health.reason}</p>}
      {shown?.health.known === true && (
        <DetailList
          details={[
            ...text.rows(shown.health).map(([name, value]) => ({ name, value })),
            { name: text.readAt, value: formatTime(shown.health.readAt) },
          ]}
        />
      )}
      <div className="row">
        <Button
          aria-label={text.action(label, bay)}
          leftSection={<IconHeartbeat size={18} aria-hidden />}
          onClick={() => {
            send('readHealth', { driveId: drive.id });
          }}
        >
          {label}
        </Button>
      </div>
    </>
  );
}

interface SizeDetailsProps {
  readonly driveId: string;
  readonly bay: string;
  readonly check: AppSizeCheck | null;
  /** It can be erased: it is paired with no machine, and holds nothing that is finished. */
  readonly free: boolean;
}

/** Finding out a drive's real size: the button, how far it is, and what came of it. */
export function SizeDetails({ driveId, bay, check, free }: SizeDetailsProps): ReactElement {
  const words = useText();
  const text = words.health.size;
  if (check?.status === 'running') {
    const percent = check.total === 0 ? 0 : Math.floor((check.done / check.total) * 100);
    return (
      <>
        <p>{text.running(percent)}</p>
        <ProgressBar label={text.progress(bay)} percent={percent} />
        <div className="row">
          <Button
            aria-label={words.health.action(text.cancel, bay)}
            leftSection={<IconPlayerStop size={18} aria-hidden />}
            onClick={() => {
              send('cancelSizeCheck', { driveId });
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
      {check?.status === 'failed' && <ErrorCard error={check.error} />}
      {check?.status === 'ended' && (
        <Notice tone={check.check.verdict.what === 'whole' ? 'good' : 'bad'}>
          {text.said(text.words(check.check.verdict, check.check.bytes))}{' '}
          {words.bench.details.recordNumber(check.ledgerEntry)}
        </Notice>
      )}
      {free && (
        <>
          <p className="soft" id="size-check-hint">
            {text.hint}
          </p>
          <HoldButton
            label={text.start}
            holdingLabel={text.holding}
            describedBy="size-check-hint"
            onHeld={() => {
              send('checkSize', { driveId });
            }}
          />
        </>
      )}
    </>
  );
}
