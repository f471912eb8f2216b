import { sanitizeForDisplay } from '../base/display';
import { PrestageError } from '../base/errors';
import type { JobHealth } from '../health/health-rules';
import type { SlowNote } from '../health/slow';
import type { DriveRecord, JobDetails, LedgerRecord } from '../ledger/record';
import { isGoodReading, isOfWritten, standingFinding, type Erasure } from '../ledger/standing-finding';
import { maxMachines, shipmentNumberSchema } from './shipment';

/** What the ledger says of one machine. */
export interface MachineHistory {
  readonly machineSerial: string;
  /** Everything about its drives, oldest first. */
  readonly records: readonly { readonly sequence: number; readonly record: DriveRecord }[];
  /** The job that erased the drive of its newest job (newestJob) since, or may have; null when none did. */
  readonly erasure: Erasure | null;
  /** Number of the shipment that holds its newest job; null when none does. */
  readonly shipment: string | null;
}

type EndedRecord = Extract<LedgerRecord, { kind: 'job-ended' }>;
type BootTest = Extract<LedgerRecord, { kind: 'drive-rehearsed' }>;

/** A job that ended well and that nothing speaks against. */
export interface FinishedJob {
  readonly machineSerial: string;
  /** Of the entry that recorded it. */
  readonly sequence: number;
  readonly job: EndedRecord['job'];
  readonly startedAt: string;
  readonly result: Extract<EndedRecord['end'], { state: 'done' }>['result'];
  /** The newest boot test; null when there was none. */
  readonly bootTest: BootTest['verdict'] | null;
  /** Later readings that found the drive as it was written. */
  readonly verifiedAgain: number;
  /** What its drive said of its health, and how slow it was; missing where that is not recorded. */
  readonly health?: JobHealth;
  readonly slow?: readonly SlowNote[];
}

export type Fitness =
  | { readonly fit: true; readonly finished: FinishedJob }
  /** `gone`: in an earlier shipment. `reason` is a sentence that names the machine. */
  | { readonly fit: false; readonly gone: boolean; readonly reason: string };

/** A drive may have the serial of another: reading it is what decides. */
const wayOn =
  'If you have the drive of this machine, insert it and run: prestage verify. If it is good, the machine can be shipped.';

/**
 * The job of a machine that counts: its newest. One that ended before its first destructive write took nothing away, and is
 * passed over where there is another.
 * @param records oldest first
 * @returns it and the number of the entry that began it; null when no job was begun
 */
export function newestJob(
  records: MachineHistory['records'],
): { readonly sequence: number; readonly job: JobDetails } | null {
  const idle = new Set(
    records.flatMap(({ record }) =>
      record.kind === 'job-ended' && record.untouched === true ? [record.job.jobId] : [],
    ),
  );
  const begun = records.flatMap(({ sequence, record }) =>
    record.kind === 'job-started' ? [{ sequence, job: record.job }] : [],
  );
  return begun.findLast(({ job }) => !idle.has(job.jobId)) ?? begun.at(-1) ?? null;
}

/**
 * Whether a machine can be shipped. Its newest job counts (newestJob), whatever became of those before: it may have erased
 * the drive of the one before.
 */
export function assessMachine(history: MachineHistory): Fitness {
  const { records } = history;
  const machine = `Machine ${sanitizeForDisplay(history.machineSerial)}`;
  const refusalFor = (what: string, gone = false): Fitness => ({
    fit: false,
    gone,
    reason: `${machine} ${what}`,
  });

  const newest = newestJob(records);
  if (newest === null) return refusalFor('was never written at this station.');
  const { jobId } = newest.job;
  const ended = records.findLast(({ record }) => record.kind === 'job-ended' && record.job.jobId === jobId);
  if (ended?.record.kind !== 'job-ended') return refusalFor('is being written, or was interrupted.');
  const { job, end, startedAt } = ended.record;
  switch (end.state) {
    case 'failed':
      return refusalFor(`failed: ${sanitizeForDisplay(end.reason.message, 300)}`);
    case 'cancelled':
      return refusalFor('was not finished: its job was cancelled.');
    case 'interrupted':
      return refusalFor('was not finished: its job was interrupted.');
    case 'done':
      break;
  }

  const later = records
    .filter(({ sequence }) => sequence > ended.sequence)
    .map(({ record }) => record)
    .filter((record) => record.kind === 'drive-verified' || record.kind === 'drive-rehearsed');
  const bad = standingFinding(job, later);
  if (bad !== null) {
    const when = `failed when its drive was read again: ${sanitizeForDisplay(bad.end.reason.message, 300)}`;
    const readWell = later.some((record) => record.jobId === jobId && isGoodReading(record));
    return refusalFor(
      readWell ? `${when} A later good reading does not change that. Write the drive again.` : when,
    );
  }
  const bootTest = later.findLast(
    (record) => record.kind === 'drive-rehearsed' && record.jobId === jobId && isOfWritten(record, job),
  );
  const verdict = bootTest?.kind === 'drive-rehearsed' ? bootTest.verdict : null;
  if (bootTest?.kind === 'drive-rehearsed' && (bootTest.end.state === 'failed' || !bootTest.verdict.passed)) {
    return refusalFor(`failed its boot test: ${sanitizeForDisplay(bootTest.verdict.what, 300)}`);
  }
  if (history.shipment !== null) {
    return refusalFor(`is already in shipment ${sanitizeForDisplay(history.shipment)}.`, true);
  }
  if (history.erasure !== null) {
    const other = sanitizeForDisplay(history.erasure.machineSerial);
    return refusalFor(
      history.erasure.certain
        ? `no longer has its image: its drive was written again for machine ${other}. ${wayOn}`
        : `may no longer have its image: a drive with the same serial was written later for machine ${other}. ${wayOn}`,
    );
  }
  const verifiedAgain = later.filter((record) => record.jobId === jobId && isGoodReading(record)).length;
  const finished: FinishedJob = {
    machineSerial: job.machineSerial,
    sequence: ended.sequence,
    ...{ job, startedAt, result: end.result, bootTest: verdict, verifiedAgain },
    ...driveStateOf(ended.record),
  };
  return { fit: true, finished };
}

/** What a job's end says of its drive's health and speed. */
export function driveStateOf({ health, slow }: EndedRecord): Pick<FinishedJob, 'health' | 'slow'> {
  return { ...(health === undefined ? {} : { health }), ...(slow === undefined ? {} : { slow }) };
}

/** Whether a job was done on a bench of virtual drives, and its machine never got a drive. */
export function isTrainingDrive({ drive }: Pick<JobDetails, 'drive'>): boolean {
  return drive.kind !== 'disk';
}

/** Machines that were asked for, told apart. */
export interface ShipmentPlan {
  readonly number: string;
  /** Of the order that all belong to; null where there is none. */
  readonly orderNumber: string | null;
  /** By serial. */
  readonly machines: readonly FinishedJob[];
  /** Those of the batch or order that stay; a sentence each. */
  readonly leftOut: readonly LeftOut[];
}
export interface LeftOut {
  readonly machineSerial: string;
  readonly reason: string;
}

export interface PlanRequest {
  readonly number: string;
  /** Each machine that was asked for, once. */
  readonly histories: readonly MachineHistory[];
  /**
   * `named`: one that cannot go stops the shipment. `group`: it stays behind. `finished`: as group, and those that are
   * gone already are not spoken of.
   */
  readonly asked: 'named' | 'group' | 'finished';
  /** Numbers of earlier shipments. */
  readonly usedNumbers: ReadonlySet<string>;
}

/**
 * Which machines go.
 * @throws PrestageError usage, shipment-refused, shipment-empty
 */
export function planShipment({ number, histories, asked, usedNumbers }: PlanRequest): ShipmentPlan {
  requireNumber(number);
  if (usedNumbers.has(number)) {
    throw refused(
      `Shipment ${number} is already closed.`,
      null,
      'Give another number, or make the bundle of that shipment again with --again.',
    );
  }
  const assessed = histories.map((history) => ({ history, fitness: assessMachine(history) }));
  const fit = assessed.flatMap(({ fitness }) => (fitness.fit ? [fitness.finished] : []));
  // A shipment of training drives only is for training; one real drive, and they stay.
  const real = fit.some((finished) => !isTrainingDrive(finished.job));
  const machines = fit
    .filter(({ job }) => !real || !isTrainingDrive(job))
    .toSorted((a, b) => (a.machineSerial < b.machineSerial ? -1 : 1));
  const leftOut = assessed.flatMap(({ history: { machineSerial }, fitness }): LeftOut[] => {
    if (!fitness.fit) {
      return fitness.gone && asked === 'finished' ? [] : [{ machineSerial, reason: fitness.reason }];
    }
    if (!real || !isTrainingDrive(fitness.finished.job)) return [];
    const machine = `Machine ${sanitizeForDisplay(machineSerial)}`;
    return [{ machineSerial, reason: `${machine} was written to a training drive.` }];
  });
  const reasons = leftOut.map(({ reason }) => reason);
  if (asked === 'named' && reasons[0] !== undefined) {
    const others = reasons.slice(1, 50);
    throw refused(
      reasons[0],
      others.length > 0 ? others.join('\n') : null,
      'Leave out the machine, or finish it first.',
    );
  }
  if (machines.length === 0) {
    throw new PrestageError({
      code: 'shipment-empty',
      message: 'There is no finished machine to ship.',
      cause: reasons.length > 0 ? reasons.slice(0, 50).join('\n') : null,
    });
  }
  if (machines.length > maxMachines) {
    throw refused(
      `${machines.length} machines are finished and not shipped, but a shipment can have ${maxMachines} at most.`,
      null,
      'Choose a batch, a work order or single machines.',
    );
  }
  return { number, orderNumber: requireOneOrder(machines), machines, leftOut };
}

/** @throws PrestageError usage */
export function requireNumber(number: string): void {
  const parsed = shipmentNumberSchema.safeParse(number);
  if (parsed.success) return;
  throw new PrestageError({
    code: 'usage',
    message: `The shipment number '${sanitizeForDisplay(number, 60)}' ${parsed.error.issues[0]?.message ?? 'is not valid'}.`,
    remedy: 'Nothing was recorded. Enter the number from the delivery note.',
  });
}

/** A bundle goes to one enterprise, and holds what the ledger says of its order. */
function requireOneOrder(machines: readonly FinishedJob[]): string | null {
  const firsts = new Map<string | null, string>();
  for (const { job, machineSerial } of machines) {
    const order = job.workOrder ?? null;
    if (!firsts.has(order)) firsts.set(order, machineSerial);
  }
  const [first, second] = [...firsts];
  if (second === undefined) return first?.[0] ?? null;
  const named = [...firsts].map(
    ([order, serial]) =>
      `Machine ${sanitizeForDisplay(serial)} ${order === null ? 'has no work order' : `is in work order ${sanitizeForDisplay(order)}`}.`,
  );
  throw refused(
    'The machines belong to different work orders. A shipment can have only one.',
    named.slice(0, 50).join('\n'),
    'Choose one work order with --order, or a batch, or single machines.',
  );
}

export function refused(message: string, cause: string | null, remedy: string): PrestageError {
  return new PrestageError({
    code: 'shipment-refused',
    message,
    cause,
    remedy: `Nothing was recorded. ${remedy}`,
  });
}
