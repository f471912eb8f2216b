import { assertNever } from '../base/errors';
import type { Task } from '../base/task';
import type { JobResult, JobState } from './job';

/** A job as it is looked at: its preparation, before the helper has it, or its state. */
export type JobLook = JobState | { readonly state: 'preparing'; readonly task: Task | null };

/** What of a job's work is counted in bytes, and the end, which is not. */
export type StepName =
  'hashing' | 'applying' | 'mapping' | 'checking' | 'sizing' | 'writing' | 'verifying' | 'sealing';

/** What is under way, and how far it is. */
export interface Step {
  readonly name: StepName;
  /** Bytes. */
  readonly done: number;
  /** Bytes; 0 while it is not known. */
  readonly total: number;
}

/** Bytes/second of each step that counts bytes, as far as they can be known before it begins. */
export interface Pace {
  readonly hashing: number;
  readonly applying: number;
  readonly mapping: number;
  readonly checking: number;
  /** Half of its bytes are written, the other half read. */
  readonly sizing: number;
  readonly writing: number;
  readonly verifying: number;
  /** Whether writing and verifying are what drives of this station did, not what drives in general do. */
  readonly measured: boolean;
}

/**
 * What is taken until a station has finished drives of its own. Writing and reading: a SATA SSD. The others: a recorded
 * job on two cores (test/fixtures/recorded/progress), rounded. Only their relation matters: it is the share of the
 * per cent that a step gets.
 */
export const commonPace: Pace = {
  hashing: 1_000e6,
  applying: 200e6,
  mapping: 1_000e6,
  checking: 900e6,
  sizing: 420e6,
  writing: 400e6,
  verifying: 450e6,
  measured: false,
};

/** Seconds that sealing takes: one flush and a table that is read back. */
export const sealSeconds = 0.2;

/** Bytes of an image, as long as nothing tells its own. */
const commonImage = 20e9;

/** How many bytes an image holds for each byte of its media: WIM files are compressed to about half. */
const unpacked = 2;

/**
 * The pace of a station, by what its finished drives took.
 * @param results of finished jobs, the newest that are known; those too short to tell are left out
 */
export function paceOf(results: readonly JobResult[]): Pace {
  const told = results.filter(({ writeSeconds, verifySeconds }) => writeSeconds >= 1 && verifySeconds >= 0.5);
  const writing = median(told.map(({ bytesWritten, writeSeconds }) => bytesWritten / writeSeconds));
  const verifying = median(told.map(({ bytesVerified, verifySeconds }) => bytesVerified / verifySeconds));
  if (writing === null || verifying === null || writing < 1 || verifying < 1) return commonPace;
  const sizing = 2 / (1 / writing + 1 / verifying);
  return { ...commonPace, sizing, writing, verifying, measured: true };
}

function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** What of a job is under way; null where nothing is counted, or when it has ended. */
export function stepOf(look: JobLook): Step | null {
  switch (look.state) {
    case 'preparing':
      return look.task === null ? null : stepOfTask(look.task);
    case 'sizing':
    case 'writing':
    case 'verifying':
      return { name: look.state, done: look.bytesDone, total: look.bytesTotal };
    case 'sealing':
      return { name: 'sealing', done: 0, total: 0 };
    case 'queued':
    case 'checking':
    case 'erasing':
    case 'done':
    case 'failed':
    case 'cancelled':
    case 'interrupted':
      return null;
    default:
      return assertNever(look);
  }
}

function stepOfTask({ phase, done, total }: Task): Step | null {
  switch (phase) {
    case 'hashing':
    case 'applying':
    case 'mapping':
    case 'checking':
      return { name: phase, done, total };
    case 'flushing':
      // The last of applying: all bytes are there, and not yet on the disk.
      return { name: 'applying', done, total };
    case 'formatting':
    case 'copying':
    case 'verifying':
    case 'sizing':
    case 'rehearsing':
    case 'scanning':
    case 'packing':
      return null;
    default:
      return assertNever(phase);
  }
}

/** Seconds that a step takes in all. */
export function secondsOf({ name, total }: Step, pace: Pace): number {
  return name === 'sealing' ? sealSeconds : total / pace[name];
}

/** Seconds that everything after a step takes. A drive gets about the bytes that its image was seen to have. */
export function secondsAfter({ name, total }: Step, pace: Pace): number {
  const trip = (bytes: number): number => bytes / pace.writing + bytes / pace.verifying + sealSeconds;
  switch (name) {
    case 'hashing':
      return trip(unpacked * total);
    case 'applying':
      return total / pace.mapping + trip(total);
    case 'mapping':
    case 'checking':
      return trip(total);
    case 'sizing':
      return trip(Math.min(total / 2, commonImage));
    case 'writing':
      return total / pace.verifying + sealSeconds;
    case 'verifying':
      return sealSeconds;
    case 'sealing':
      return 0;
    default:
      return assertNever(name);
  }
}
