import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Progress } from '../../../station/cli/progress';

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
      'bay 1: writing 25%, 100 MB/s, 0:30 left',
      'bay 1: writing 50%, 100 MB/s, 0:20 left',
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
      'media: hashing 100%, 2000 MB/s',
      'bay 1: writing 100%, 1818 MB/s',
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
});

describe('progress on a terminal', () => {
  it('draws one line a drive, within the width of a terminal', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, clearLine: () => true });
    let time = 0;
    const progress = new Progress({ stream, terminal: true, now: () => time });
    for (time = 0; time <= 2000; time += 100) {
      progress.job('a bay whose label is much too long', writing(time * 1_000_000));
    }
    progress.job('bay 2', { state: 'sealing' });
    progress.log('a message');
    progress.stop();
    const drawn = String(stream.read());
    expect(drawn).toContain('a message\n');
    expect(drawn).toContain('a bay whose label is … writing    #######.......  50%');
    expect(drawn).toMatch(/50% 1000 MB\/s 0:02 left/);
    expect(drawn).toContain('bay 2                  sealing');
  });
});
