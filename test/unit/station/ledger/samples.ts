import { randomUUID } from 'node:crypto';
import type { JobDetails, LedgerRecord } from '../../../../core/ledger/record';
import type { AppendContext } from '../../../../station/ledger/ledger';

/** Records for ledger tests. */

export const context: AppendContext = {
  operator: 'Ada Operator',
  stationName: 'bench-7',
  versions: { prestage: '0.1.0', wimlib: '1.13.5' },
};

export function sampleJob(changes: Partial<JobDetails> = {}): JobDetails {
  return {
    jobId: randomUUID(),
    batchId: '7f0c2f64-6a44-4c3c-9b0e-1d2f3a4b5c6d',
    machineSerial: '0042PF',
    drive: {
      id: 'drive-1',
      kind: 'virtual',
      path: '/tmp/bench/drive1.img',
      serial: 'SN-0001',
      wwn: null,
      size: 8589934592,
      model: 'Virtual drive',
      bus: 'virtual',
      bay: 'Bay 1',
      byPath: null,
      logicalSectorSize: 512,
    },
    media: {
      fileName: 'gold.wim',
      sha256: 'a'.repeat(64),
      bytes: 123456,
      guid: '0'.repeat(32),
      expected: 'given',
    },
    image: { index: 1, name: 'Windows 11' },
    layout: 'uefi',
    fingerprint: 'b'.repeat(64),
    diskGuid: randomUUID(),
    partitionGuids: [randomUUID(), randomUUID(), randomUUID()],
    againReason: null,
    ...changes,
  };
}

export function started(job: JobDetails): LedgerRecord {
  return { kind: 'job-started', job };
}

export function done(job: JobDetails): LedgerRecord {
  return {
    kind: 'job-ended',
    job,
    startedAt: '2025-11-03T09:00:00.000Z',
    end: {
      state: 'done',
      result: {
        bytesWritten: 1000,
        bytesVerified: 1000,
        chunksVerified: 3,
        writeSeconds: 1.25,
        verifySeconds: 0.1,
        directIo: true,
        tableSha256: 'c'.repeat(64),
      },
    },
  };
}

export function failed(job: JobDetails): LedgerRecord {
  return {
    kind: 'job-ended',
    job,
    startedAt: '2025-11-03T09:00:00.000Z',
    end: {
      state: 'failed',
      bytesWritten: 512,
      reason: {
        code: 'drive-write-failed',
        message: 'The drive in Bay 1 does not take "data", it says.',
        cause: 'EIO',
        remedy: 'Replace the drive.',
        offset: 4096,
      },
    },
  };
}

/** A job that was done, and whose drive was found wrong when it was read again. */
export function foundWrong(machineSerial: string): LedgerRecord[] {
  const job = sampleJob({ machineSerial, drive: { ...sampleJob().drive, serial: `D-${machineSerial}` } });
  const reason = {
    code: 'verify-mismatch',
    message: 'Other data.',
    cause: null,
    remedy: 'Set it aside.',
  } as const;
  return [
    ...[started(job), done(job)],
    {
      ...{ kind: 'drive-verified', jobId: job.jobId, machineSerial, drive: job.drive },
      ...{ fingerprint: job.fingerprint, end: { state: 'failed', reason } },
    },
  ];
}
