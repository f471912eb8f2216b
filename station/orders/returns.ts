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
}

/**
 * Records that a computer came back.
 * @throws PrestageError return-unknown, return-repeated, serial-…, ledger-…
 */
export function recordReturn(
  { text, note }: ReturnRequest,
  { ledger, paths }: { readonly ledger: ReturnLedger; readonly paths: Pick<StatePaths, 'orders'> },
  append: AppendContext,
  settings: ScanSettings,
): ReturnRecord {
  const words = sanitizeForDisplay(note, 400);
  const orders = ledger.find({ by: 'kind', kind: 'order-opened' }).reverse();
  const returned = returnsOf(ledger);
  let pair: Pair | null = null;
  for (const { entry } of orders) {
    if (entry.record.kind !== 'order-opened' || entry.record.replacing === undefined) continue;
    const found = pairIn(entry.record, text, paths);
    if (found === null) continue;
    pair ??= found;
    // A name may be used again: the newest order counts of which the computer is still out.
    if (returned.some((one) => isOf(one, found))) continue;
    pair = found;
    break;
  }
  if (pair === null && words === '') throw unknownReturn(text);
  const record = pair === null ? unexpected(text, settings, words) : recordOf(pair, words);
  ledger.append(record, append, () => {
    const before = returnsOf(ledger).find((one) =>
      pair === null ? one.machineSerial === record.machineSerial : isOf(one, pair),
    );
    if (before !== undefined) throw repeated(before);
  });
  return record;
}

function returnsOf(ledger: ReturnLedger): ReturnRecord[] {
  return ledger
    .find({ by: 'kind', kind: 'machine-returned' })
    .flatMap(({ entry }) => (entry.record.kind === 'machine-returned' ? [entry.record] : []));
}

function isOf(record: ReturnRecord, { orderId, machineSerial }: Pair): boolean {
  return record.orderId === orderId && record.replacedBy === machineSerial;
}

/** @throws PrestageError return-unknown when the text is a new machine of the order */
function pairIn(
  { orderId, number, orderSha256 }: Extract<LedgerRecord, { kind: 'order-opened' }>,
  text: string,
  paths: Pick<StatePaths, 'orders'>,
): Pair | null {
  const lines = linesOf(number, orderSha256, paths);
  const serial = normalizeSerial(text);
  const name = text.trim().toUpperCase();
  const line =
    lines.find(({ replacesSerial }) => replacesSerial === serial) ??
    lines.find(({ replaces }) => replaces?.toUpperCase() === name);
  const old = line === undefined ? null : replacedBy(line);
  if (line !== undefined && old !== null) return { orderId, number, machineSerial: line.serial, old };
  if (!lines.some((one) => one.serial === serial)) return null;
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

function unknownReturn(text: string): PrestageError {
  return new PrestageError({
    code: 'return-unknown',
    message: `No work order of this station says that ${sanitizeForDisplay(text, 64)} is replaced.`,
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
  const what = replacedText(returnedOf(record));
  return record.replacedBy === null
    ? `${what} came back. No work order names it.`
    : `${what} came back. Machine ${sanitizeForDisplay(record.replacedBy, 64)} replaced it.`;
}
