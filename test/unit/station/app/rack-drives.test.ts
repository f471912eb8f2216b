import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AppJob } from '../../../../core/contract/app-bench';
import type { Rack, RackMachine } from '../../../../core/contract/rack';
import type { DiskRule } from '../../../../core/drive/disk-rule';
import { idInMachine, type Drive } from '../../../../core/drive/drive';
import { cancelled, PrestageError } from '../../../../core/base/errors';
import { RackDrives, sameDisk } from '../../../../station/app/rack-drives';
import { RackReturns, returnReason } from '../../../../station/app/rack-returns';
import { present } from '../../../support/present';
import { sampleDrive } from '../../core/drive/drives';

/** Machines of a rack as the app shows their disks, and what becomes of those that come back. */

const idOf = (number: number): string => String(number).padStart(12, '0');

function machine(number: number, more: Partial<RackMachine> = {}): RackMachine {
  return {
    ...{ id: idOf(number), certificate: idOf(number).repeat(6).slice(0, 64), version: '1', bench: null },
    ...{ state: 'admitted', code: '123456', problem: null, connected: true, address: '10.0.0.7' },
    machine: { serial: `M${number}`, facts: {}, refused: [], source: 'sysfs', needsPrivilege: false },
    admission: { how: 'code', by: 'ana', time: '2026-12-01T10:00:00.000Z', serial: `M${number}` },
    ...more,
  };
}

function disk(of: number, name: string, more: Partial<Drive> = {}): Drive {
  return sampleDrive({
    ...{ id: idInMachine(name, idOf(of)), serial: name, bay: `M${of}`, bus: 'nvme' },
    rack: { machine: idOf(of), serial: `M${of}` },
    ...more,
  });
}

const rackOf = (...machines: readonly RackMachine[]): Rack => ({
  since: '2026-01-01T00:00:00.000Z',
  ...{ certificate: 'a'.repeat(64), listens: '10.0.0.1:7411', closedNetwork: false },
  machines: [...machines],
});

interface World {
  readonly shown: RackDrives;
  readonly disks: Map<string, Drive[] | Promise<Drive[]> | Error>;
  readonly inUse: Set<string>;
  readonly asked: string[];
  rule: DiskRule;
}

function world(disks: Record<string, Drive[] | Promise<Drive[]> | Error>): World {
  const here: { rule: DiskRule } = { rule: { choose: 'only' } };
  const of = new Map(Object.entries(disks));
  const inUse = new Set<string>();
  const asked: string[] = [];
  const shown = new RackDrives({
    rack: {
      drivesIn: async ({ id }) => {
        asked.push(id);
        // In one turn of the event loop, in which no limit of time would end it.
        if (asked.length > 100) throw new Error('asked again and again');
        const told = await of.get(id);
        if (told instanceof Error) return { drives: [], problem: { machine: id, message: told.message } };
        return { drives: told ?? [], problem: null };
      },
    },
    rule: () => here.rule,
    inUse: () => inUse,
  });
  return Object.assign(here, { shown, disks: of, inUse, asked });
}

const bays = ({ shown }: World): (string | null)[][] =>
  shown.places.map(({ label, driveId }) => [label, driveId]);

describe('the disks of machines', () => {
  it('are shown as each machine tells them, and one that does not answer keeps its place', async () => {
    const never = new Promise<Drive[]>(() => undefined);
    const here = world({ [idOf(1)]: [disk(1, 'a')], [idOf(2)]: never, [idOf(3)]: [disk(3, 'c')] });
    here.shown.look(rackOf(machine(3), machine(1), machine(2), machine(4, { state: 'waiting' })));
    await sleep(0);
    expect(bays(here)).toEqual([
      ['M1', disk(1, 'a').id],
      ['M2', null],
      ['M3', disk(3, 'c').id],
    ]);
    // Each is asked once, until it is time to ask again.
    here.shown.look(rackOf(machine(1), machine(2), machine(3)));
    expect(here.asked.sort()).toEqual([idOf(1), idOf(2), idOf(3)]);
    here.shown.look(rackOf(machine(1)));
    expect(bays(here)).toEqual([['M1', disk(1, 'a').id]]);
    here.shown.look(null);
    expect(bays(here)).toEqual([]);
  });

  it('are asked for once where the connections were ended, as when the app closes, and not again and again', async () => {
    const left = Promise.reject(cancelled('The connection to the machine'));
    left.catch(() => undefined);
    const here = world({ [idOf(1)]: left });
    here.shown.look(rackOf(machine(1)));
    await sleep(0);
    expect(here.asked).toEqual([idOf(1)]);
    expect(bays(here)).toEqual([['M1', null]]);
  });

  it('of several are those that the rule names; what was begun on one does not make another the machine’s', async () => {
    const [small, large] = [disk(1, 'a', { size: 1e9 }), disk(1, 'b', { size: 2e9 })];
    const stick = disk(1, 's', { bus: 'usb', removable: true });
    const here = world({ [idOf(1)]: [stick, small, large] });
    here.shown.look(rackOf(machine(1)));
    await sleep(0);
    expect(bays(here)).toEqual([
      ['M1 disk 1', small.id],
      ['M1 disk 2', large.id],
    ]);
    expect(here.shown.ruled).toEqual([]);
    expect(here.shown.noteOf(idOf(1))).toMatch(/^2 disks fit/);
    here.rule = { choose: 'largest-nvme' };
    here.shown.show();
    expect(bays(here)).toEqual([['M1', large.id]]);
    expect(here.shown.ruled.map(({ id }) => id)).toEqual([large.id]);
    // It is at work, and may not be written: the other one would be the largest now.
    here.disks.set(idOf(1), [stick, small, { ...large, verdict: 'blocked' }]);
    here.shown.forget(idOf(1));
    here.shown.look(rackOf(machine(1)));
    await sleep(0);
    expect(bays(here)).toEqual([['M1', large.id]]);
    // Nor does another rule, while it has a card.
    here.inUse.add(large.id);
    here.rule = { choose: 'named', name: 'a' };
    here.shown.show();
    expect(bays(here)).toEqual([['M1', large.id]]);
    here.inUse.clear();
    here.shown.followUse();
    here.shown.show();
    expect(bays(here)).toEqual([['M1', small.id]]);
  });

  it('stay on the screen when they cannot be listed again, with the reason', async () => {
    const here = world({ [idOf(1)]: [disk(1, 'a')] });
    here.shown.look(rackOf(machine(1)));
    await sleep(0);
    here.disks.set(idOf(1), new Error('It said nothing.'));
    here.shown.forget(idOf(1));
    here.shown.look(rackOf(machine(1)));
    await sleep(0);
    expect(bays(here)).toEqual([['M1', disk(1, 'a').id]]);
    expect(here.shown.noteOf(idOf(1))).toBe('It said nothing.');
    // What nobody can say now is not paired by itself.
    expect(here.shown.ruled).toEqual([]);
    expect(here.shown.listedAt(idOf(1))).toBeNull();
  });
});

function job(driveId: string, state: AppJob['state'], more: Partial<AppJob> = {}): AppJob {
  return {
    ...{ driveId, attachment: null, bay: 'M1', machineSerial: 'M1', state, ledgerEntry: 3 },
    ...{ startedAt: '2026-12-01T10:00:00.000Z', endedAt: '2026-12-01T10:05:00.000Z' },
    ...{ canCancel: false, canRetry: true },
    ...more,
  };
}

function failed(code: string): AppJob['state'] {
  const reason = new PrestageError({ code: 'helper-died', message: 'It is gone.' }).data;
  return { state: 'failed', reason: { ...reason, code } as typeof reason, bytesWritten: 1 };
}

describe('a machine that comes back', () => {
  function returning(jobs: AppJob[], drives: Drive[]) {
    const listed = { at: null as number | null };
    const retried: string[] = [];
    const moved: string[] = [];
    const returns = new RackReturns({
      drives: () => drives,
      jobs: () => jobs,
      listedAt: () => listed.at,
      forget: () => undefined,
      moveTo: (driveId, drive) => {
        moved.push(`${driveId} ${drive.id}`);
        const at = jobs.findIndex((one) => one.driveId === driveId);
        jobs[at] = { ...present(jobs[at]), driveId: drive.id };
      },
      retry: (driveId, reason) => {
        retried.push(`${driveId} ${reason}`);
        return Promise.resolve();
      },
      onProblem: () => undefined,
    });
    return { returns, retried, moved, listed };
  }

  it('goes on where it was lost, once it has listed its disks again', () => {
    const lost = disk(1, 'a');
    const { returns, retried, listed } = returning([job(lost.id, failed('helper-died'))], [lost]);
    listed.at = performance.now();
    returns.look();
    returns.look();
    expect(retried).toEqual([]);
    listed.at = performance.now() + 1;
    returns.look();
    returns.look();
    expect(retried).toEqual([`${lost.id} ${returnReason}`]);
  });

  it('has its card again under another ID, and goes on there', () => {
    const [before, now] = [disk(1, 'a'), { ...disk(2, 'a'), rack: { machine: idOf(2), serial: 'M1' } }];
    const { returns, moved, retried, listed } = returning([job(before.id, failed('rack-silent'))], [now]);
    returns.look();
    expect(moved).toEqual([`${before.id} ${now.id}`]);
    listed.at = performance.now() + 1;
    returns.look();
    expect(retried).toEqual([`${now.id} ${returnReason}`]);
  });

  it.each([
    ['failed for another reason', failed('drive-write-failed')],
    ['was cancelled', { state: 'cancelled', bytesWritten: 1 } as const],
  ])('does not go on with a job that %s', (_what, state) => {
    const there = disk(1, 'a');
    const { returns, retried, listed } = returning([job(there.id, state)], [there]);
    returns.look();
    listed.at = performance.now() + 1;
    returns.look();
    expect(retried).toEqual([]);
  });

  it('is tried three times, and no drive of the bench is', () => {
    const there = disk(1, 'a');
    const onBench = sampleDrive({ id: 'bench' });
    const jobs = [job(there.id, failed('helper-died')), job('bench', failed('helper-died'))];
    const { returns, retried, listed } = returning(jobs, [there, onBench]);
    for (let round = 0; round < 6; round += 1) {
      jobs[0] = { ...present(jobs[0]), endedAt: `2026-12-01T10:0${round}:00.000Z` };
      returns.look();
      listed.at = performance.now() + 1;
      returns.look();
    }
    expect(retried).toHaveLength(3);
  });

  it('is another disk where nothing tells that it is the same', () => {
    const bare = { ...disk(2, 'a'), serial: null, wwn: null, rack: { machine: idOf(2), serial: 'M1' } };
    const of = { driveId: disk(1, 'a').id, machineSerial: 'M1' };
    expect(sameDisk(of, [bare])).toBeNull();
    expect(sameDisk(of, [{ ...bare, serial: 'a' }])).not.toBeNull();
    expect(sameDisk(of, [{ ...bare, serial: 'a', rack: { machine: idOf(2), serial: 'M2' } }])).toBeNull();
    expect(sameDisk({ ...of, driveId: 'a' }, [{ ...bare, serial: 'a' }])).toBeNull();
  });
});
