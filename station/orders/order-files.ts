/** Reads order files, and keeps their text under its SHA-256. */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { workOrderSchema, type WorkOrder } from '../../core/order/order';
import { readOrder } from '../../core/order/order-file';
import type { OrderIssue } from '../../core/order/raw-order';
import type { ScanSettings } from '../../core/scan/scan-settings';
import { errorCodeOf } from '../../core/base/system-error';
import { MiB } from '../../core/base/units';
import { canonicalJson, sha256Hex } from '../ledger/entry';
import { onDisk, statePlace } from '../state/disk';
import { writeFileAtomically, type StatePaths } from '../state/state-paths';
import { orderFileDamaged, orderInvalid, orderUnreadable } from './order-errors';

/** A hundred thousand machines with everything that can be said of them are less; a media file is more. */
const largestOrder = 64 * MiB;

/** An order's one text, and the SHA-256 by which the ledger names it. */
export function canonicalOrder(order: WorkOrder): { readonly text: string; readonly sha256: string } {
  const text = canonicalJson(order);
  return { text, sha256: sha256Hex(text) };
}

/** Keeps an order's text, and waits until the disk has it. @returns its SHA-256 */
export function keepOrder(paths: Pick<StatePaths, 'orders'>, order: WorkOrder): string {
  const { text, sha256 } = canonicalOrder(order);
  const holds = 'Nothing was opened.';
  onDisk(statePlace(paths.orders, holds), () => {
    mkdirSync(paths.orders, { recursive: true, mode: 0o700 });
  });
  writeFileAtomically(orderFile(paths, sha256), text, 0o600, holds);
  return sha256;
}

/**
 * Reads an order that was kept.
 * @throws PrestageError order-invalid when it is not what the ledger names
 */
export function storedOrder(paths: Pick<StatePaths, 'orders'>, number: string, sha256: string): WorkOrder {
  const file = orderFile(paths, sha256);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw orderFileDamaged(number, file, error instanceof Error ? error.message : String(error));
  }
  const found = sha256Hex(text);
  if (found !== sha256) throw orderFileDamaged(number, file, `expected ${sha256}\nfound    ${found}`);
  return workOrderSchema.parse(JSON.parse(text));
}

function orderFile(paths: Pick<StatePaths, 'orders'>, sha256: string): string {
  return join(paths.orders, `${sha256}.json`);
}

/** An order as it was sent or typed. */
export interface SentOrder {
  readonly order: WorkOrder;
  readonly warnings: readonly OrderIssue[];
}

/**
 * Reads the file that an enterprise sent.
 * @throws PrestageError order-invalid with all that is wrong
 */
export function readOrderFile(path: string, number: string | null, settings: ScanSettings): SentOrder {
  const name = basename(path);
  let bytes: Buffer;
  try {
    if (statSync(path).size > largestOrder) {
      throw orderUnreadable(name, 'is larger than 64 MiB', 'Choose the list of machines.');
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (errorCodeOf(error) === null) throw error;
    throw orderUnreadable(
      name,
      'cannot be read',
      'Check that the file exists and that you can read it.',
      error,
    );
  }
  return parseOrder(name, decodeText(name, bytes), number, settings);
}

/**
 * Reads the text of an order.
 * @param name what it is called in messages
 * @param settings what serials look like at this station
 * @throws PrestageError order-invalid with all that is wrong
 */
export function parseOrder(
  name: string,
  text: string,
  number: string | null,
  settings: ScanSettings,
): SentOrder {
  const reading = readOrder(text, number, settings);
  if (reading.result === 'refused') throw orderInvalid(name, reading.problems);
  return reading;
}

/**
 * The bytes of an order as text: UTF-8, or UTF-16 as spreadsheets save "Unicode text" and PowerShell's `>` writes.
 * @throws PrestageError order-invalid
 */
export function decodeText(name: string, bytes: Uint8Array): string {
  const [first = 0, second = 0] = bytes;
  const what = noTable(bytes);
  if (what !== null) {
    const remedy = 'In the spreadsheet program, save it as "CSV UTF-8" and choose that file.';
    throw orderUnreadable(name, what, remedy);
  }
  const little = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0 && bytes.length > 1);
  const big = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  const encoding = little ? 'utf-16le' : big ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw orderUnreadable(name, 'is not text in UTF-8', 'Save it as "CSV UTF-8" and choose that file.');
  }
}

/** Beginnings of files that hold tables, but are none. */
const beginnings: readonly (readonly [string, string])[] = [
  ['PK\u0003\u0004', 'is a spreadsheet or an archive, not a text file'],
  ['\u00d0\u00cf\u0011\u00e0', 'is a spreadsheet in the old format of Excel, not a text file'],
  ['%PDF', 'is a PDF, not a text file'],
  ['{\\rtf', 'is a document of a word processor, not a text file'],
  ['<', 'is a web page or XML, not a table'],
];

/** What a file is that is no table and no JSON, as a sentence ends; null when that cannot be said. */
function noTable(bytes: Uint8Array): string | null {
  const begins = Buffer.from(bytes.subarray(0, 64))
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  return beginnings.find(([beginning]) => begins.startsWith(beginning))?.[1] ?? null;
}
