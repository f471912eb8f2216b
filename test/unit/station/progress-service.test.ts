import { afterEach, describe, expect, it } from 'vitest';
import type { AppBootTest, AppJob } from '../../../core/contract/app-bench';
import { commonPace } from '../../../core/job/work-plan';
import { ProgressService } from '../../../station/app/progress-service';
import { result, someJob, writeFailed } from '../../support/app-samples';

let jobs: AppJob[] = [];
let bootTests: AppBootTest[] = [];
let settled = false;
let now = 0;
let service: ProgressService | null = null;

afterEach(() => {
  service?.close();
});

function begin(...first: AppJob[]): ProgressService {
  jobs = first;
  bootTests = [];
  settled = false;
  now = 0;
  service?.close();
  service = new ProgressService({
    jobs: () => jobs,
    bootTests: () => bootTests,
    settled: () => settled,
    pace: () => commonPace,
    now: () => now,
  });
  service.look();
  return service;
}

const writing = (number: number, bytesDone: number): AppJob =>
  someJob(number, { state: 'writing', bytesDone, bytesTotal: 20e9 });
const passed = (number: number): AppJob => someJob(number, { state: 'done', result });

describe('ProgressService', () => {
  it('tells each drive that runs, and all of them', () => {
    const progress = begin(writing(1, 10e9), writing(2, 0), passed(3));
    expect(progress.state.drives).toEqual([
      { driveId: 'drive-01', percent: 26, secondsLeft: null },
      { driveId: 'drive-02', percent: 0, secondsLeft: null },
    ]);
    expect(progress.state.total).toMatchObject({
      drives: 3,
      running: 2,
      passed: 1,
      percent: 42,
      over: false,
    });
  });

  it('says nothing when nothing is new', () => {
    const progress = begin(writing(1, 10e9));
    let changes = 0;
    progress.onChange(() => {
      changes += 1;
    });
    progress.look();
    expect(changes).toBe(0);
    jobs = [writing(1, 12e9)];
    progress.look();
    expect(changes).toBe(1);
  });

  it('tells a time when bytes have moved for a while, and lets it run while nothing is heard', () => {
    const progress = begin(writing(1, 0));
    for (now = 500; now <= 10_000; now += 500) {
      jobs = [writing(1, now * 200_000)];
      progress.look();
    }
    // 20 GB to write and to read at 200 MB/s, less ten seconds.
    expect(progress.state.total?.secondsLeft).toBe(195);
    for (; now <= 13_000; now += 500) progress.look();
    expect(progress.state.drives[0]?.secondsLeft).toBeGreaterThanOrEqual(190);
    expect(progress.state.drives[0]?.secondsLeft).toBeLessThan(250);
  });

  it('counts drives whose cards were cleared while others run, until the last card is cleared', () => {
    const progress = begin(passed(1), someJob(2, writeFailed), writing(3, 10e9));
    const before = progress.state.total;
    jobs = [writing(3, 10e9)];
    progress.look();
    expect(progress.state.total).toEqual(before);
    jobs = [passed(3)];
    settled = true;
    progress.look();
    expect(progress.state.total).toMatchObject({
      drives: 3,
      passed: 2,
      failed: 1,
      failedBays: ['bay 2'],
      over: true,
    });
    jobs = [];
    progress.look();
    expect(progress.state).toEqual({ drives: [], total: null });
  });

  it('counts a drive that is tried again once', () => {
    const progress = begin(someJob(1, writeFailed), writing(2, 10e9));
    jobs = [{ ...writing(1, 0), startedAt: '2025-03-04T09:20:00.000Z' }, writing(2, 10e9)];
    progress.look();
    expect(progress.state.total).toMatchObject({ drives: 2, running: 2, failed: 0, percent: 13 });
  });

  it('is over when the drives are released, not before', () => {
    const progress = begin(writing(1, 10e9));
    jobs = [passed(1)];
    progress.look();
    expect(progress.state.total).toMatchObject({ running: 0, percent: 99, over: false });
    settled = true;
    progress.look();
    expect(progress.state.total).toMatchObject({ percent: 100, over: true, seconds: 1180 });
  });

  it('takes a drive that does not start for one that failed, and names one that is being started', () => {
    const progress = begin(passed(1));
    settled = true;
    bootTests = [{ driveId: 'drive-01', status: 'running', seconds: 3, limit: 300 }];
    progress.look();
    expect(progress.state.total).toMatchObject({ passed: 1, bootTests: ['bay 1'] });
    bootTests = [
      {
        driveId: 'drive-01',
        status: 'ended',
        verdict: {
          ...{ passed: false, what: 'no', sign: { kind: 'display' }, secureBoot: true, accelerator: 'kvm' },
          ...{ seconds: 7.5, console: [] },
        },
        picture: null,
        ledgerEntry: 12,
      },
    ];
    progress.look();
    expect(progress.state.total).toMatchObject({
      passed: 0,
      failed: 1,
      failedBays: ['bay 1'],
      bootTests: [],
    });
  });
});
