import { outcomeOf } from '../../core/job/total-progress';
import type { MediaState } from '../../core/media/media-state';
import type { ScanOutcome } from '../../core/scan/scan-outcome';
import type { BatchService } from './batch-service';
import type { BootTests } from './boot-tests';
import type { DriveList } from './drive-list';
import type { JobService } from './job-service';
import type { MediaVerifier } from './media-verifier';
import type { OrderService } from './order-service';
import type { PairingService } from './pairing-service';

export interface MarkedServices {
  readonly batch: Pick<BatchService, 'state'>;
  readonly bootTests: Pick<BootTests, 'states'>;
  readonly drives: Pick<DriveList, 'state'>;
  readonly jobs: Pick<JobService, 'jobs'>;
  readonly media: Pick<MediaVerifier, 'state' | 'path' | 'wanted'>;
  readonly orders: Pick<OrderService, 'changes'>;
  readonly pairing: Pick<PairingService, 'mark'>;
}

/** Everything on the bench that words about a scan may depend on, as one text. Not how far anything is: only that it ended. */
export function benchMark(app: MarkedServices, outcome: ScanOutcome): string {
  const { batch, bootTests, drives, jobs, media, orders, pairing } = app;
  const { operator, workOrder, imageIndex, layout } = batch.state;
  return JSON.stringify([
    pairing.mark,
    [operator, workOrder, imageIndex, layout],
    [mediaMark(media.state.status, outcome), media.path, media.wanted],
    orders.changes,
    drives.state.drives.map(({ id, bay, verdict }) => [id, bay, verdict]),
    jobs.jobs.map(({ driveId, machineSerial, state, canCancel }) => [
      ...[driveId, machineSerial, outcomeOf(state), canCancel],
    ]),
    bootTests.states.map(({ driveId, status }) => [driveId, status]),
  ]);
}

/** A media file that a scan chose, or whose hash it gave, is read because of that scan: only its refusal is news. */
function mediaMark(status: MediaState['status'], { result, kind }: ScanOutcome): string {
  const ofMedia = result === 'accepted' && (kind === 'sha256' || kind === 'ticket');
  return ofMedia && status !== 'refused' && status !== 'none' ? 'chosen' : status;
}
