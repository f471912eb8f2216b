import type { Assignment } from '../../core/job/batch-rules';
import { sanitizeForDisplay } from '../../core/base/display';
import type { MachineDetails } from '../../core/machine/machine';
import { replacedBy, type ReplacedComputer } from '../../core/machine/replaced-computer';
import { mergeMachineDetails } from '../../core/machine/machine-details';
import type { MediaHash } from '../../core/media/media';
import type { LedgerReader } from '../ledger/ledger-reader';
import { expectedHash, type ExpectedHash, type SignedMedia } from '../media/media-expectation';
import { orderMismatch } from './order-errors';
import { openRecord } from './open-record';
import { allows, type OpenOrder } from './order-reader';
import { plural } from '../../core/base/plurals';

/** What a batch that is asked for has to say to the open order. */
export interface OrderedRequest {
  /** Their serials are normalized. */
  readonly assignments: readonly Assignment[];
  readonly workOrder: string | null;
  readonly imageIndex: number;
  readonly layoutName: string;
  /** Absolute path of the media; of a split set its first part. */
  readonly mediaPath: string;
  /** SHA-256 that the operator gave. */
  readonly expectSha256: string | null;
  /** What the media was hashed to before; null when it was not. */
  readonly hash: MediaHash | null;
  /** Where the media is in the library. */
  readonly signed?: SignedMedia | null;
}

/**
 * Compares what is asked for with the open order, which is the one place where a batch meets it before its media is
 * hashed.
 * @returns what the media's SHA-256 should be, where nobody else said it as the order does
 * @throws PrestageError order-mismatch, and what expectedHash throws
 */
export function checkAgainstOrder(open: OpenOrder | null, request: OrderedRequest): ExpectedHash {
  const { mediaPath: path, expectSha256, hash, signed } = request;
  if (open === null) return expectedHash({ path, expectSha256, signed });
  requireOrdered(open, request);
  requireOrderedHash(open, expectedHash({ path, expectSha256, signed }));
  if (hash !== null) requireOrderedMedia(open, hash);
  return expectedHash({ path, expectSha256, orderedSha256: open.order.mediaSha256, signed });
}

/** Number, image, layout and machines. */
function requireOrdered(open: OpenOrder, request: OrderedRequest): void {
  const { number, imageIndex, layout } = open.order;
  const called = `Work order ${sanitizeForDisplay(number, 60)}`;
  if (request.workOrder !== null && request.workOrder !== number) {
    const given = sanitizeForDisplay(request.workOrder, 60);
    throw orderMismatch(
      `${called} is open, but the batch has the number ${given}.`,
      'Remove that number, or close the work order first.',
    );
  }
  if (imageIndex !== undefined && imageIndex !== request.imageIndex) {
    throw orderMismatch(
      `${called} requires image ${imageIndex}, but image ${request.imageIndex} is selected.`,
      'Select the image that the work order requires.',
    );
  }
  if (layout !== undefined && layout !== request.layoutName) {
    throw orderMismatch(
      `${called} requires the layout ${layout}, but ${sanitizeForDisplay(request.layoutName, 40)} is selected.`,
      'Select the layout that the work order requires.',
    );
  }
  const unexpectedMachines = request.assignments.filter(({ machineSerial }) => !allows(open, machineSerial));
  if (unexpectedMachines.length === 0) return;
  const serials = unexpectedMachines
    .map(({ machineSerial }) => sanitizeForDisplay(machineSerial, 64))
    .join(', ');
  throw orderMismatch(
    `${called} does not contain ${plural(unexpectedMachines.length, 'machine', 'the machines')} ${serials}.`,
    'Check the label. To allow the machine, add an exception: prestage order except SERIAL --reason TEXT',
  );
}

/**
 * Compares what is said of the media with what the order wants.
 * @param expected without the order's own word
 * @throws PrestageError order-mismatch
 */
function requireOrderedHash({ order }: OpenOrder, expected: ExpectedHash): void {
  // A set in parts has a sum for each part, and another for the set: that is compared when it was hashed.
  const comparable =
    expected.source === 'given' || expected.source === 'signed-manifest' || expected.sums.size === 1;
  if (!comparable || expected.sha256 === null || order.mediaSha256 === undefined) return;
  if (expected.sha256 === order.mediaSha256) return;
  throw otherMedia(order.number, order.mediaSha256, expected.sha256);
}

/** @throws PrestageError order-mismatch when the media is not the one that was ordered */
export function requireOrderedMedia(open: OpenOrder | null, hash: MediaHash): void {
  const wanted = open?.order.mediaSha256;
  if (open === null || wanted === undefined || wanted === hash.sha256) return;
  throw otherMedia(open.order.number, wanted, hash.sha256);
}

function otherMedia(number: string, wanted: string, found: string): Error {
  return orderMismatch(
    `The media is not the one that work order ${sanitizeForDisplay(number, 60)} requires: its SHA-256 differs.`,
    'Choose the media that the work order requires. If this media is newer, ask the enterprise for a new work order.',
    `order ${wanted}\nmedia ${found}`,
  );
}

/**
 * What is known of a machine beside its serial; null when nothing is.
 * @param scanned from its label or firmware
 * @throws PrestageError machine-contradicts
 */
export function machineOf(
  open: OpenOrder | null,
  machineSerial: string,
  scanned: MachineDetails | undefined,
): MachineDetails | null {
  const line = open?.lines.get(machineSerial);
  if (line === undefined) return scanned ?? null;
  const {
    serial: _serial,
    replaces: _replaces,
    replacesSerial: _old,
    firmwareTrust: _trust,
    ...ordered
  } = line;
  const details = scanned === undefined ? ordered : mergeMachineDetails(machineSerial, ordered, scanned);
  return Object.keys(details).length === 0 ? null : details;
}

/** The computer whose place a machine takes, by the open order; null: none that is known. */
export function replacedOf(open: OpenOrder | null, machineSerial: string): ReplacedComputer | null {
  const line = open?.lines.get(machineSerial);
  return line === undefined ? null : replacedBy(line);
}

/**
 * The order under which a job was planned must still be the open one. For under the ledger's write lock.
 * @throws PrestageError order-mismatch
 */
export function requireSameOrder(orderId: string | undefined, ledger: Pick<LedgerReader, 'newestOf'>): void {
  const open = openRecord(ledger);
  if ((open?.record.orderId ?? null) === (orderId ?? null)) return;
  throw orderMismatch(
    open === null
      ? 'The work order was closed after this drive was paired with its machine.'
      : `Work order ${sanitizeForDisplay(open.record.number, 60)} was opened after this drive was paired with its machine.`,
    'Check the work order, then start this drive again.',
  );
}
