import { Button } from '@mantine/core';
import { IconEraser } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import type { AppErasure } from '../../../core/contract/app-erase';
import type { Drive } from '../../../core/drive/drive';
import { send } from '../../actions';
import { DetailList } from '../../components/details';
import { ErrorCard } from '../../components/error-card';
import { Notice } from '../../components/notice';
import { ProgressBar } from '../../components/progress-bar';
import { useApp } from '../../store/app-store';
import { erasePlanOf } from '../../store/selectors';
import { useText } from '../../text';
import { EraseHow, EraseOverlay } from './erase-overlay';
import { ErasureActions, percentOf } from './erasure-body';

interface EraseDetailsProps {
  readonly drive: Drive;
  readonly bay: string;
  readonly erasure: AppErasure | null;
  /** It can be erased: it is paired with no machine, and has no card of a job. */
  readonly free: boolean;
}

const tones = { erased: 'good', 'not-erased': 'bad', 'not-known': 'warn' } as const;

/** Erasing a drive for no machine: how it would be done, the button, how far it is, and what came of it. */
export function EraseDetails({ drive, bay, erasure, free }: EraseDetailsProps): ReactElement {
  const words = useText();
  const text = words.erase;
  const plan = useApp((state) => erasePlanOf(state, drive.id));
  const [listed, setListed] = useState(false);
  const percent = erasure === null ? null : percentOf(erasure);
  return (
    <>
      {erasure?.status === 'running' && (
        <>
          <p>{percent === null ? text.noPercent : words.bench.percent(percent)}</p>
          <ProgressBar label={text.progress(bay)} percent={percent ?? 0} />
        </>
      )}
      {erasure?.status === 'failed' && <ErrorCard error={erasure.error} />}
      {erasure?.status === 'ended' && (
        <Notice tone={tones[erasure.sanitised.outcome]} title={text.word(erasure)}>
          <DetailList details={text.lines(erasure.sanitised).map(([name, value]) => ({ name, value }))} />
          <p>{words.bench.details.recordNumber(erasure.ledgerEntry)}</p>
        </Notice>
      )}
      {erasure !== null && (
        <div className="row">
          <ErasureActions bay={bay} erasure={erasure} />
        </div>
      )}
      {erasure?.status !== 'running' && free && (
        <>
          <p className="soft">{text.hint}</p>
          <EraseHow plan={plan} />
          <div className="row">
            {plan === null && (
              <Button
                aria-label={text.action(text.list.ask, bay)}
                onClick={() => {
                  send('readErase', { driveIds: [drive.id] });
                }}
              >
                {text.list.ask}
              </Button>
            )}
            <Button
              aria-label={text.action(text.open(1), bay)}
              leftSection={<IconEraser size={18} aria-hidden />}
              onClick={() => {
                setListed(true);
              }}
            >
              {text.open(1)}
            </Button>
          </div>
        </>
      )}
      {listed && (
        <EraseOverlay
          driveIds={[drive.id]}
          onClose={() => {
            setListed(false);
          }}
        />
      )}
    </>
  );
}
