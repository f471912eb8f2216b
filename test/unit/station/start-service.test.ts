import { nothingBefore } from '../../../core/job/drive-again';
import { describe, expect, it } from 'vitest';
import type { AppJob } from '../../../core/contract/app-bench';
import type { Drive } from '../../../core/drive/drive';
import { noPast, type DrivePast, type PastDrive } from '../../../core/ledger/drive-past';
import type { BatchService } from '../../../station/app/batch-service';
import type { BootTests } from '../../../station/app/boot-tests';
import type { DriveList } from '../../../station/app/drive-list';
import type { JobService } from '../../../station/app/job-service';
import type { SettingsService } from '../../../station/app/settings-service';
import { StartService, type StartServiceDependencies } from '../../../station/app/start-service';
import { attachedPast, machineHeld } from '../../../station/drives/finished-drive';
import { type BatchRequest } from '../../../station/jobs/batch-plan';
import { machineShownOn } from '../../../station/jobs/plan-batch';
import { sampleDrive } from '../core/drive/drives';
import { request } from './job-story';
import { sampleJob } from './ledger/samples';

/** The GUID that the listing tells, and the machine whose image it is. */
const held = sampleJob({ machineSerial: 'PC-1' });
const holding = (machineSerial: string): DrivePast => ({
  ...noPast,
  holds: { machineSerial, entry: 2, time: '2025-11-03T09:00:00.000Z', media: 'gold.wim', shipped: null },
});
/** As a ledger in which one disk GUID is that of PC-1, and another that of PC-2. */
const readGuid = '22222222-2222-4222-8222-222222222222';
const ledger = {
  pastOf: ({ diskGuid }: PastDrive): DrivePast =>
    diskGuid === held.diskGuid ? holding('PC-1') : diskGuid === readGuid ? holding('PC-2') : noPast,
};

describe('what an attached drive is taken to hold', () => {
  const drive = sampleDrive({ diskGuid: held.diskGuid, attachment: 'here' });

  it('is what was read on it while it stayed attached, before what an older listing tells', () => {
    expect(machineHeld(drive, ledger, (here) => (here === 'here' ? readGuid : null))).toBe('PC-2');
    expect(machineHeld(drive, ledger, () => null)).toBe('PC-1');
    expect(machineHeld({ ...drive, diskGuid: null }, ledger)).toBeNull();
  });

  it('is, for a start, what the operator was shown, whatever the listing tells since', () => {
    expect(machineShownOn(drive, { shown: new Map([['drive-0001', 'PC-2']]) }, ledger)).toBe('PC-2');
    // It was shown as an empty drive: that it holds PC-1 nobody was asked about.
    expect(machineShownOn(drive, { shown: new Map() }, ledger)).toBeNull();
    // The command line asks with what the plan names.
    expect(machineShownOn(drive, {}, ledger)).toBe('PC-1');
  });
});

describe('a drive that is tried again', () => {
  const attached = sampleDrive({ diskGuid: held.diskGuid, attachment: 'here' });

  /** Tries it again after a job that ended. @returns the requests that were started */
  async function retried(
    drive: Drive,
    shown: ReadonlyMap<string, string> | null,
    read: string | null = null,
  ): Promise<BatchRequest[]> {
    const requests: BatchRequest[] = [];
    const job: AppJob = {
      ...{ driveId: drive.id, attachment: 'here', bay: 'bay 1', machineSerial: 'PC-9' },
      ...{ state: { state: 'cancelled', bytesWritten: 0 }, startedAt: '2025-11-03T09:00:00.000Z' },
      ...{ endedAt: '2025-11-03T09:01:00.000Z', ledgerEntry: 7, canCancel: false, canRetry: true },
    };
    const jobs: Partial<JobService> = {
      find: () => job,
      requestOf: () => (shown === null ? null : { ...request, shown }),
      start: (one) => {
        requests.push(one);
        return Promise.resolve();
      },
    };
    const batch = { state: { operator: 'Ada Operator' } } as BatchService;
    const drives: Partial<DriveList> = { find: () => drive };
    const bootTests: Partial<BootTests> = { forget: () => undefined };
    const settings = { current: { desk: { onMachine: false } } } as SettingsService;
    const pasts = { of: (one: Drive): DrivePast => attachedPast(one, ledger, () => read) };
    const services: Partial<StartServiceDependencies> = {
      ...{ jobs: jobs as JobService, drives: drives as DriveList, bootTests: bootTests as BootTests },
      ...{ batch, settings, pasts, recorded: () => Promise.resolve(), driveBefore: () => nothingBefore },
      live: { isMachine: false },
    };
    await new StartService(services as StartServiceDependencies).retry(drive.id, null);
    return requests;
  }
  const refusal = (message: RegExp): unknown =>
    expect.objectContaining({
      data: expect.objectContaining({
        code: 'drive-changed',
        message: expect.stringMatching(message) as unknown,
      }) as unknown,
    });

  it('is written when it holds what was shown at its start: that job ended before it wrote', async () => {
    const shown = new Map([[attached.id, 'PC-1']]);
    expect(await retried(attached, shown)).toMatchObject([
      { assignments: [{ driveId: attached.id, machineSerial: 'PC-9' }], shown },
    ]);
  });

  it('is refused when it holds what nobody was shown, and named as what it is', async () => {
    const said =
      /^The drive in this bay \(bay 1\) holds the finished image of machine PC-1, which was not shown/;
    await expect(retried(attached, new Map())).rejects.toEqual(refusal(said));
    await expect(retried(attached, null)).rejects.toEqual(refusal(said));
    await expect(retried(attached, new Map([[attached.id, 'PC-1']]), readGuid)).rejects.toEqual(
      refusal(/holds the finished image of machine PC-2/),
    );
  });

  it('is refused when another drive is in its place, whatever was shown of that machine', async () => {
    const other = { ...attached, attachment: 'elsewhere' };
    await expect(retried(other, new Map([[attached.id, 'PC-1']]))).rejects.toEqual(
      refusal(/^Another drive is in this bay \(bay 1\)/),
    );
  });
});
