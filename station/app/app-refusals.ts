import { errorData, PrestageError, type ErrorData } from '../../core/base/errors';
import type { Pair } from '../../core/pairing/pairing-state';
import type { ScanOutcome } from '../../core/scan/scan-outcome';

/** Nothing can start before somebody vouched for the media. */
export function mediaNotProved(): PrestageError {
  return new PrestageError({
    code: 'media-hash-mismatch',
    message: 'The media is not proved: nobody has said what its SHA-256 should be, or it is another one.',
    remedy: 'Nothing was touched. Choose the media, and give the SHA-256 that the enterprise sent.',
  });
}

/** The list that the operator confirmed is not the list that would be erased. */
export function anotherList(): PrestageError {
  return new PrestageError({
    code: 'not-confirmed',
    message: 'The drives to erase are not the ones that were shown.',
  });
}

/** Something is missing, or is not as it was when the list was made. */
export function notReady({ reason, detail }: Extract<ScanOutcome, { result: 'refused' }>): PrestageError {
  return new PrestageError({
    code: 'not-confirmed',
    message: 'The drives cannot be erased now.',
    cause: detail === null ? reason : `${reason}: ${detail}`,
    remedy:
      'Nothing was touched. Give operator and media, pair each machine with its bay, and look at the list before you start.',
  });
}

/** The refusal of a rehearsal. */
export function nothingToRehearse(): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: 'There is no finished drive here that could be started.',
    remedy: 'Write a drive first, and leave it in its bay.',
  });
}

/** The refusal of a retry. */
export function nothingToRetry(): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: 'This drive has no job that could be tried again.',
    remedy: 'Pair it with its machine and start it.',
  });
}

/** Drives cannot be exchanged for others under jobs that run. */
export function benchInUse(): PrestageError {
  return new PrestageError({
    code: 'drive-busy',
    message: 'Drives are being written.',
    remedy: 'Wait until they are done, then change the bench.',
  });
}

/** Pairs whose drive was taken out. */
export function pulledDrives(pairs: readonly Pair[]): ErrorData {
  const bays = pairs.map(({ bay, machineSerial }) => `${bay} (machine ${machineSerial})`).join(', ');
  return {
    code: 'drive-gone',
    message: `The drive was taken out before the start: ${bays}.`,
    cause: null,
    remedy: 'Put the drive back, and scan the machine and the bay again.',
  };
}

/** Pairs of before the program ended that do not hold any more. */
export function notTakenOver(pairs: readonly Pair[]): ErrorData {
  const bays = pairs.map(({ bay, machineSerial }) => `${bay} (machine ${machineSerial})`).join(', ');
  return {
    code: 'drive-gone',
    message: `Paired before Prestage ended, and not taken over: ${bays}.`,
    cause: null,
    remedy: 'Look at the drives. Scan the machine and the bay again where they belong together.',
  };
}

/** Pairs of before the program ended: somebody must look at them. */
export function takenOver(count: number): ErrorData {
  return {
    code: 'not-confirmed',
    message:
      count === 1
        ? '1 pair is there from before Prestage ended.'
        : `${count} pairs are there from before Prestage ended.`,
    cause: null,
    remedy: 'Compare machines and bays. Nothing starts before it is confirmed anew.',
  };
}

/** What was before the operator is lost or cannot be kept; the ledger is not concerned. */
export function memoryLost(what: string, cause: unknown): ErrorData {
  return {
    code: 'state-unavailable',
    message: `What was paired ${what}.`,
    cause: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Go on with the work. After a restart scan machines and bays again.',
  };
}

/** A job that an earlier run of the station left open. */
export function interrupted(message: string): ErrorData {
  return errorData({ code: 'job-interrupted', message });
}

/** A pair that was asked for by hand. The words for a scanner's refusals are the page's; these are for whoever types. */
export function notPaired(
  text: string,
  { reason, detail }: Extract<ScanOutcome, { result: 'refused' }>,
): PrestageError {
  const why: Partial<Record<typeof reason, string>> = {
    'not-in-order': 'the open work order does not have it; give an exception with a reason first',
    'machine-in-batch': 'it is paired already',
    'machine-running': 'its drive is being written',
    'machine-shipped': `it was finished on ${detail ?? ''}`,
    pattern: `it has not the form of a serial of ${detail ?? ''}`,
    'drive-blocked': `the drive may not be written: ${detail ?? ''}`,
    'drive-paired': 'the drive is paired already',
    'drive-running': 'the drive is being written',
    'drive-finished': 'the drive still shows an ended job',
    'bay-empty': 'the drive is not there any more',
  };
  return new PrestageError({
    code: 'serial-invalid',
    message: `'${text}' was not paired: ${why[reason] ?? 'it is not the serial of a machine'}.`,
    remedy: 'Type the serial on the label of the machine, and choose a free drive.',
  });
}
