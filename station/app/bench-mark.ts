import { outcomeOf } from '../../core/job/total-progress';
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
export function benchMark(app: MarkedServices): string {
  const { batch, bootTests, drives, jobs, media, orders, pairing } = app;
  const { operator, workOrder, imageIndex, layout } = batch.state;
  return JSON.stringify([
    pairing.mark,
    [operator, workOrder, imageIndex, layout],
    [media.state.status, media.path, media.wanted],
    orders.changes,
    drives.state.drives.map(({ id, bay, verdict }) => [id, bay, verdict]),
    jobs.jobs.map(({ driveId, machineSerial, state, canCancel }) => [
      ...[driveId, machineSerial, outcomeOf(state), canCancel],
    ]),
    bootTests.states.map(({ driveId, status }) => [driveId, status]),
  ]);
}
