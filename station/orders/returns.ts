import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { LedgerRecord } from '../../core/ledger/record';
import { normalizeSerial } from '../../core/machine/serial';
import {
  replacedBy,
  replacedText,
  returnedOf,
  type ReplacedComputer,
} from '../../core/machine/replaced-computer';
import type { OrderLine } from '../../core/order/order';
import type { ScanSettings } from '../../core/scan/scan-settings';
import { readTypedSerial } from '../../core/scan/typed-serial';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { StatePaths } from '../state/state-paths';
import { storedOrder } from './order-files';

/**
 * Replaced computers that come back. Which machine took the place of which is said by the orders, also those that are closed:
 * a computer comes back weeks later.
 */

/** What came back. */
export interface ReturnRequest {
  /** Serial or name from its label, as it was scanned or typed. */
  readonly text: string;
  /** What was said about it; empty: nothing. Only with it a computer is taken that no order names. */
  readonly note: string;
  /** Serial of the machine that took its place, for a computer that several orders name. Missing: whichever does. */
  readonly replacedBy?: string | undefined;
}

export type ReturnRecord = Extract<LedgerRecord, { kind: 'machine-returned' }>;

type ReturnLedger = Pick<Ledger, 'find' | 'append'>;

/** A pair that an order names. */
interface Pair {
  readonly orderId: string;
  readonly number: string;
  /** Serial of the machine that takes the place. */
  readonly machineSerial: string;
  readonly old: ReplacedComputer;
  /** Of the entry that opened the order. */
  readonly sequence: number;
}

/** A return, and the number of its entry. */
interface Returned {
  readonly record: ReturnRecord;
  readonly sequence: number;
}

/**
 * Records that a computer came back.
 * @throws PrestageError return-unknown, return-ambiguous, return-repeated, serial-…, ledger-…
 */
export function recordReturn(
  request: ReturnRequest,
  { ledger, paths }: { readonly ledger: ReturnLedger; readonly paths: Pick<StatePaths, 'orders'> },
  append: AppendContext,
  settings: ScanSettings,
): ReturnRecord {
  if (request.text.trim() === '') throw nothingScanned();
  const words = sanitizeForDisplay(request.note, 400);
  const pairs = pairsOf(request, ledger, paths);
  const pair = choosePair(request.text, pairs, returnsOf(ledger));
  if (pair === null && words === '') throw unknownReturn(request);
  const record = pair === null ? unexpected(request.text, settings, words) : recordOf(pair, words);
  ledger.append(record, append, () => {
    const before = returnsOf(ledger).find((one) =>
      pair === null ? one.record.machineSerial === record.machineSerial : isOf(one, pair),
    );
    if (before !== undefined) throw repeated(before.record);
  });
  return record;
}

/**
 * The pair that is meant, of those that name the computer. Serial and name may be used again: what came back already does not
 * count, and of orders with the same pair the newest does.
 * @param pairs the newest order's first
 * @returns null when no order names it
 * @throws PrestageError return-repeated, return-ambiguous
 */
function choosePair(text: string, pairs: readonly Pair[], returned: readonly Returned[]): Pair | null {
  const [newest] = pairs;
  if (newest === undefined) return null;
  const out = pairs.filter((pair) => !returned.some((one) => isOf(one, pair)));
  const [pair] = out;
  if (pair === undefined) {
    const before = returned.find((one) => isOf(one, newest));
    throw before === undefined ? unknownReturn({ text }) : repeated(before.record);
  }
  const others = out.filter(({ machineSerial }) => machineSerial !== pair.machineSerial);
  if (others.length === 0) return pair;
  const named = [pair, ...others].map(
    ({ machineSerial, number }) =>
      `machine ${sanitizeForDisplay(machineSerial, 64)} of work order ${sanitizeForDisplay(number, 60)}`,
  );
  throw new PrestageError({
    code: 'return-ambiguous',
    message: `${sanitizeForDisplay(text, 64)} is replaced by several machines: ${named.join(', ')}.`,
  });
}

function returnsOf(ledger: ReturnLedger): Returned[] {
  return ledger
    .find({ by: 'kind', kind: 'machine-returned' })
    .flatMap(({ sequence, entry: { record } }) =>
      record.kind === 'machine-returned' ? [{ record, sequence }] : [],
    );
}

/**
 * Whether a return is that of a pair, in whichever order both were named: one order may have been opened twice. A computer that came
 * back after the order was opened is back, whichever machine of whichever order took its place.
 */
function isOf({ record, sequence }: Returned, pair: Pair): boolean {
  const { machineSerial, old } = pair;
  const sameSerial = record.machineSerial !== '' && record.machineSerial === old.serial;
  if (sameSerial && sequence > pair.sequence) return true;
  if (record.replacedBy !== machineSerial) return false;
  if (record.machineSerial !== '' && old.serial !== undefined) return sameSerial;
  return record.computerName?.toUpperCase() === old.computerName?.toUpperCase();
}

/**
 * The pairs that name a computer, by its serial, or where no order has that, by its name; of all orders, also those that are closed.
 * @returns the newest order's first
 * @throws PrestageError return-unknown where it is only known as a new machine
 */
function pairsOf(
  { text, replacedBy: wanted }: ReturnRequest,
  ledger: ReturnLedger,
  paths: Pick<StatePaths, 'orders'>,
): Pair[] {
  const serial = normalizeSerial(text);
  const name = text.trim().toUpperCase();
  const found = { bySerial: [] as Pair[], byName: [] as Pair[], asNew: [] as string[] };
  for (const { entry, sequence } of ledger.find({ by: 'kind', kind: 'order-opened' }).reverse()) {
    const { record } = entry;
    if (record.kind !== 'order-opened' || record.replacing === undefined) continue;
    const { orderId, number, orderSha256 } = record;
    for (const line of linesOf(number, orderSha256, paths)) {
      if (line.serial === serial) found.asNew.push(number);
      const old = replacedBy(line);
      if (old === null || (wanted !== undefined && normalizeSerial(wanted) !== line.serial)) continue;
      const pair = { orderId, number, machineSerial: line.serial, old, sequence };
      if (line.replacesSerial === serial) found.bySerial.push(pair);
      else if (line.replaces?.toUpperCase() === name) found.byName.push(pair);
    }
  }
  const pairs = found.bySerial.length > 0 ? found.bySerial : found.byName;
  const [number] = found.asNew;
  if (pairs.length > 0 || number === undefined) return pairs;
  throw new PrestageError({
    code: 'return-unknown',
    message: `Machine ${serial} is a new machine of work order ${sanitizeForDisplay(number, 60)}, not one that is replaced.`,
    remedy: 'Nothing was recorded. Scan the label of the old computer.',
  });
}

/** The copy of an old order may be gone: what it named is not known any more then, and others are looked through. */
function linesOf(number: string, sha256: string, paths: Pick<StatePaths, 'orders'>): readonly OrderLine[] {
  try {
    return storedOrder(paths, number, sha256).machines;
  } catch (error) {
    if (error instanceof PrestageError && error.code === 'order-invalid') return [];
    throw error;
  }
}

function recordOf({ orderId, machineSerial, old }: Pair, note: string): ReturnRecord {
  return {
    ...{ kind: 'machine-returned', orderId, machineSerial: old.serial ?? '', replacedBy: machineSerial },
    ...(old.computerName === undefined ? {} : { computerName: old.computerName }),
    ...(note === '' ? {} : { note }),
  };
}

/** No order names it: its serial must be one. @throws PrestageError serial-… */
function unexpected(text: string, settings: ScanSettings, note: string): ReturnRecord {
  const typed = readTypedSerial(text, settings);
  if (typed.problem === null) {
    return { kind: 'machine-returned', machineSerial: typed.serial, replacedBy: null, note };
  }
  const { code, message } = typed.problem;
  throw new PrestageError({
    ...{ code, message },
    remedy: 'Nothing was recorded. Enter the serial from the label of the computer.',
  });
}

function nothingScanned(): PrestageError {
  return new PrestageError({
    code: 'return-unknown',
    message: 'No serial or name was given.',
    remedy: 'Nothing was recorded. Scan or type the label of the old computer.',
  });
}

function unknownReturn({ text, replacedBy: by }: Pick<ReturnRequest, 'text' | 'replacedBy'>): PrestageError {
  const which = by === undefined ? '' : ` by machine ${sanitizeForDisplay(by, 64)}`;
  return new PrestageError({
    code: 'return-unknown',
    message: `No work order of this station says that ${sanitizeForDisplay(text, 64)} is replaced${which}.`,
  });
}

function repeated(before: ReturnRecord): PrestageError {
  return new PrestageError({
    code: 'return-repeated',
    message: `The return of ${replacedText(returnedOf(before))} is recorded already.`,
  });
}

/** What was recorded, as a sentence. */
export function returnText(record: ReturnRecord): string {
  const what = replacedText(returnedOf(record)).replace(/^serial /, 'Serial ');
  return record.replacedBy === null
    ? `${what} came back. No work order names it.`
    : `${what} came back. Machine ${sanitizeForDisplay(record.replacedBy, 64)} replaced it.`;
}
