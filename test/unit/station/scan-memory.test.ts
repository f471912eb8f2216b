import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScanOutcome } from '../../../core/scan/scan-outcome';
import { ScanMemory } from '../../../station/app/scan-memory';

const undone: ScanOutcome = {
  ...{ result: 'accepted', kind: 'command', effect: 'undone', machineSerial: null, bay: null },
};
const repeated: ScanOutcome = {
  ...{ result: 'refused', kind: 'command', reason: 'repeated-read', expected: 'machine', detail: null },
};

let bench = 'empty';
let memory: ScanMemory;
let changes = 0;
beforeEach(() => {
  bench = 'empty';
  changes = 0;
  memory = new ScanMemory(() => bench);
  memory.onChange(() => {
    changes += 1;
  });
});

describe('what was said of the latest scan', () => {
  it('holds until the bench is another one, and then never again', () => {
    memory.take('UNDO', 'bench', undone);
    memory.look();
    expect(memory.last).toMatchObject({ number: 1, text: 'UNDO', screen: 'bench', holds: true });
    bench = 'a click';
    memory.look();
    expect(memory.last).toMatchObject({ number: 1, outcome: undone, holds: false });
    expect(changes).toBe(2);
    bench = 'empty';
    memory.look();
    expect(memory.last?.holds).toBe(false);
    memory.take('UNDO', 'bench', undone);
    expect(memory.last).toMatchObject({ number: 2, holds: true });
  });

  it('is not undone by what the scan itself changes, however long that takes', async () => {
    await memory.during(async () => {
      memory.take('START', 'bench', undone);
      bench = 'the drives are held';
      memory.look();
      await Promise.resolve();
      bench = 'they are prepared';
      memory.look();
    });
    memory.look();
    expect(memory.last?.holds).toBe(true);
    bench = 'one has ended';
    memory.look();
    expect(memory.last?.holds).toBe(false);
  });

  it('goes when a later scan that says nothing changes the bench', async () => {
    memory.take('UNDO', 'bench', undone);
    await memory.during(() => {
      bench = 'changed';
      return Promise.resolve();
    });
    expect(memory.last?.holds).toBe(false);
  });

  it('also when the scan’s work fails', async () => {
    const failing = memory.during(() => {
      memory.take('START', 'bench', undone);
      bench = 'half done';
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    expect(memory.last?.holds).toBe(true);
    bench = 'later';
    memory.look();
    expect(memory.last?.holds).toBe(false);
  });

  it('is told anew when what it asked for could not be done', () => {
    memory.take('START', 'bench', undone);
    memory.refuseLast((kind) => ({ ...repeated, kind, reason: 'start-refused' }));
    expect(memory.last).toMatchObject({ number: 2, text: 'START', outcome: { reason: 'start-refused' } });
  });
});

describe('a text that comes again', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is measured from when it counted, so that what did not count prolongs nothing', () => {
    expect(memory.heard('UNDO')).toEqual({ sinceLastSame: null, sinceLastRead: null });
    memory.take('UNDO', 'bench', undone);
    vi.advanceTimersByTime(800);
    expect(memory.heard('UNDO')).toEqual({ sinceLastSame: 800, sinceLastRead: 800 });
    memory.take('UNDO', 'bench', repeated);
    vi.advanceTimersByTime(800);
    expect(memory.heard('UNDO')).toEqual({ sinceLastSame: 1600, sinceLastRead: 800 });
    memory.take('UNDO', 'bench', undone);
    vi.advanceTimersByTime(800);
    expect(memory.heard('UNDO')).toEqual({ sinceLastSame: 800, sinceLastRead: 800 });
  });

  it('is new after another one', () => {
    memory.heard('UNDO');
    memory.take('UNDO', 'bench', undone);
    memory.heard('BAY 1');
    expect(memory.heard('UNDO')).toEqual({ sinceLastSame: null, sinceLastRead: null });
  });
});
