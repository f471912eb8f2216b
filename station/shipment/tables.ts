import { autopilotImport, configMgrImport, type ImportedMachine, type LeftOut } from '../../core/import-csv';
import { csvLine } from '../ledger/export';
import type { ShippedMachine } from './records';

/**
 * The columns of `manifest.csv`, one row a machine (RFC 4180). Times are ISO 8601 in UTC, sizes bytes, durations
 * seconds. Serials and UUIDs are text: a spreadsheet that opens the file instead of importing it drops leading zeros.
 */
const columns = [
  'machineSerial',
  'assetTag',
  'computerName',
  'smbiosUuid',
  'macs',
  'model',
  'driveSerial',
  'driveWwn',
  'driveModel',
  'driveBytes',
  'mediaFile',
  'mediaSha256',
  'mediaExpected',
  'imageIndex',
  'imageName',
  'layout',
  'fingerprint',
  'bytesWritten',
  'bytesVerified',
  'chunksVerified',
  'verifySeconds',
  'readAgainAt',
  'rehearsal',
  'startedAt',
  'endedAt',
  'operator',
  'station',
  'workOrder',
  'ledgerEntry',
  'entryHash',
] as const;

/** `manifest.csv`. */
export function manifestCsv(machines: readonly ShippedMachine[]): string {
  return (
    csvLine(columns) +
    machines
      .map(({ evidence, entryHash }) => {
        const { job, result, rehearsal } = evidence;
        const facts = job.machine ?? {};
        const row: Record<(typeof columns)[number], string | number | null> = {
          machineSerial: evidence.machineSerial,
          assetTag: facts.assetTag ?? null,
          computerName: facts.computerName ?? null,
          smbiosUuid: facts.uuid ?? null,
          macs: facts.macs?.join(' ') ?? null,
          model: facts.model ?? null,
          driveSerial: job.drive.serial,
          driveWwn: job.drive.wwn,
          driveModel: job.drive.model,
          driveBytes: job.drive.size,
          mediaFile: job.media.fileName,
          mediaSha256: job.media.sha256,
          mediaExpected: job.media.expected,
          imageIndex: job.image.index,
          imageName: job.image.name,
          layout: job.layout,
          fingerprint: job.fingerprint,
          bytesWritten: result.bytesWritten,
          bytesVerified: result.bytesVerified,
          chunksVerified: result.chunksVerified,
          verifySeconds: result.verifySeconds,
          readAgainAt: evidence.rereadAt,
          rehearsal: rehearsal === null ? null : 'starts',
          startedAt: evidence.startedAt,
          endedAt: evidence.endedAt,
          operator: evidence.operator,
          station: evidence.station.name,
          workOrder: job.workOrder ?? null,
          ledgerEntry: evidence.sequence,
          entryHash,
        };
        return csvLine(columns.map((column) => row[column]));
      })
      .join('')
  );
}

/** The import files, and the machines that cannot be imported with them. */
export function importTables(machines: readonly ShippedMachine[]): {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly leftOut: readonly LeftOut[];
} {
  const imported: ImportedMachine[] = machines.map(({ evidence: { machineSerial, job } }) => ({
    machineSerial,
    facts: job.machine ?? {},
  }));
  const configMgr = configMgrImport(imported);
  return {
    files: [...configMgr.files, ...autopilotImport(imported).files],
    leftOut: configMgr.leftOut,
  };
}
