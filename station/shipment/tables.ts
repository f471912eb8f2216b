import { recordedProgramWords } from '../../core/boot/loader-choice';
import { autopilotImport, configmgrImport, type NotImported } from '../../core/shipment/import-csv';
import { importScript } from '../../core/shipment/import-script';
import { autopilotName, bundleNames, certificateName } from '../../core/shipment/shipment';
import { csvLine } from '../ledger/csv-line';
import type { MachineContent, ShipmentContent } from './content';
import type { BundleFile } from './zip';

/**
 * The columns of manifest.csv, a line a machine: UTF-8, RFC 4180, text that a spreadsheet would take for a formula with an
 * apostrophe before it (csvCell). Times are ISO 8601 in UTC, sizes bytes. What nobody said is empty.
 */
export const manifestColumns = [
  'shipment',
  'order',
  'machineSerial',
  'computerName',
  'assetTag',
  'machineModel',
  'smbiosUuid',
  'macs',
  'result',
  'driveSerial',
  'driveWwn',
  'driveModel',
  'driveBytes',
  'mediaFile',
  'mediaSha256',
  'imageIndex',
  'imageName',
  'layout',
  'fingerprint',
  'bytesVerified',
  'chunksVerified',
  'rehearsal',
  'startedAt',
  'finishedAt',
  'operator',
  'station',
  'batchId',
  'jobId',
  'ledgerEntry',
  'entryHash',
  'certificate',
] as const;

/** Columns that are there only where a machine has a value: a bundle without one is as it was before there were these. */
export const laterColumns = [
  'replacesComputer',
  'replacesSerial',
  'driverPack',
  'loader',
  'firmwareTrust',
] as const;
type ManifestColumn = (typeof manifestColumns)[number] | (typeof laterColumns)[number];
type ManifestRow = Record<ManifestColumn, string | number | null>;

/** The columns of replaced-computers.csv: each machine that takes the place of another one, and which. */
export const replacedColumns = [
  'shipment',
  'order',
  'machineSerial',
  'computerName',
  'replacesComputer',
  'replacesSerial',
] as const;

/**
 * The tables of a bundle. A function of the entries alone: the audit makes them again and compares bytes. A changed column fails every bundle made before.
 * @param former as an earlier version made them, see {@link autopilotImport}
 */
export function bundleTables(
  content: ShipmentContent,
  former = false,
): {
  readonly files: readonly BundleFile[];
  /** Machines that a file for import does not hold. */
  readonly left: readonly (NotImported & { readonly file: string })[];
} {
  const machines = content.machines.map(({ machineSerial, finished }) => ({
    serial: machineSerial,
    details: finished.job.machine ?? {},
    replaces: finished.job.replaces ?? null,
  }));
  const configmgr = configmgrImport(machines);
  const autopilot = autopilotImport(machines, former);
  const file = (name: string, text: string): BundleFile => ({ name, bytes: Buffer.from(text, 'utf8') });
  const files = [file(bundleNames.manifest, manifestCsv(content))];
  // A file without a line would be taken for one that was forgotten.
  if (configmgr.file.machines > 0) files.push(file(bundleNames.configmgr, configmgr.file.text));
  const script = importScript(machines);
  if (script !== null) {
    files.push(file(bundleNames.importScript, script), file(bundleNames.replaced, replacedCsv(content)));
  }
  files.push(...autopilot.files.map(({ text }, index) => file(autopilotName(index), text)));
  return {
    files,
    left: [
      ...configmgr.left.map((one) => ({ ...one, file: bundleNames.configmgr })),
      ...autopilot.left.map((one) => ({ ...one, file: autopilotName(0) })),
    ],
  };
}

function manifestCsv(content: ShipmentContent): string {
  const rows = content.machines.map((machine, index) => manifestRow(content, machine, index));
  const later = laterColumns.filter((column) => rows.some((row) => row[column] !== null));
  const columns: readonly ManifestColumn[] = [...manifestColumns, ...later];
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))].map(csvLine).join('');
}

function replacedCsv(content: ShipmentContent): string {
  const rows = content.machines
    .filter(({ finished }) => finished.job.replaces !== undefined)
    .map((machine, index) => manifestRow(content, machine, index));
  return [replacedColumns, ...rows.map((row) => replacedColumns.map((column) => row[column]))]
    .map(csvLine)
    .join('');
}

function manifestRow({ closed }: ShipmentContent, machine: MachineContent, index: number): ManifestRow {
  const { machineSerial, jobId, finished, ended, withdrawn } = machine;
  const { job, result, bootTest, startedAt } = finished;
  const known = job.machine ?? {};
  return {
    shipment: closed.record.number,
    order: closed.record.orderNumber,
    machineSerial,
    computerName: known.computerName ?? null,
    assetTag: known.assetTag ?? null,
    machineModel: known.model ?? null,
    smbiosUuid: known.uuid ?? null,
    macs: known.macs?.join(' ') ?? null,
    result: withdrawn === null ? 'verified' : 'withdrawn',
    driveSerial: job.drive.serial,
    driveWwn: job.drive.wwn,
    driveModel: job.drive.model,
    driveBytes: job.drive.size,
    mediaFile: job.media.fileName,
    mediaSha256: job.media.sha256,
    imageIndex: job.image.index,
    imageName: job.image.name,
    layout: job.layout,
    fingerprint: job.fingerprint,
    bytesVerified: result.bytesVerified,
    chunksVerified: result.chunksVerified,
    rehearsal: bootTest === null ? 'none' : bootTest.passed ? 'started' : 'did not start',
    startedAt,
    finishedAt: ended.entry.time,
    operator: ended.entry.operator,
    station: ended.entry.station.name,
    batchId: job.batchId,
    jobId,
    ledgerEntry: ended.sequence,
    entryHash: ended.hash,
    certificate: certificateName(index, machineSerial),
    replacesComputer: job.replaces?.computerName ?? null,
    replacesSerial: job.replaces?.serial ?? null,
    driverPack: job.driverPack?.name ?? null,
    loader: job.loader === undefined ? null : recordedProgramWords(job.loader),
    firmwareTrust: job.loader?.firmwareTrust ?? null,
  };
}
