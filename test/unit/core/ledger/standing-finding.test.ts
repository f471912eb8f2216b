import { describe, expect, it } from 'vitest';
import type { LedgerRecord, RecordedDrive } from '../../../../core/ledger/record';
import { standingFinding } from '../../../../core/ledger/standing-finding';
import { sampleJob } from '../../station/ledger/samples';

type Reading = Extract<LedgerRecord, { kind: 'drive-verified' }>;

/** Whether a finding about a drive still stands after a good reading of it. */
function stands(written: RecordedDrive, found: Partial<RecordedDrive> = {}, attachment?: string): boolean {
  const job = sampleJob({ drive: written, ...(attachment === undefined ? {} : { attachment }) });
  const { jobId, machineSerial, fingerprint, diskGuid } = job;
  const reading = (drive: RecordedDrive, end: Reading['end']): Reading => ({
    ...{ kind: 'drive-verified', jobId, machineSerial, fingerprint, diskGuid, drive, end },
    ...(attachment === undefined ? {} : { attachment }),
  });
  const reason = {
    code: 'verify-mismatch',
    message: 'Other bytes.',
    cause: null,
    remedy: 'Write it.',
  } as const;
  return (
    standingFinding(job, [
      reading({ ...written, ...found }, { state: 'failed', reason }),
      reading(written, { state: 'done', bytesVerified: 1, seconds: 1 }),
    ]) !== null
  );
}

describe('a good reading', () => {
  const sata: RecordedDrive = { ...sampleJob().drive, kind: 'disk', bus: 'sata' };
  const usb: RecordedDrive = { ...sata, bus: 'usb' };

  it('does not lift that this very drive gave other bytes', () => {
    expect(stands(sata)).toBe(true);
    expect(stands(sata, {}, 'here')).toBe(true);
    expect(stands(sampleJob().drive, {}, 'file 1:2 born 3')).toBe(true);
  });

  it('lifts what was found in a dock: it may keep one attachment while the drive in it is changed', () => {
    expect(stands(usb, {}, 'here')).toBe(false);
    expect(stands(usb)).toBe(false);
  });

  it('lifts what was found of a drive whose serial another one has', () => {
    expect(stands(sata, { identityShared: true })).toBe(false);
    expect(stands({ ...sata, identityShared: true })).toBe(false);
  });

  it('lifts that a drive was presented in other sectors: its bytes were not compared', () => {
    expect(stands(sata, { logicalSectorSize: 4096 })).toBe(false);
  });
});
