import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { fileExists } from '../../core/base/file-exists';
import type { LedgerRecord } from '../../core/ledger/record';
import type { LeftOut } from '../../core/shipment/shipment-rules';
import { sha256Hex, type LedgerRow } from '../ledger/entry';
import { cannotWrite, isSystemError, requireNoFindings } from '../ledger/export-file';
import { ledgerBroken } from '../ledger/ledger-errors';
import { loadStationKey, type StationKey } from '../ledger/keys';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { LedgerReader } from '../ledger/ledger-reader';
import { stillHolds } from '../state/disk';
import { syncFolder, type StatePaths } from '../state/state-paths';
import { makeBundle } from './bundle';
import { closeShipment, type ShipmentChoice } from './close-shipment';
import { machineContent, type ClosedRow, type MachineContent, type ShipmentContent } from './content';
import { shipmentsIn } from './shipment-history';
import { bundleTables } from './tables';

/** Closes shipments and makes their bundles. */

export interface Packing {
  readonly ledger: Ledger;
  readonly paths: Pick<StatePaths, 'keyFile'>;
  /** Path of the bundle; there must be no file yet, but for `replace`. */
  readonly file: string;
  /** Somebody has said that a file of that name may go. */
  readonly replace?: boolean;
}

const leftOutSchema = z.strictObject({ machineSerial: z.string(), reason: z.string() }).readonly();

/** What became of a shipment; `ship --json` prints it. */
export const shipmentReportSchema = z.strictObject({
  shipmentId: z.uuid(),
  number: z.string(),
  /** Number of the work order; null when the machines had none. */
  orderNumber: z.string().nullable(),
  /** The bundle, absolute. */
  file: z.string(),
  /** Of the file. */
  bytes: z.int().nonnegative(),
  /** Of the file. */
  sha256: sha256Schema,
  /** Number of the shipment-closed entry. */
  ledgerEntry: z.int().positive(),
  /** SHA-256 of the station's public key (SPKI, DER). */
  keyFingerprint: sha256Schema,
  machines: z
    .array(
      z
        .strictObject({
          machineSerial: z.string(),
          jobId: z.uuid(),
          /** Number of the entry that recorded the finished job. */
          ledgerEntry: z.int().positive(),
          /** A finding about the machine from after the shipment was closed; null when there is none. */
          withdrawn: z.string().nullable(),
          /** A drive that may have been written again since; nobody can say so for certain. null: nothing of the kind. */
          doubt: z.string().nullable(),
        })
        .readonly(),
    )
    .readonly(),
  /** Machines of the batch or order that are not in the shipment, with the reason. */
  leftOut: z.array(leftOutSchema).readonly(),
  /** Machines of the shipment that are missing from an import file. */
  notImported: z
    .array(z.strictObject({ file: z.string(), machineSerial: z.string(), reason: z.string() }).readonly())
    .readonly(),
});
export type ShipmentReport = Readonly<z.infer<typeof shipmentReportSchema>>;

/**
 * Closes a shipment: first the record, then the bundle. The bundle's file is begun before, so that nothing is recorded
 * when it cannot be written.
 * @throws PrestageError usage, shipment-refused, shipment-empty, ledger-…
 */
export async function ship(
  { ledger, paths, file, replace = false }: Packing,
  number: string,
  choice: ShipmentChoice,
  context: AppendContext,
): Promise<ShipmentReport> {
  requireWhole(ledger);
  const target = new BundleTarget(file, replace);
  try {
    const { row, plan } = closeShipment(ledger, number, choice, context);
    try {
      return await pack({ ledger, paths }, row, plan.leftOut, target);
    } catch (error) {
      // The record stands: who believed otherwise would close the same machines twice.
      const again = `prestage ship --again ${sanitizeForDisplay(number)}`;
      throw stillHolds(
        error,
        `The shipment is recorded; only its bundle is missing. Make it with: ${again}.`,
      );
    }
  } finally {
    target.abandon();
  }
}

/**
 * Makes the bundle of a recorded shipment again. What was found since about its drives is in it too; when nothing was, it
 * is the same bundle.
 * @throws PrestageError record-not-found, usage, ledger-…
 */
export async function shipAgain(
  { ledger, paths, file, replace = false }: Packing,
  number: string,
): Promise<ShipmentReport> {
  requireWhole(ledger);
  const row = requireShipment(ledger, number);
  const target = new BundleTarget(file, replace);
  try {
    return await pack({ ledger, paths }, row, [], target);
  } finally {
    target.abandon();
  }
}

/** @throws PrestageError record-not-found, ledger-broken */
export function requireShipment(ledger: LedgerReader, number: string): ClosedRow {
  const row = shipmentsIn(ledger).find(({ record }) => record.number === number);
  if (row !== undefined) return row;
  throw new PrestageError({
    code: 'record-not-found',
    message: `The ledger has no shipment ${sanitizeForDisplay(number)}.`,
    remedy: 'Nothing was written. To see the numbers, run: prestage ledger list --json',
  });
}

/** What a shipment says is found by columns that nobody signed: only all of the ledger shows that they are right. */
function requireWhole(ledger: Ledger): void {
  requireNoFindings(ledger.verify(), 'nothing was shipped');
}

async function pack(
  { ledger, paths }: Pick<Packing, 'ledger' | 'paths'>,
  row: ClosedRow,
  leftOut: readonly LeftOut[],
  target: BundleTarget,
): Promise<ShipmentReport> {
  const content = contentOf(ledger, row);
  const key = requireKey(ledger, paths);
  const rows = [row, ...content.order, ...content.machines.flatMap((machine) => machine.rows)];
  const sequences = rows.map(({ sequence }) => sequence);
  // The smallest checkpoint that covers them all: the bundle does not change because the ledger went on.
  const proofs = ledger.proofs(sequences, Math.max(...sequences));
  const bundle = await makeBundle(content, proofs, key);
  target.keep(bundle);
  return {
    shipmentId: row.record.shipmentId,
    number: row.record.number,
    orderNumber: row.record.orderNumber,
    file: target.file,
    bytes: bundle.length,
    sha256: sha256Hex(bundle),
    ledgerEntry: row.sequence,
    keyFingerprint: key.fingerprint,
    machines: content.machines.map(({ machineSerial, jobId, ended, finished, withdrawn }) => ({
      ...{ machineSerial, jobId, ledgerEntry: ended.sequence },
      ...overwritten(ledger, machineSerial, finished, withdrawn),
    })),
    leftOut,
    notImported: bundleTables(content).left,
  };
}

/** Of a drive that was written again since, or may have been. The bundle cannot show it: it may be another enterprise's by now. */
function overwritten(
  ledger: Ledger,
  machineSerial: string,
  { job, sequence }: MachineContent['finished'],
  withdrawn: string | null,
): Pick<ShipmentReport['machines'][number], 'withdrawn' | 'doubt'> {
  const erasure = withdrawn === null ? ledger.findErasure(job, sequence) : null;
  if (erasure === null) return { withdrawn, doubt: null };
  const [machine, other] = [machineSerial, erasure.machineSerial].map((one) => sanitizeForDisplay(one));
  return erasure.certain
    ? {
        withdrawn: `Machine ${machine} no longer has its image: its drive was written again later.`,
        doubt: null,
      }
    : {
        withdrawn,
        doubt: `Machine ${machine} may no longer have its image: a drive with the same serial was written later for machine ${other}.`,
      };
}

/** Reads what the ledger says of a shipment's machines, and of no others. @throws PrestageError ledger-broken */
export function contentOf(ledger: LedgerReader, closed: ClosedRow): ShipmentContent {
  const machines = closed.record.machines.map((machine) => {
    const content = machineContent(machine, ledger.find({ by: 'job', jobId: machine.jobId }));
    if (content !== null) return content;
    const serial = sanitizeForDisplay(machine.machineSerial);
    throw ledgerBroken(
      `The ledger has no finished job of machine ${serial}, although it records it as shipped.`,
    );
  });
  const orders = new Set(machines.flatMap(({ finished }) => finished.job.orderId ?? []));
  const order = orderKinds
    .flatMap((kind) => ledger.find({ by: 'kind', kind }))
    .filter((row) => isOfOrder(row, orders))
    .toSorted((a, b) => a.sequence - b.sequence);
  return { closed, order, machines };
}

const orderKinds = ['order-opened', 'order-exception', 'order-closed'] as const;

function isOfOrder({ entry: { record } }: LedgerRow, orders: ReadonlySet<string>): boolean {
  return isOrderRecord(record) && orders.has(record.orderId);
}

export function isOrderRecord(
  record: LedgerRecord,
): record is Extract<LedgerRecord, { kind: (typeof orderKinds)[number] }> {
  return (orderKinds as readonly string[]).includes(record.kind);
}

function requireKey(ledger: Ledger, paths: Pick<StatePaths, 'keyFile'>): StationKey {
  const key = loadStationKey(paths);
  if (key !== null && key.fingerprint === ledger.publicKey?.fingerprint) return key;
  throw ledgerBroken('The station’s key is not the one that the ledger was opened with.');
}

/** A file that is whole or, after an error, not there. It takes the place of no other that nobody gave up. */
class BundleTarget {
  readonly file: string;
  readonly #temporary: string;
  #descriptor: number | null;

  /** @throws PrestageError usage when it could not be written */
  constructor(file: string, replace: boolean) {
    this.file = file;
    this.#temporary = `${file}.${process.pid}.part`;
    if (!replace && existsSync(file)) {
      throw fileExists(file, 'Nothing was recorded. Choose another file, or move this one away.');
    }
    this.#descriptor = this.#guarded(() => openSync(this.#temporary, 'wx', 0o644));
  }

  keep(bytes: Uint8Array): void {
    const descriptor = this.#descriptor;
    if (descriptor === null) throw new Error('the bundle was written before');
    this.#guarded(() => {
      writeFileSync(descriptor, bytes);
      fsyncSync(descriptor);
      closeSync(descriptor);
      this.#descriptor = null;
      renameSync(this.#temporary, this.file);
      syncFolder(dirname(this.file));
    });
  }

  /** Takes away what was begun; does nothing once the file is whole. */
  abandon(): void {
    if (this.#descriptor === null) return;
    closeSync(this.#descriptor);
    this.#descriptor = null;
    rmSync(this.#temporary, { force: true });
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw isSystemError(error)
        ? cannotWrite(`The bundle ${shownPath(this.file)}`, error, this.file)
        : error;
    }
  }
}
