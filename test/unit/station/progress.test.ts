import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { JobResult } from '../../../core/job/job';
import { advanceProgress, progressOf, startProgress } from '../../../core/job/progress';
import { paceOf } from '../../../core/job/work-plan';
import { Progress } from '../../../station/cli/progress';

const result: JobResult = {
  bytesWritten: 20e9,
  bytesVerified: 20e9,
  chunksVerified: 5400,
  writeSeconds: 100,
  verifySeconds: 50,
  directIo: true,
  tableSha256: 'ab'.repeat(32),
};

function plain(): { progress: Progress; at: (time: number) => void; lines: () => string[] } {
  const stream = new PassThrough();
  let time = 0;
  const progress = new Progress({ stream, terminal: false, now: () => time });
  return {
    progress,
    at: (now) => {
      time = now;
    },
    lines: () =>
      String(stream.read() ?? '')
        .split('\n')
        .filter((line) => line !== ''),
  };
}
const writing = (bytesDone: number): { state: 'writing'; bytesDone: number; bytesTotal: number } => ({
  state: 'writing',
  bytesDone,
  bytesTotal: 4e9,
});

describe('progress that is not on a terminal', () => {
  it('prints a line at each change of phase, for each drive', () => {
    const { progress, at, lines } = plain();
    progress.job('bay 1', { state: 'checking' });
    progress.job('bay 1', { state: 'erasing' });
    at(100);
    progress.job('bay 1', writing(0));
    progress.job('bay 2', { state: 'checking' });
    progress.job('bay 1', { state: 'sealing' });
    const reason = {
      code: 'drive-gone',
      message: 'The drive\u001b[2J is gone.',
      cause: null,
      remedy: '',
    } as const;
    progress.job('bay 2', { state: 'failed', reason, bytesWritten: 0 });
    expect(lines()).toEqual([
      'bay 1: checking',
      'bay 1: erasing',
      'bay 1: writing 0%',
      'bay 2: checking',
      'bay 1: sealing',
      'bay 2: FAILED: The drive[2J is gone.',
    ]);
  });

  it('prints at most one line every ten seconds while bytes move', () => {
    const { progress, at, lines } = plain();
    for (let time = 0; time <= 20_000; time += 100) {
      at(time);
      progress.job('bay 1', writing(time * 100_000));
    }
    expect(lines()).toEqual([
      'bay 1: writing 0%',
      // Of the whole job: what is written is read back as well.
      'bay 1: writing 13%, 95 MiB/s, 1:15 left',
      'bay 1: writing 26%, 95 MiB/s, 1:05 left',
    ]);
  });

  it('prints the end of a phase, once, however quick it was', () => {
    const { progress, at, lines } = plain();
    const hashing = (done: number, total = 4e9): void => {
      progress.task('media', { phase: 'hashing', done, total });
    };
    progress.job('bay 1', writing(0));
    hashing(0);
    for (const time of [1000, 2000, 2100, 2200]) {
      at(time);
      hashing(time * 2_000_000);
    }
    progress.job('bay 1', writing(4e9));
    progress.job('bay 1', { state: 'sealing' });
    // The same phase of another file.
    hashing(0);
    hashing(4e9);
    hashing(0, 0);
    expect(lines()).toEqual([
      'bay 1: writing 0%',
      'media: hashing 0%',
      'media: hashing 100%, 1907 MiB/s',
      'bay 1: writing 52%, 1734 MiB/s',
      'bay 1: sealing',
      'media: hashing 100%',
    ]);
  });

  it('takes tasks whose size is not known, and messages', () => {
    const { progress, lines } = plain();
    progress.task('media', { phase: 'hashing', done: 0, total: 0 });
    progress.log('hello');
    progress.stop();
    expect(lines()).toEqual(['media: hashing', 'hello']);
  });

  it('prints how far all drives are every ten seconds, from when they are held; the slowest decides the time', () => {
    const { progress, at, lines } = plain();
    progress.begin(['bay 1', 'bay 2'], paceOf([result]));
    for (let time = 0; time <= 12_000; time += 500) {
      at(time);
      progress.prepare({ phase: 'checking', done: time * 300_000, total: 4e9 });
    }
    const [first] = lines();
    // 4 GB to write at 200 MB/s, and to read at 400 MB/s.
    expect(first).toMatch(/^all 2 drives: \d+%, 0:3\d left$/);
    for (let time = 13_000; time <= 23_000; time += 500) {
      at(time);
      progress.job('bay 1', writing((time - 13_000) * 200_000));
      progress.job('bay 2', writing((time - 13_000) * 100_000));
    }
    const all = lines().filter((line) => line.startsWith('all 2 drives'));
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(/^all 2 drives: [2-5]\d%, 0:[34]\d left$/);
  });

  it('is the per cent of the app, preparation included', () => {
    const { progress, lines } = plain();
    progress.begin(['bay 1'], paceOf([]));
    progress.prepare({ phase: 'applying', done: 4e9, total: 4e9 });
    progress.job('bay 1', writing(0));
    let track = startProgress({ state: 'preparing', task: null }, 0);
    track = advanceProgress(
      track,
      { state: 'preparing', task: { phase: 'applying', done: 4e9, total: 4e9 } },
      0,
    );
    expect(progressOf(track).percent).toBeGreaterThan(30);
    expect(lines()).toEqual([`bay 1: writing ${progressOf(track).percent}%`]);
  });
});

describe('progress on a terminal', () => {
  it('draws one line a drive and one for all, within the width of a terminal', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, clearLine: () => true });
    let time = 0;
    const progress = new Progress({ stream, terminal: true, now: () => time });
    const long = 'a bay whose label is much too long';
    progress.begin([long, 'bay 2'], paceOf([]));
    for (time = 0; time <= 10_000; time += 100) progress.job(long, writing(time * 200_000));
    progress.job('bay 2', { state: 'sealing' });
    progress.log('a message');
    progress.stop();
    const drawn = String(stream.read());
    expect(drawn).toContain('a message\n');
    expect(drawn).toContain('a bay whose label is … writing    ###...........  26%  191 MiB/s 0:31 left');
    expect(drawn).toMatch(/all 2 drives {22}#\.{13} +1\d%/);
    expect(drawn).toContain('bay 2                  sealing');
  });
});
