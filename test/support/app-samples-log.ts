import type { LogEntry, LogPage, LogReport, LogRow } from '../../core/contract/app-log';
import { GiB } from '../../core/base/units';
import { machineOf, numbers, result, someDrive } from './app-samples';

/** Lines, an entry and a report of the log that previews are made of. Made up, but as the station sends them. */

const hash = '3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8550';
const jobId = '0190d3c4-5f6a-7b8c-9d0e-1f2a3b4c5d6e';
const batchId = '0190d3c4-0000-7b8c-9d0e-1f2a3b4c5d6e';
const mediaFile = 'contoso-win11-24h2-prestaged-2025-03.wim';

const resultOf = (number: number): LogRow['result'] => {
  const others = ['verified', 'failed', 'cancelled', 'interrupted', 'rehearsed', 'verify-failed'] as const;
  return others[number - 4] ?? 'done';
};

const kindOf = (result: LogRow['result']): LogRow['kind'] =>
  /^(verif|rehears)/.test(result) ? 'check' : 'job';

/** A line about a work order or a shipment. */
function orderRow(sequence: number, more: Partial<LogRow>): LogRow {
  return {
    ...{ sequence, time: `2025-03-04T10:0${sequence - 45}:00.000Z`, kind: 'order', result: 'order-opened' },
    ...{ machineSerial: null, machines: null, shipment: null, reason: null },
    ...{ driveSerial: null, driveModel: null, bay: null, batchId: null, workOrder: 'WO-2025-00417' },
    ...{ mediaFile: null, operator: 'A. Jansen', ...more },
  };
}

/** Entries of one morning, newest first. */
export const logPage: LogPage = {
  total: 27,
  read: 51,
  entries: 51,
  rows: [
    orderRow(51, {
      ...{ kind: 'shipment', result: 'shipped', machines: 22, shipment: 'LS-2025-0041' },
    }),
    orderRow(50, {
      ...{ result: 'machine-left-out', machineSerial: machineOf(30), reason: 'Broken in transport' },
    }),
    orderRow(49, { result: 'order-opened', machines: 60 }),
    ...numbers(24).map((number) => ({
      sequence: 49 - 2 * number,
      time: `2025-03-04T09:${String(59 - number).padStart(2, '0')}:40.000Z`,
      ...{ kind: kindOf(resultOf(number)), result: resultOf(number) },
      ...{ machineSerial: machineOf(number), machines: null, shipment: null, reason: null },
      driveSerial: number === 11 ? null : someDrive(number).serial,
      driveModel: someDrive(number).model,
      bay: `bay ${number}`,
      batchId,
      workOrder: number > 18 ? null : 'WO-2025-00417',
      mediaFile,
      operator: 'A. Jansen',
    })),
  ],
};

const { id, kind, path, serial, wwn, size, model, bus, bay, byPath, logicalSectorSize } = someDrive(1);

/** The entry of a drive that passed, of which the signature does not fit any more. */
export const logEntry: LogEntry = {
  stored: { sequence: 47, json: '{}', hash, signature: 'c2lnbmF0dXJlIG9mIHRoZSBzdGF0aW9u' },
  problems: ['signature'],
  entry: {
    version: 1,
    sequence: 47,
    previousHash: hash,
    time: '2025-03-04T09:58:40.000Z',
    station: { name: 'Depot 3', keyFingerprint: hash },
    operator: 'A. Jansen',
    versions: { prestage: '0.2.0', wimlib: '1.14.4', linux: '6.12.9' },
    record: {
      kind: 'job-ended',
      startedAt: '2025-03-04T09:12:00.000Z',
      end: { state: 'done', result },
      job: {
        jobId,
        batchId,
        machineSerial: machineOf(1),
        layout: 'uefi',
        fingerprint: hash,
        drive: { id, kind, path, serial, wwn, size, model, bus, bay, byPath, logicalSectorSize },
        media: {
          fileName: mediaFile,
          sha256: hash,
          bytes: 14 * GiB,
          guid: '0123456789abcdef',
          expected: 'manifest',
        },
        image: { index: 1, name: 'Contoso Windows 11 Enterprise' },
        diskGuid: jobId,
        partitionGuids: [batchId, jobId],
        againReason: null,
        workOrder: 'WO-2025-00417',
      },
    },
  },
};

/** A disk image that came from another station. */
export const gotEntry: LogEntry = {
  ...logEntry,
  problems: [],
  entry: {
    ...logEntry.entry,
    record: {
      kind: 'got-from-station',
      from: { station: 'Depot 7', certificate: hash, keyFingerprint: hash, time: '2025-03-04T09:58:40.000Z' },
      what: { is: 'disk-image', key: hash, fingerprint: hash, mediaSha256: hash, bytes: 21 * GiB },
    },
  },
};

/** A log of which one entry was changed. */
export const logReport: LogReport = {
  entries: 48,
  keyFingerprint: hash,
  problems: [{ sequence: 31, message: 'Entry 31: its hash is not that of what it says.' }],
};
