import { describe, expect, it } from 'vitest';
import {
  drivePast,
  noPast,
  type DrivePast,
  type CareDone,
  type EndedJob,
  type PastDrive,
} from '../../../../core/ledger/drive-past';
import type { JobEnd } from '../../../../core/job/job';
import type { JobDetails, RecordedDrive } from '../../../../core/ledger/record';
import { done, failed, sampleJob } from '../../station/ledger/samples';
import { sampleDrive } from '../drive/drives';

const attachment = 'file 254:1:77 born 1763900000000000000';
const virtual: RecordedDrive = sampleJob().drive;
const sata: RecordedDrive = { ...virtual, kind: 'disk', bus: 'sata', path: '/dev/sda' };
const usb: RecordedDrive = { ...sata, bus: 'usb' };

/** As the recorded drive is listed now. */
function listed(drive: RecordedDrive, changes: Partial<PastDrive> = {}): PastDrive {
  const { kind, bus, path, serial, wwn, size } = drive;
  return sampleDrive({ kind, bus, path, serial, wwn, size, attachment: null, ...changes });
}

function endOf(state: JobEnd['state']): JobEnd {
  if (state === 'interrupted') return { state };
  if (state === 'cancelled') return { state, bytesWritten: 0 };
  const record = state === 'done' ? done(sampleJob()) : failed(sampleJob());
  if (record.kind !== 'job-ended') throw new Error('a sample that ended');
  return record.end;
}

const day = (entry: number): string => `2026-11-${String(entry).padStart(2, '0')}T08:00:00.000Z`;

function ended(entry: number, job: JobDetails, state: JobEnd['state'], touched = true): EndedJob {
  return { job, entry, time: day(entry), end: endOf(state), touched };
}

function past(
  drive: PastDrive,
  jobs: readonly EndedJob[],
  changes: Partial<Parameters<typeof drivePast>[2]> = {},
): DrivePast {
  const nothing = { shared: false, shipmentOf: () => null, findingOf: () => null };
  return drivePast(drive, jobs, { ...nothing, ...changes });
}

const machine = ({ holds }: DrivePast): string | null => holds?.machineSerial ?? null;

describe('a drive holds', () => {
  it('the image whose disk GUID it has, and how it was shipped', () => {
    const first = sampleJob({ machineSerial: 'A', drive: usb });
    const drive = listed({ ...usb, serial: 'ANOTHER-DOCK' }, { diskGuid: first.diskGuid });
    const jobs = [ended(2, first, 'done')];
    const holds = { machineSerial: 'A', entry: 2, time: day(2), media: 'gold.wim', shipped: null };
    expect(past(drive, jobs)).toEqual({ holds, lastBad: null, failures: 0 });
    const shipped = { number: 'LOT-7', time: day(3) };
    const shipmentOf = (jobId: string): typeof shipped | null => (jobId === first.jobId ? shipped : null);
    expect(past(drive, jobs, { shipmentOf }).holds).toEqual({ ...holds, shipped });
  });

  it('nothing of the ledger when it was never written, or has another table by now', () => {
    expect(past(listed(virtual, { attachment }), [])).toEqual(noPast);
    const first = sampleJob({ attachment });
    const jobs = [ended(2, first, 'done')];
    const other = '11111111-1111-4111-8111-111111111111';
    expect(machine(past(listed(virtual, { attachment, diskGuid: other }), jobs))).toBeNull();
    expect(machine(past(listed(virtual, { attachment }), jobs))).toBeNull();
  });

  it('nothing once a later job failed on it, also where the listing still tells the old disk GUID', () => {
    const first = sampleJob({ machineSerial: 'A', attachment });
    const second = sampleJob({ machineSerial: 'B', attachment, previousDiskGuid: first.diskGuid });
    for (const state of ['failed', 'cancelled', 'interrupted'] as const) {
      const jobs = [ended(2, first, 'done'), ended(4, second, state)];
      for (const diskGuid of [null, first.diskGuid]) {
        const told = past(listed(virtual, { attachment, diskGuid }), jobs);
        expect(told.holds).toBeNull();
        expect(told.lastBad).toMatchObject({ state, entry: 4, touched: true });
        expect(told.failures).toBe(state === 'failed' ? 1 : 0);
      }
    }
  });

  it('nothing once a job behind another adapter took it, or one that does not say what it found', () => {
    const first = sampleJob({ machineSerial: 'A', drive: sata });
    const adapter = sampleJob({ drive: { ...usb, serial: 'DOCK' }, previousDiskGuid: first.diskGuid });
    const silent = sampleJob({ drive: sata });
    const now = listed(sata, { diskGuid: first.diskGuid });
    for (const later of [adapter, silent]) {
      expect(machine(past(now, [ended(2, first, 'done'), ended(4, later, 'failed')]))).toBeNull();
    }
  });

  it('what it held when a later job ended before it wrote anything, or was on a copy of it', () => {
    const first = sampleJob({ machineSerial: 'A', attachment });
    const second = sampleJob({ machineSerial: 'B', attachment, previousDiskGuid: first.diskGuid });
    const now = listed(virtual, { attachment, diskGuid: first.diskGuid });
    const told = past(now, [ended(2, first, 'done'), ended(4, second, 'failed', false)]);
    expect(machine(told)).toBe('A');
    expect(told.lastBad).toMatchObject({ state: 'failed', entry: 4, touched: false });

    const copy = sampleJob({
      machineSerial: 'B',
      attachment: 'file 254:1:99 born 1763900000000000001',
      previousDiskGuid: first.diskGuid,
    });
    const copied = past(now, [ended(2, first, 'done'), ended(4, copy, 'failed')]);
    expect(machine(copied)).toBe('A');
    expect(copied.lastBad).toBeNull();
  });

  it('what was written since it was attached where nobody may read its table, but not behind a dock', () => {
    const there = 'device 8:0 sequence 9 boot 11111111-1111-4111-8111-111111111111';
    for (const [drive, expected] of [
      [sata, 'A'],
      [usb, null],
    ] as const) {
      const first = sampleJob({ machineSerial: 'A', drive, attachment: there });
      const now = listed(drive, { attachment: there });
      expect(machine(past(now, [ended(2, first, 'done')]))).toBe(expected);
      const second = sampleJob({ machineSerial: 'B', drive, attachment: there });
      expect(machine(past(now, [ended(2, first, 'done'), ended(4, second, 'failed')]))).toBeNull();
      // The listing may still tell what was there before.
      const stale = listed(drive, { attachment: there, diskGuid: first.diskGuid });
      const both = [
        ended(2, first, 'done'),
        ended(4, { ...second, previousDiskGuid: first.diskGuid }, 'done'),
      ];
      expect(machine(past(stale, both))).toBe(expected === null ? null : 'B');
    }
  });

  it('what a copy of a drive holds, which was not shipped itself', () => {
    const first = sampleJob({ machineSerial: 'A', drive: sata });
    const copy = listed({ ...sata, serial: 'OTHER' }, { diskGuid: first.diskGuid });
    const shipmentOf = (): { number: string; time: string } => ({ number: 'LOT-7', time: day(3) });
    expect(past(copy, [ended(2, first, 'done')], { shipmentOf }).holds).toMatchObject({
      machineSerial: 'A',
      shipped: null,
    });
  });
});

describe('the last bad job of a drive', () => {
  it('is told by its own serial, with short words and the number of failures since it was finished', () => {
    const drive = listed(sata);
    const jobs = (['failed', 'done', 'failed', 'cancelled', 'failed'] as const).map((state, index) =>
      ended(index + 1, sampleJob({ drive: sata }), state),
    );
    expect(past(drive, jobs)).toEqual({
      holds: null,
      lastBad: { state: 'failed', entry: 5, time: day(5), reason: 'Write error', touched: true },
      failures: 2,
    });
    expect(past(drive, jobs.slice(0, 4)).lastBad).toMatchObject({ state: 'cancelled', reason: 'Cancelled' });
    expect(past(drive, jobs.slice(0, 2)).lastBad).toBeNull();
    expect(past(drive, jobs.slice(0, 2)).failures).toBe(0);
  });

  it('is not laid to a drive whose serial is not its own', () => {
    const jobs = (drive: RecordedDrive): EndedJob[] => [ended(1, sampleJob({ drive }), 'failed')];
    expect(past(listed(usb), jobs(usb))).toEqual(noPast);
    expect(past(listed(sata), jobs(sata), { shared: true })).toEqual(noPast);
    expect(past(listed(sata), jobs({ ...sata, identityShared: true }))).toEqual(noPast);
    const notes = [{ code: 'identity-shared', message: 'x' } as const];
    expect(past(listed(sata, { notes }), jobs(sata))).toEqual(noPast);
    expect(past(listed(sata), jobs({ ...sata, serial: 'OTHER' }))).toEqual(noPast);
  });

  it('can be a later reading that found the drive wrong', () => {
    const first = sampleJob({ machineSerial: 'A', attachment });
    const now = listed(virtual, { attachment, diskGuid: first.diskGuid });
    const reason = { code: 'verify-mismatch', message: 'm', cause: null, remedy: 'r' } as const;
    const { drive, jobId, machineSerial, fingerprint } = first;
    const finding = {
      ...{ kind: 'drive-verified' as const, jobId, machineSerial, drive, fingerprint },
      end: { state: 'failed' as const, reason },
    };
    const findingOf = (): { entry: number; time: string; finding: typeof finding } => ({
      ...{ entry: 5, time: day(5), finding },
    });
    const told = past(now, [ended(2, first, 'done')], { findingOf });
    expect(machine(told)).toBe('A');
    expect(told.lastBad).toMatchObject({ state: 'failed', entry: 5, reason: 'Read-back failed' });
  });
});

describe('an erase that is not finished', () => {
  const job = sampleJob({ drive: sata });
  const erase = (entry: number, outcome: 'erased' | 'not-erased' | 'not-known', drive = sata): CareDone => ({
    ...{ entry, time: day(entry), result: outcome },
    record: {
      ...({ kind: 'drive-sanitised', drive, startedAt: day(entry) } as const),
      sanitised: {
        ...({ method: 'overwrite', nist: 'clear', outcome, hidden: [], seconds: 1 } as const),
        before: { size: drive.size, table: 'none', partitions: [] },
        ...(outcome === 'erased' ? { why: null, bytesReadBack: drive.size } : { why: 'It was cancelled.' }),
      },
    },
  });

  it('is told of the drive until it was erased, or written', () => {
    const told = past(listed(sata), [], { cared: [erase(3, 'not-known')] });
    expect(told.lastBad).toMatchObject({ state: 'erase-unfinished', entry: 3, reason: 'Erase not finished' });
    expect(told.failures).toBe(0);
    expect(past(listed(sata), [], { cared: [erase(3, 'not-erased')] }).lastBad?.reason).toBe('Not erased');
    const after = { cared: [erase(3, 'not-known'), erase(4, 'erased')] };
    expect(past(listed(sata), [], after).lastBad).toBeNull();
    expect(
      past(listed(sata), [ended(5, job, 'done')], { cared: [erase(3, 'not-known')] }).lastBad,
    ).toBeNull();
  });

  it("is not told of another drive, nor by a serial that is not the drive's own", () => {
    const other = { ...sata, serial: 'ANOTHER' };
    expect(past(listed(other), [], { cared: [erase(3, 'not-known')] }).lastBad).toBeNull();
    expect(past(listed(usb), [], { cared: [erase(3, 'not-known', usb)] }).lastBad).toBeNull();
    expect(past(listed(sata), [], { shared: true, cared: [erase(3, 'not-known')] }).lastBad).toBeNull();
  });

  it('is told of a job that was interrupted in it', () => {
    const broken = { ...ended(4, job, 'interrupted'), sanitised: { outcome: 'not-known' as const } };
    expect(past(listed(sata), [broken]).lastBad).toMatchObject({ state: 'erase-unfinished', entry: 4 });
    const erased = { ...ended(4, job, 'interrupted'), sanitised: { outcome: 'erased' as const } };
    expect(past(listed(sata), [erased]).lastBad?.state).toBe('interrupted');
  });
});
