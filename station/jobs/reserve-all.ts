import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { required } from '../../core/base/required';
import { confirmationOf, driveLabel } from '../../core/drive/drive';
import { machineHeld } from '../drives/finished-drive';
import { isAway } from '../helper-client/away';
import type { HelperClient } from '../helper-client/helper-client';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { BatchPlan, BatchRequest, LeftOut, PlannedJob } from './batch-plan';
import { leftOutOf } from './rack-agents';
import { requireReadable } from './require-readable';
import type { BatchDependencies, ReservedJob, UnshownContent } from './run-job';

/**
 * Opens every drive, each in the helper that may. All or none, but for machines of a rack that do not answer: those are left out, as
 * long as one drive is there.
 */
export async function reserveAll(
  request: BatchRequest,
  plan: BatchPlan,
  dependencies: BatchDependencies,
): Promise<{ readonly reserved: ReservedJob[]; readonly leftOut: readonly LeftOut[] }> {
  const { helpers } = dependencies;
  const leftOut: LeftOut[] = [];
  const reserved: ReservedJob[] = [];
  const problems: unknown[] = [];
  const take = <Value>(jobs: readonly PlannedJob[], result: PromiseSettledResult<Value>): Value | null => {
    if (result.status === 'fulfilled') return result.value;
    const error: unknown = result.reason;
    if (!jobs.every(({ drive }) => isAway(drive, error))) problems.push(error);
    else leftOut.push(...jobs.map((job) => leftOutOf(job, error)));
    return null;
  };
  const clients = await Promise.allSettled(plan.jobs.map(({ drive }) => helpers.forDrive(drive)));
  const byHelper = new Map<HelperClient, PlannedJob[]>();
  for (const [index, result] of clients.entries()) {
    const job = required(plan.jobs[index], 'the job of a helper');
    const client = take([job], result);
    if (client !== null) byHelper.set(client, [...(byHelper.get(client) ?? []), job]);
  }
  try {
    if (problems.length > 0) throw problems[0];
    const held = await Promise.allSettled(
      [...byHelper].map(([client, jobs]) => reserveIn(client, jobs, request, plan, dependencies)),
    );
    for (const [index, result] of held.entries()) {
      reserved.push(...(take([...byHelper.values()][index] ?? [], result) ?? []));
    }
    if (problems.length > 0) throw problems[0];
    if (reserved.length === 0) throw new PrestageError(required(leftOut[0], 'why no drive is held').reason);
    // All are held by now, so that a refusal gives all of them back.
    for (const held of reserved) await requireReadable(held, request.benchDirectory, dependencies.paths);
    const unshown = reserved.flatMap((held) => unshownContent(held, dependencies.ledger) ?? []);
    const [first] = unshown;
    if (first !== undefined && (await dependencies.onUnshown?.(unshown)) !== true) throw notShown(first);
    const found = reserved.map((held) => ({
      ...held,
      foundMachine: unshown.find(({ drive }) => drive === held.planned.drive)?.holdsMachine ?? null,
    }));
    return { reserved: found, leftOut };
  } catch (error) {
    await Promise.allSettled(
      reserved.map(({ client, reservation }) => client.call('releaseDrive', { reservation })),
    );
    throw error;
  }
}

async function reserveIn(
  client: HelperClient,
  jobs: readonly PlannedJob[],
  request: BatchRequest,
  plan: BatchPlan,
  { signal }: BatchDependencies,
): Promise<ReservedJob[]> {
  const { reservations } = await client.call(
    'reserveDrives',
    {
      drives: jobs.map(({ drive }) => ({ driveId: drive.id, confirmed: confirmationOf(drive) })),
      benchDirectory: request.benchDirectory,
      protectedPaths: [...plan.protectedPaths],
    },
    { signal },
  );
  return jobs.map((planned, index) => {
    const held = required(reservations[index], `the reservation of drive ${planned.drive.id}`);
    const { reservation, diskGuid } = held;
    return { planned, client, reservation, previousDiskGuid: diskGuid, foundMachine: null };
  });
}

/**
 * What is on the drive, where the operator was not shown it: an ordinary user's listing may not tell it, and another program
 * of this station may have finished the drive since (docs/adr/0028).
 * @returns null when nothing was hidden
 */
function unshownContent(
  { planned, previousDiskGuid }: ReservedJob,
  ledger: Pick<LedgerReader, 'pastOf'>,
): UnshownContent | null {
  const { drive } = planned;
  const diskGuid = previousDiskGuid ?? null;
  const holdsMachine = diskGuid === null ? null : machineHeld({ ...drive, diskGuid }, ledger);
  if (diskGuid === null || holdsMachine === null || holdsMachine === planned.holdsMachine) return null;
  return { drive, holdsMachine, diskGuid };
}

/** The refusal of a drive whose content was not shown, and that nobody was asked about. */
function notShown({ drive, holdsMachine }: UnshownContent): PrestageError {
  return new PrestageError({
    code: 'drive-changed',
    message: `The ${driveLabel(drive)} holds the finished image of machine ${sanitizeForDisplay(holdsMachine)}, which was not shown when you were asked.`,
    remedy: 'Nothing was written. Start again: the question names that machine now.',
  });
}
