import { dayOf } from '../base/day';
import type { DriveBefore } from '../job/drive-again';
import type { ScanOutcome } from '../scan/scan-outcome';

/** What is not written without a reason, and the refusals that ask for one. Pure. */

type Refused = Extract<ScanOutcome, { result: 'refused' }>;

/** What has to be known of drives, and of the reasons that were given. */
export interface ReasonContext {
  /** What is known of an attached drive that is only written for a reason. */
  readonly driveBefore: (driveId: string) => DriveBefore;
  /** Somebody gave a reason why this drive is written all the same. */
  readonly driveAllowed: (driveId: string) => boolean;
  /** Somebody gave a reason why this machine gets another drive. */
  readonly againAllowed: (machineSerial: string) => boolean;
}

const asking: ReadonlySet<Refused['reason']> = new Set([
  'machine-shipped',
  'drive-holds',
  'drive-failed-before',
]);

/** Whether a refusal is lifted by a reason. */
export function asksForReason({ reason }: Pick<Refused, 'reason'>): boolean {
  return asking.has(reason);
}

/**
 * Why a drive is not written before somebody said why, or null. Whoever gave a reason why a machine gets another drive has said
 * enough for the drive that holds this machine's own image.
 * @param machineSerial the machine that gets it; null: the one of the job that is tried again
 */
export function driveReasonRefusal(
  driveId: string | null,
  machineSerial: string | null,
  { driveBefore, driveAllowed, againAllowed }: ReasonContext,
): Pick<Refused, 'reason' | 'expected' | 'detail' | 'driveId'> | null {
  if (driveId === null || driveAllowed(driveId)) return null;
  const { held, failed } = driveBefore(driveId);
  const refused = (
    reason: Refused['reason'],
    lines: readonly string[],
  ): ReturnType<typeof driveReasonRefusal> => ({
    ...{ reason, expected: 'bay', detail: lines.join('\n'), driveId },
  });
  if (failed !== null) return refused('drive-failed-before', [dayOf(failed.time), failed.reason]);
  if (held === null) return null;
  const own = held.machineSerial === machineSerial && againAllowed(machineSerial);
  if (own) return null;
  const { time, shipped } = held;
  return refused('drive-holds', [
    ...[held.machineSerial, time === null ? '' : dayOf(time)],
    ...(shipped === null ? [] : [shipped.number, dayOf(shipped.time)]),
  ]);
}
