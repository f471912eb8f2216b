import { setTimeout as sleep } from 'node:timers/promises';
import { timeouts } from '../../core/base/timeouts';
import type { Helpers } from '../helper-client/helpers';
import type { Erasures } from './erasures';
import type { JobService } from './job-service';
import type { SizeChecks } from './size-checks';

/**
 * Waits until work on drives that was cancelled has ended and is recorded. A machine of a rack that does not answer is not waited for:
 * it lets go of its drives without its station, and takes the tables off.
 */
export async function endOfWork(
  {
    jobs,
    sizeChecks,
    erasures,
  }: {
    readonly jobs: Pick<JobService, 'settled'>;
    readonly sizeChecks: Pick<SizeChecks, 'close'>;
    readonly erasures: Pick<Erasures, 'close'>;
  },
  helpers: Pick<Helpers, 'leaveMachines'>,
): Promise<void> {
  const ended = Promise.all([jobs.settled(), sizeChecks.close(), erasures.close()]);
  const waits = new AbortController();
  const late = sleep(timeouts.rackGoodbye, null, { signal: waits.signal }).catch(() => undefined);
  await Promise.race([ended, late]);
  waits.abort();
  await helpers.leaveMachines();
  await ended;
}
