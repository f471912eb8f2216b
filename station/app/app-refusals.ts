import { sanitizeForDisplay } from '../../core/base/display';
import { isDiskLabel } from '../../core/drive/disk-label';
import { errorData, PrestageError, type ErrorData } from '../../core/base/errors';
import { asksForReason } from '../../core/pairing/drive-reasons';
import type { Pair } from '../../core/pairing/pairing-state';
import type { ScanOutcome } from '../../core/scan/scan-outcome';

type Refused = Extract<ScanOutcome, { result: 'refused' }>;

/** Nothing can start before somebody vouched for the media. */
export function mediaNotProved(): PrestageError {
  return new PrestageError({
    code: 'media-hash-mismatch',
    message: 'The media is not verified: there is no expected SHA-256, or it does not match.',
    remedy: 'Nothing was touched. Choose the media and enter the SHA-256 that the enterprise sent.',
  });
}

/** The media that was chosen is not the one that the job ticket names. */
export function notOfTicket(file: string, name: string, expected: string, found: string): PrestageError {
  const [chosen, wanted] = [sanitizeForDisplay(file, 200), sanitizeForDisplay(name, 60)];
  return new PrestageError({
    code: 'media-hash-mismatch',
    message: `The file ${chosen} is not ${wanted}, the media of the job ticket: its SHA-256 does not match.`,
    cause: `expected ${expected}\nfound    ${found}`,
    remedy: `Nothing was touched. Choose ${wanted}, or scan the job ticket of this media.`,
  });
}

/** The list that the operator confirmed is not the list that would be erased. */
export function anotherList(): PrestageError {
  return new PrestageError({
    code: 'not-confirmed',
    message: 'The list of drives to erase changed after it was shown.',
  });
}

/** Something is missing, or is not as it was when the list was made. */
export function notReady(refused: Refused): PrestageError {
  const { pair } = refused;
  const why = whyNot(refused);
  const where = pair === undefined ? '' : ` ${sanitizeForDisplay(placeOfPair(pair), 120)}:`;
  return new PrestageError({
    code: 'not-confirmed',
    message: `The drives cannot be erased now${why === null ? '' : `:${where} ${why}`}.`,
    remedy: asksForReason(refused)
      ? 'Nothing was touched. To write it all the same, close the list, press START, and give a reason.'
      : 'Nothing was touched. Enter the operator and the media, pair each machine with its bay, and check the list before you start.',
  });
}

const placeOfPair = ({ bay, machineSerial }: NonNullable<Refused['pair']>): string =>
  isDiskLabel(bay, machineSerial) ? `machine ${bay}` : `${bay}, machine ${machineSerial}`;

/** Why a machine or a drive is not paired or started, to follow a colon; null: the code says no more than the place. */
function whyNot({ reason, detail }: Refused): string | null {
  const lines = (detail ?? '').split('\n');
  const why: Partial<Record<typeof reason, string>> = {
    'not-in-order': 'it is not in the open work order; add an exception first',
    'machine-in-batch': 'it is already paired',
    'machine-running': 'its drive is being written',
    'machine-shipped': `it already has a finished drive, recorded on ${detail ?? ''}`,
    'drive-holds': `the drive holds the finished image for ${lines[0] ?? ''}`,
    'drive-failed-before': `the last job of the drive failed on ${lines.join(': ')}`,
    pattern: `it does not match the pattern for ${detail ?? ''}`,
    'drive-blocked': `the drive cannot be written: ${detail ?? ''}`,
    'drive-paired': 'the drive is already paired',
    'drive-running': 'the drive is being written',
    'drive-finished': 'the drive still shows its last job',
    'bay-empty': 'the drive is no longer attached',
    'not-this-machine': `the machine here is ${detail ?? ''}`,
    'disk-of-another': `the drive is in machine ${detail ?? ''}`,
    'machine-away': `machine ${detail ?? ''}, which the drive is in, is not connected`,
  };
  return why[reason]?.replace(/\.$/, '') ?? null;
}

/** What machines do at the end cannot be chosen now. */
export function endNotChosen({ reason }: Refused): PrestageError {
  return new PrestageError({
    code: 'not-confirmed',
    message:
      reason === 'end-ordered'
        ? 'The work order says what machines of the rack do at the end.'
        : 'What machines of the rack do at the end is chosen on the list of what will be erased, where one of them is on it.',
    remedy: 'Nothing was touched. Look at the list, then choose it or start.',
  });
}

/** The refusal of a rehearsal. */
export function nothingToBootTest(): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: 'There is no finished drive in this bay to test.',
    remedy: 'Write a drive first, and leave it in its bay.',
  });
}

/** Nobody said who works: what is written has somebody's name in the record. */
export function noOperator(): PrestageError {
  return new PrestageError({
    code: 'not-confirmed',
    message: 'No operator is set.',
    remedy: 'Nothing was touched. Scan your badge, then try again.',
  });
}

/** Nothing is written again without a reason. */
export function noReason(): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: 'The reason is missing.',
    remedy: 'Say in a few words why it is written again.',
  });
}

/** A reason was given for what nobody asks any more. */
export function nothingAsked(): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: 'Nothing asks for this reason any more.',
    remedy: 'Nothing was changed. Scan the machine and its bay again, or press Retry again.',
  });
}

/** The refusal of a retry. */
export function nothingToRetry(): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: 'This drive has no job to retry.',
    remedy: 'Pair it with its machine and start it.',
  });
}

/** The media for practice was asked for on the machine's own drives. */
export function notTraining(): PrestageError {
  return new PrestageError({
    code: 'media-for-training',
    message: 'The training media can only be used on training drives.',
    remedy: 'Use training drives in Settings, or choose the media that the enterprise sent.',
  });
}

/** Drives cannot be exchanged for others under jobs that run. */
export function benchInUse(): PrestageError {
  return new PrestageError({
    code: 'drive-busy',
    message: 'Drives are being written.',
    remedy: 'Wait until they are finished, then switch between real drives and training drives.',
  });
}

export function rackInUse(): PrestageError {
  return new PrestageError({
    code: 'drive-busy',
    message: 'Drives in machines are being written, erased or checked.',
    remedy: 'Nothing was changed. Wait until they are finished, or cancel them. Then try again.',
  });
}

export function noSuchDisk(): PrestageError {
  return new PrestageError({
    code: 'drive-not-found',
    message: 'The machine of this disk is not there any more.',
    remedy: 'Nothing was touched. Look at the machine: its screen says whether it has its station.',
  });
}

/** Pairs whose drive was taken out. */
export function pulledDrives(pairs: readonly Pair[]): ErrorData {
  const bays = pairs.map(({ bay, machineSerial }) => `${bay} (machine ${machineSerial})`).join(', ');
  return {
    code: 'drive-gone',
    message: `The drive was removed before the start: ${bays}.`,
    cause: null,
    remedy: 'Insert the drive again, then scan the machine and the bay again.',
  };
}

/** Machines of the rack that paired by themselves, and that the order that was opened since does not list. */
export function notInOrder(pairs: readonly Pair[]): ErrorData {
  const named = pairs.slice(0, 8).map(({ machineSerial }) => machineSerial);
  const more = pairs.length - named.length;
  const names = `${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  return {
    code: 'not-confirmed',
    message:
      pairs.length === 1
        ? `Machine ${names} of the rack is not in the work order, and was taken out of the batch.`
        : `${pairs.length} machines of the rack are not in the work order, and were taken out of the batch: ${names}.`,
    cause: null,
    remedy: 'To image one all the same, add an exception on Order. It is then paired again.',
  };
}

/** Pairs of before the program ended that do not hold any more. */
export function notTakenOver(pairs: readonly Pair[]): ErrorData {
  const bays = pairs.map(({ bay, machineSerial }) => `${bay} (machine ${machineSerial})`).join(', ');
  return {
    code: 'drive-gone',
    message: `Paired before Prestage stopped, but not restored: ${bays}.`,
    cause: null,
    remedy: 'Check the drives, then scan each machine and its bay again.',
  };
}

/** Pairs of before the program ended: somebody must look at them. */
export function takenOver(count: number): ErrorData {
  return {
    code: 'not-confirmed',
    message:
      count === 1
        ? '1 pair from before Prestage stopped was restored.'
        : `${count} pairs from before Prestage stopped were restored.`,
    cause: null,
    remedy: 'Check machines and bays. Nothing starts until you confirm again.',
  };
}

/** What was before the operator is lost or cannot be kept; the ledger is not concerned. */
export function memoryLost(what: string, cause: unknown): ErrorData {
  return {
    code: 'state-unavailable',
    message: `The list of paired machines ${what}.`,
    cause: cause instanceof Error ? cause.message : String(cause),
    // A disk that is full names itself in the cause, and says in its remedy how to help it.
    remedy: [
      ...(cause instanceof PrestageError ? [cause.data.remedy] : []),
      'You can keep working. After a restart, scan machines and bays again.',
    ].join(' '),
  };
}

/** A job that an earlier run of the station left open. */
export function interrupted(message: string): ErrorData {
  return errorData({ code: 'job-interrupted', message });
}

/** A pair that was asked for by hand. The words for a scanner's refusals are the page's; these are for whoever types. */
export function notPaired(text: string, refused: Refused): PrestageError {
  const { reason, detail } = refused;
  return new PrestageError({
    code: 'serial-invalid',
    message:
      reason === 'wrong-kind' && detail !== null
        ? detail
        : `'${text}' was not paired: ${whyNot(refused) ?? 'it is not a machine serial'}.`,
    remedy: asksForReason(refused)
      ? 'Nothing was paired. To write it all the same, give a reason.'
      : 'Enter the serial from the label of the machine, and choose a free drive.',
  });
}

/** The drive to be written again holds a finished image that was not named when its job was started. */
export function holdsFinished(bay: string, machineSerial: string): PrestageError {
  return new PrestageError({
    code: 'drive-changed',
    message: `The drive in this bay (${sanitizeForDisplay(bay, 60)}) holds the finished image of machine ${sanitizeForDisplay(machineSerial)}, which was not shown when it was started.`,
    remedy: 'Nothing was written to it. To erase it, clear the card and pair the drive again.',
  });
}

/** In the place of the drive to be written again is one that was finished for a machine. */
export function anotherDrive(bay: string, machineSerial: string): PrestageError {
  return new PrestageError({
    code: 'drive-changed',
    message: `Another drive is in this bay (${sanitizeForDisplay(bay, 60)}): it holds the finished image of machine ${sanitizeForDisplay(machineSerial)}.`,
    remedy: 'Nothing was written to it. Insert the drive that is to be written again, or clear the card.',
  });
}
