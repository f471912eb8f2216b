import { z } from 'zod';
import {
  appBootTestSchema,
  appJobSchema,
  type AppBootTest,
  type AppJob,
} from '../../core/contract/app-bench';
import { isInRack, type Drive } from '../../core/drive/drive';
import { isSameDrive, isStillAttached, tellsOwnIdentity } from '../../core/drive/drive-identity';
import { isRunning, jobEndSchema } from '../../core/job/job';
import type { JobDetails } from '../../core/ledger/record';
import { standingFinding } from '../../core/ledger/standing-finding';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { BootTests } from './boot-tests';
import type { DriveList } from './drive-list';

/** Cards of ended jobs, and what boot tests found: as they are kept for a restart, and which of them still hold after it. */

const cardMembers = appJobSchema.pick({
  driveId: true,
  bay: true,
  machineSerial: true,
  startedAt: true,
  endedAt: true,
  ledgerEntry: true,
}).shape;

/** What a job told of its drive. */
const driveMembers = appJobSchema.pick({ health: true, slow: true }).shape;

/** In older sessions, which kept no other cards. */
export const interruptedCardSchema = z.strictObject({
  ...cardMembers,
  /** By what the computer knew the drive; missing in older sessions. */
  attachment: z.string().nullable().default(null),
});

export const endedCardSchema = z.strictObject({
  ...cardMembers,
  ...driveMembers,
  attachment: z.string().nullable(),
  state: jobEndSchema,
  ...appJobSchema.pick({
    ...{
      againReason: true,
      driveAgain: true,
      machine: true,
      replaces: true,
      driverPack: true,
      machineFiles: true,
      loader: true,
    },
  }).shape,
  /** Folder of the virtual drives that it is of; null: the machine's own drives. Missing: not known. */
  bench: z.string().nullable().optional(),
});
export type EndedCard = z.infer<typeof endedCardSchema>;

export const keptBootTestSchema = z.strictObject({
  /** Ended or failed: a running one is cancelled when the app ends. */
  test: appBootTestSchema,
  /** By what the computer knew the drive. */
  attachment: z.string().nullable(),
});
export type KeptBootTest = z.infer<typeof keptBootTestSchema>;

/** Cards as the job service has them; it imports this file. */
interface Cards {
  readonly jobs: readonly AppJob[];
  readonly benchOf: (driveId: string) => string | null;
  readonly dismiss: (driveId: string) => boolean;
  readonly replaced: (driveId: string) => void;
}

type Ledger = Pick<LedgerReader, 'find' | 'findErasure' | 'findShipped' | 'inspect'>;

/** What the bench is now. */
export interface BenchNow {
  readonly ledger: Ledger;
  readonly drives: readonly Drive[];
  /** Folder of the virtual drives; null: the machine's own drives. */
  readonly bench: string | null;
  /** Line mode: the card of a finished drive stays until its machine was scanned, also when the drive was pulled. */
  readonly line: boolean;
}

/** Whether a card is of the bench that is there. */
export function isOfBench({ bench }: EndedCard, now: string | null): boolean {
  return bench === undefined || bench === now;
}

/**
 * Whether a card says what is still so: the drives may have been written elsewhere while the app was closed. A finished drive
 * must be there, with what was put on it, but for line mode's; any other card stays until somebody clears it, also when its drive was pulled.
 */
export function stillHolds(card: EndedCard, { ledger, drives, line }: BenchNow): boolean {
  const drive = drives.find(({ id }) => id === card.driveId) ?? null;
  const job = jobAt(card, ledger);
  if (card.state.state === 'done') {
    if (job === null || card.ledgerEntry === null) return false;
    if (drive === null) {
      if (!line) return false;
    } else if (!isStillAttached(drive, card.attachment) || !holdsIt(drive, card, job)) return false;
    if (ledger.findErasure(job, card.ledgerEntry) !== null) return false;
    const later = ledger.find({ by: 'job', jobId: job.jobId }).map(({ entry }) => entry.record);
    return standingFinding(job, later) === null;
  }
  // Its machine was finished elsewhere since: then nobody has to come back to it.
  if (card.state.state === 'interrupted' && ledger.findShipped(card.machineSerial) !== null) return false;
  return !wasBegunSince(card, drive, job, ledger);
}

/** The job that a card tells of; null when the ledger has no such end of this machine. */
function jobAt({ ledgerEntry, machineSerial, state }: EndedCard, ledger: Ledger): JobDetails | null {
  const entry = ledgerEntry === null ? null : (ledger.inspect(ledgerEntry)?.checked.entry ?? null);
  const record = entry?.record;
  if (record?.kind !== 'job-ended' || record.end.state !== state.state) return null;
  return record.job.machineSerial === machineSerial ? record.job : null;
}

/** The listing may not tell the disk GUID: then the drive must never have left. */
function holdsIt({ diskGuid, attachment }: Drive, card: EndedCard, job: JobDetails): boolean {
  return diskGuid === null
    ? attachment === card.attachment && attachment !== null
    : diskGuid === job.diskGuid;
}

/** Whether another job was begun on the drive after the card's, by the command line perhaps. */
function wasBegunSince(
  card: EndedCard,
  drive: Drive | null,
  job: JobDetails | null,
  ledger: Ledger,
): boolean {
  const known = job?.drive ?? drive;
  if (known === null) return false;
  const { attachment } = card;
  const own = { ...known, attachment };
  const begun = ledger.find({
    by: 'drive-started-after',
    drive: known,
    sequence: card.ledgerEntry ?? 0,
    attachment: tellsOwnIdentity(known) ? null : (attachment ?? ''),
  });
  return begun.some(
    ({ entry: { time, record } }) =>
      record.kind === 'job-started' &&
      time > (card.endedAt ?? card.startedAt) &&
      isSameDrive({ ...record.job.drive, attachment: record.job.attachment }, own),
  );
}

/** Whether what a boot test found is still told: its drive is there, and was not written again. */
export function bootTestHolds({ test, attachment }: KeptBootTest, { ledger, drives }: BenchNow): boolean {
  const drive = drives.find(({ id }) => id === test.driveId);
  if (drive === undefined || test.status === 'running' || !isStillAttached(drive, attachment)) return false;
  if (test.status === 'failed') return drive.attachment === attachment;
  const record = ledger.inspect(test.ledgerEntry)?.checked.entry?.record;
  if (record?.kind !== 'drive-rehearsed') return false;
  return drive.diskGuid === null ? drive.attachment === attachment : drive.diskGuid === record.diskGuid;
}

/** What is kept of the bench: what ended and was not cleared. */
export function keptOf(
  jobs: Pick<Cards, 'jobs' | 'benchOf'>,
  bootTests: readonly AppBootTest[],
  drives: readonly Drive[],
): { readonly cards: EndedCard[]; readonly bootTests: KeptBootTest[] } {
  return {
    cards: jobs.jobs.flatMap((job) => cardOf(job, jobs.benchOf(job.driveId))),
    bootTests: bootTests.flatMap((test) => {
      const drive = drives.find(({ id }) => id === test.driveId);
      if (test.status === 'running' || drive === undefined) return [];
      return [{ test, attachment: drive.attachment }];
    }),
  };
}

/** Only the members that are there. */
function driveMembersOf({ health, slow }: AppJob): Pick<EndedCard, 'health' | 'slow'> {
  return { ...(health === undefined ? {} : { health }), ...(slow === undefined ? {} : { slow }) };
}

function cardOf(job: AppJob, bench: string | null): EndedCard[] {
  const { driveId, attachment, bay, machineSerial, state, startedAt, endedAt, ledgerEntry } = job;
  const end = jobEndSchema.safeParse(state);
  if (!end.success) return [];
  const { againReason, driveAgain, machine, replaces, driverPack, machineFiles, loader } = job;
  return [
    {
      ...driveMembersOf(job),
      ...{ driveId, attachment, bay, machineSerial, state: end.data, startedAt, endedAt, ledgerEntry, bench },
      ...(againReason === undefined ? {} : { againReason }),
      ...(driveAgain === undefined ? {} : { driveAgain }),
      ...(machine === undefined ? {} : { machine }),
      ...(replaces === undefined ? {} : { replaces }),
      ...(driverPack === undefined ? {} : { driverPack }),
      ...(machineFiles === undefined ? {} : { machineFiles }),
      ...(loader === undefined ? {} : { loader }),
    },
  ];
}

/** Takes cards and boot tests away whose drives are gone, and retries of drives that another one took the place of. */
export function settleCards(
  drives: Pick<DriveList, 'find'>,
  jobs: Pick<Cards, 'jobs' | 'dismiss' | 'replaced'>,
  bootTests: Pick<BootTests, 'states' | 'forget'>,
  line: boolean,
): void {
  for (const job of jobs.jobs) {
    const { driveId, state, attachment } = job;
    const drive = drives.find(driveId);
    // Drives in one USB dock have one id: another one may sit there by now.
    const same = drive !== null && isStillAttached(drive, attachment);
    if (same || isRunning(job)) continue;
    // A machine of a rack that was switched off is as good as it was: its card goes when somebody clears it.
    if (drive === null && isInRack(driveId)) continue;
    // A finished drive that was taken out needs no card; what failed is seen before it goes.
    // In line mode it stays until its machine says where it went.
    if (state.state === 'done' && line && drive === null) continue;
    if (state.state === 'done') jobs.dismiss(driveId);
    else if (drive !== null) jobs.replaced(driveId);
    if (drive !== null) bootTests.forget(driveId);
  }
  for (const { driveId } of bootTests.states) {
    if (drives.find(driveId) === null) bootTests.forget(driveId);
  }
}
