import { describe, expect, it } from 'vitest';
import { MiB } from '../../../../core/base/units';
import { timeouts } from '../../../../core/base/timeouts';
import { Swarm, type Assignment } from '../../../../station/rack/swarm';

const chunks = Array.from({ length: 60 }, (_, index) => `chunk-${String(index)}`);

/** With chunks of one size. */
function join(
  swarm: Swarm,
  taker: string,
  machine: string,
  missing: readonly string[],
  has: readonly string[],
): void {
  swarm.join(taker, machine, missing, has, () => 8 * MiB);
}

/** An order of its own for each machine, as agents have. */
function inOrder(machine: number): string[] {
  return chunks.map((_, index) => chunks[(index * 7 + machine * 13) % chunks.length] ?? '');
}

interface Run {
  readonly rounds: number;
  readonly ofStation: number;
}

/**
 * Everybody gets one chunk a round, at the same speed; until all have all of it but those at which everything is wrong.
 * @param wrong machines whose chunks are wrong
 * @param spoils machines at which a chunk is wrong, from whomever it comes
 */
function run(
  machines: number,
  wrong: ReadonlySet<string> = new Set(),
  spoils: (name: string, round: number) => boolean = () => false,
): Run {
  let now = 0;
  const swarm = new Swarm(() => now);
  const names = Array.from({ length: machines }, (_, index) => `machine-${String(index)}`);
  const healthy = names.filter((name) => !spoils(name, 0));
  for (const [index, name] of names.entries()) join(swarm, name, name, inOrder(index), []);
  let ofStation = 0;
  for (let rounds = 0; rounds < 1000; rounds += 1, now += 100) {
    const moves = names.map((name) => ({ name, next: swarm.next(name) }));
    if (moves.every(({ name, next }) => next === 'done' || !healthy.includes(name))) {
      return { rounds, ofStation };
    }
    for (const { name, next } of moves) {
      if (typeof next === 'string') continue;
      if (next.from === null) ofStation += 1;
      if (spoils(name, rounds) || (next.from !== null && wrong.has(next.from))) {
        swarm.wrong(name, next.sha256);
      } else swarm.got(name, next.sha256, true);
    }
  }
  throw new Error('it does not end');
}

const taken = (next: Assignment | 'wait' | 'done'): Assignment => {
  if (typeof next === 'string') throw new Error(next);
  return next;
};

describe('who gets which chunk from whom', () => {
  it('one machine gets all of it from the station', () => {
    expect(run(1).ofStation).toBe(chunks.length);
  });

  it.each([2, 4, 8, 16, 64])('%i machines get most of it from each other', (machines) => {
    const { ofStation } = run(machines);
    expect(ofStation).toBeGreaterThanOrEqual(chunks.length);
    expect(ofStation).toBeLessThanOrEqual(2 * chunks.length);
  });

  it('is hardly slower for many than for few', () => {
    // The station sends four chunks a round, whatever there is: that is the least that any number of machines needs.
    const least = chunks.length / 4;
    expect(run(8).rounds).toBeLessThan(chunks.length * 1.5);
    expect(run(64).rounds).toBeGreaterThanOrEqual(least);
    expect(run(64).rounds).toBeLessThan(chunks.length * 1.5);
  });

  it('does without a machine that gives wrong bytes', () => {
    const { ofStation, rounds } = run(8, new Set(['machine-3']));
    expect(ofStation).toBeLessThanOrEqual(2 * chunks.length);
    expect(rounds).toBeLessThan(chunks.length * 1.5);
  });

  it('is hardly slower with a machine that says it has everything and gives wrong bytes, or nothing', () => {
    const swarm = new Swarm(() => 0);
    join(swarm, 'liar', 'liar', [], chunks);
    const names = ['one', 'two', 'three', 'four'];
    for (const [index, name] of names.entries()) join(swarm, name, name, inOrder(index), []);
    // Three chunks are asked of it, which never come: it sends no more at a time.
    let rounds = 0;
    let asked = 0;
    for (; rounds < 1000; rounds += 1) {
      const moves = names.map((name) => ({ name, next: swarm.next(name) }));
      if (moves.every(({ next }) => typeof next === 'string')) break;
      for (const { name, next } of moves) {
        if (typeof next === 'string') continue;
        if (next.from === 'liar') asked += 1;
        else swarm.got(name, next.sha256, true);
      }
    }
    expect(asked).toBe(3);
    expect(rounds).toBeLessThan(chunks.length * 1.5);
  });

  it('does not wait for a machine that is slow', () => {
    // One round is ten milliseconds. A chunk takes the slow machine twenty rounds, in both directions, and others one.
    const rounds = (slow: boolean): number => {
      let now = 0;
      const swarm = new Swarm(() => now);
      const names = ['one', 'two', 'three', 'four', 'five', 'six'];
      const done = new Set<string>();
      const moves: { name: string; sha256: string; at: number }[] = [];
      for (const [index, name] of names.entries()) join(swarm, name, name, inOrder(index), []);
      for (let round = 0; round < 2000; round += 1, now += 10) {
        for (const move of moves.filter(({ at }) => at <= round)) {
          moves.splice(moves.indexOf(move), 1);
          swarm.got(move.name, move.sha256, true);
        }
        for (const name of names) {
          if (moves.filter((move) => move.name === name).length >= 2) continue;
          const next = swarm.next(name);
          if (next === 'done') done.add(name);
          if (typeof next === 'string') continue;
          const isSlow = slow && (name === 'one' || next.from === 'one');
          moves.push({ name, sha256: next.sha256, at: round + (isSlow ? 20 : 1) });
        }
        if (names.filter((name) => name !== 'one').every((name) => done.has(name))) return round;
      }
      throw new Error('it does not end');
    };
    expect(rounds(true)).toBeLessThan(1.5 * rounds(false));
  });

  it('gives others at once what was on its way to a machine whose connection broke', () => {
    const swarm = new Swarm(() => 0);
    join(swarm, 'gone', 'gone', ['only'], []);
    join(swarm, 'there', 'there', ['only'], []);
    swarm.next('gone');
    expect(swarm.next('there')).toBe('wait');
    swarm.broke('gone', 'only');
    expect(swarm.next('there')).toEqual({ sha256: 'only', from: null });
  });

  it('asks a machine no more that gave three wrong chunks', () => {
    const swarm = new Swarm(() => 0);
    join(swarm, 'liar', 'liar', [], chunks);
    join(swarm, 'victim', 'victim', chunks, []);
    const senders: (string | null)[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      const next = taken(swarm.next('victim'));
      senders.push(next.from);
      if (next.from === 'liar') swarm.wrong('victim', next.sha256);
      else swarm.got('victim', next.sha256, true);
    }
    expect(senders.filter((sender) => sender === 'liar')).toHaveLength(3);
  });

  it.each([8, 16, 48])('does with %i machines without one at which everything is wrong', (machines) => {
    const bad = run(machines, new Set(), (name) => name === 'machine-3');
    expect(bad.ofStation).toBeLessThanOrEqual(run(machines).ofStation + 12);
    expect(bad.rounds).toBeLessThan(chunks.length * 1.5);
  });

  it.each([1, 3])('lets %i machines at which every second chunk is wrong do no harm to the others', (bad) => {
    const spoils = (name: string, round: number): boolean =>
      Number(name.slice('machine-'.length)) < bad && round % 2 === 0;
    const { ofStation, rounds } = run(16, new Set(), spoils);
    expect(ofStation).toBeLessThanOrEqual(2 * chunks.length);
    expect(rounds).toBeLessThan(chunks.length * 1.5);
  });

  /** One after the other fetches from one that has all, and is told each time that it was wrong, or that it did not come. */
  const complain = (swarm: Swarm, names: readonly string[], times: number, how: 'wrong' | 'failed'): void => {
    for (const name of names) {
      join(swarm, name, name, chunks, []);
      for (let turn = 0; turn < times; turn += 1) {
        const { sha256, from } = taken(swarm.next(name));
        expect(from).toBe('sender');
        swarm[how](name, sha256);
      }
    }
  };

  it('gives nobody anything from a machine whose chunks were wrong at three others', () => {
    const swarm = new Swarm(() => 0);
    join(swarm, 'sender', 'sender', [], chunks);
    complain(swarm, ['one', 'two', 'three'], 1, 'wrong');
    join(swarm, 'four', 'four', chunks, []);
    expect(taken(swarm.next('four')).from).toBeNull();
  });

  it('does not believe three at which chunks of several machines, or of the station, are wrong', () => {
    const swarm = new Swarm(() => 0);
    join(swarm, 'sender', 'sender', [], chunks.slice(1));
    complain(swarm, ['one', 'two', 'three'], 0, 'wrong');
    for (const name of ['one', 'two', 'three']) {
      const coming = [taken(swarm.next(name)), taken(swarm.next(name))];
      expect(coming.map(({ from }) => from).sort()).toEqual(['sender', null].sort());
      for (const { sha256 } of coming) swarm.wrong(name, sha256);
    }
    join(swarm, 'four', 'four', chunks.slice(1), []);
    expect(taken(swarm.next('four')).from).toBe('sender');
  });

  it('lets a machine fetch from one whose chunks were wrong at another, and forgets it when one is right', () => {
    const swarm = new Swarm(() => 0);
    join(swarm, 'sender', 'sender', [], chunks);
    complain(swarm, ['one'], 2, 'wrong');
    swarm.got('one', taken(swarm.next('one')).sha256, true);
    // Two more, and it would have been three.
    for (let turn = 0; turn < 3; turn += 1) {
      const { sha256, from } = taken(swarm.next('one'));
      expect(from).toBe('sender');
      swarm.wrong('one', sha256);
    }
    expect(taken(swarm.next('one')).from).toBeNull();
    join(swarm, 'two', 'two', chunks, []);
    expect(taken(swarm.next('two')).from).toBe('sender');
  });

  it('counts nothing against a machine whose chunks did not arrive: only who waited for them leaves it alone for a while', () => {
    let now = 0;
    const swarm = new Swarm(() => now);
    join(swarm, 'sender', 'sender', [], chunks);
    complain(swarm, ['one', 'two', 'three'], 1, 'failed');
    expect(taken(swarm.next('one')).from).toBeNull();
    join(swarm, 'four', 'four', chunks, []);
    expect(taken(swarm.next('four')).from).toBe('sender');
    now += timeouts.rackRest;
    expect(taken(swarm.next('one')).from).toBe('sender');
    // The next time longer.
    swarm.leave('four');
    complain(swarm, ['one'], 1, 'failed');
    now += timeouts.rackRest;
    expect(taken(swarm.next('one')).from).toBeNull();
    now += timeouts.rackRest;
    expect(taken(swarm.next('one')).from).toBe('sender');
  });

  it('sends to a machine at which all of the station is wrong one chunk from time to time', () => {
    let now = 0;
    const swarm = new Swarm(() => now);
    join(swarm, 'bad', 'bad', chunks, []);
    let sent = 0;
    for (; now < 120_000; now += 100) {
      const next = swarm.next('bad');
      if (typeof next === 'string') continue;
      sent += 1;
      swarm.wrong('bad', next.sha256);
    }
    expect(sent).toBeGreaterThan(3);
    expect(sent).toBeLessThan(10);
    // It was right after all.
    now += 10 * timeouts.rackRest;
    swarm.got('bad', taken(swarm.next('bad')).sha256, true);
    expect([1, 2, 3, 4].map(() => taken(swarm.next('bad')).from)).toEqual([null, null, null, null]);
  });

  it('gives a machine with three drives from the station what only itself has', () => {
    const swarm = new Swarm(() => 0);
    for (const taker of ['drive-1', 'drive-2', 'drive-3']) {
      join(swarm, taker, 'machine', ['only'], []);
      expect(swarm.next(taker)).toEqual({ sha256: 'only', from: null });
      swarm.got(taker, 'only', true);
    }
  });

  it('gives a machine what another took with it when it was switched off', () => {
    let now = 0;
    const swarm = new Swarm(() => now);
    join(swarm, 'gone', 'gone', ['only'], []);
    join(swarm, 'there', 'there', ['only'], []);
    expect(swarm.next('gone')).toEqual({ sha256: 'only', from: null });
    expect(swarm.next('there')).toBe('wait');
    now = timeouts.rackChunk + 1;
    expect(swarm.next('there')).toEqual({ sha256: 'only', from: null });
  });

  it('goes on within seconds while all that it sent was on its way to a machine that was switched off', () => {
    let now = 0;
    const swarm = new Swarm(() => now);
    const names = ['gone', 'one', 'two', 'three'];
    for (const [index, name] of names.entries()) join(swarm, name, name, inOrder(index), []);
    // So that it is known how long a chunk takes.
    for (const name of names) {
      const { sha256 } = taken(swarm.next(name));
      now += 100;
      swarm.got(name, sha256, false);
    }
    const lost = [1, 2, 3, 4].map(() => taken(swarm.next('gone')));
    expect(lost.map(({ from }) => from)).toEqual([null, null, null, null]);
    expect(swarm.next('one')).toBe('wait');
    now += timeouts.rackOverdue + 1;
    const rest = new Set<string>();
    for (let next = swarm.next('one'); next !== 'done'; next = swarm.next('one')) {
      const { sha256, from } = taken(next);
      expect(from).toBeNull();
      rest.add(sha256);
      swarm.got('one', sha256, false);
    }
    // Also what was on its way there.
    for (const { sha256 } of lost) expect(rest).toContain(sha256);
  });

  it('gives chunks from a machine again whose places all are on their way to one that was switched off', () => {
    let now = 0;
    const swarm = new Swarm(() => now);
    join(swarm, 'giver', 'giver', [], chunks);
    for (const name of ['gone', 'there']) {
      join(swarm, name, name, chunks, []);
      const { sha256 } = taken(swarm.next(name));
      now += 100;
      swarm.got(name, sha256, true);
    }
    const ofGiver = (name: string): Assignment[] =>
      [1, 2, 3, 4]
        .map(() => swarm.next(name))
        .filter((next) => typeof next !== 'string')
        .filter(({ from }) => from === 'giver');
    expect(ofGiver('gone')).toHaveLength(3);
    expect(ofGiver('there')).toHaveLength(0);
    now += timeouts.rackPeerSilent + timeouts.rackOverdue + 1;
    expect(ofGiver('there')).toHaveLength(3);
  });

  it('gives no more than as many again while all of what it sends is slow, and nobody a third copy of a chunk', () => {
    let now = 0;
    const swarm = new Swarm(() => now);
    const names = Array.from({ length: 12 }, (_, index) => `machine-${String(index)}`);
    for (const [index, name] of names.entries()) join(swarm, name, name, inOrder(index), []);
    for (const name of names) {
      const { sha256 } = taken(swarm.next(name));
      now += 100;
      swarm.got(name, sha256, false);
    }
    // The station's cable has become slow: nothing arrives any more for the time that a chunk has.
    const coming: { readonly name: string; readonly sha256: string }[] = [];
    for (let waited = 0; waited < timeouts.rackChunk; waited += timeouts.rackTypical) {
      for (const name of names) {
        const next = swarm.next(name);
        if (typeof next !== 'string' && next.from === null) coming.push({ name, sha256: next.sha256 });
      }
      now += timeouts.rackTypical;
    }
    expect(coming).toHaveLength(8);
    // What arrives late has its end as any other: afterwards the station sends four at a time.
    for (const { name, sha256 } of coming) swarm.got(name, sha256, false);
    const next = names.map((name) => swarm.next(name)).filter((one) => typeof one !== 'string');
    expect(next).toHaveLength(4);
  });

  it('sends a chunk that is overdue at two machines to no third one before its time is over', () => {
    let now = 0;
    const swarm = new Swarm(() => now);
    for (const name of ['one', 'two', 'three']) {
      join(swarm, name, name, ['only', `own-of-${name}`], []);
      swarm.got(name, `own-of-${name}`, false);
    }
    join(swarm, 'paced', 'paced', ['first'], []);
    swarm.next('paced');
    now += 100;
    swarm.got('paced', 'first', false);
    for (const name of ['one', 'two']) {
      expect(swarm.next(name)).toEqual({ sha256: 'only', from: null });
      now += timeouts.rackOverdue + timeouts.rackTypical;
    }
    expect(swarm.next('three')).toBe('wait');
    now += timeouts.rackChunk;
    expect(swarm.next('three')).toEqual({ sha256: 'only', from: null });
  });

  it('takes the time of a small chunk for no pace, and gives a long one as much longer', () => {
    let now = 0;
    const swarm = new Swarm(() => now);
    const bytesOf = (sha256: string): number => (sha256.startsWith('small') ? 4096 : 8 * MiB);
    swarm.join('slow', 'slow', ['small', 'large-1', 'large-2'], [], bytesOf);
    swarm.join('other', 'other', ['large-2'], [], bytesOf);
    expect(swarm.next('slow')).toMatchObject({ sha256: 'small' });
    now += 20;
    swarm.got('slow', 'small', false);
    expect(swarm.next('slow')).toMatchObject({ sha256: 'large-1' });
    now += 5000;
    swarm.got('slow', 'large-1', false);
    expect(swarm.next('slow')).toMatchObject({ sha256: 'large-2' });
    now += 2 * timeouts.rackOverdue;
    expect(swarm.next('other')).toBe('wait');
    now += 20_000;
    expect(swarm.next('other')).toEqual({ sha256: 'large-2', from: null });
  });

  it('asks no more of a machine that is slow because nothing of it has arrived yet', () => {
    let now = 0;
    const swarm = new Swarm(() => now);
    join(swarm, 'slow', 'slow', [], chunks);
    join(swarm, 'paced', 'paced', ['first'], []);
    swarm.next('paced');
    now += 100;
    swarm.got('paced', 'first', false);
    const names = ['one', 'two', 'three', 'four'];
    for (const [index, name] of names.entries()) join(swarm, name, name, inOrder(index), []);
    let ofSlow = 0;
    for (let waited = 0; waited < timeouts.rackChunk - 1000; waited += timeouts.rackTypical) {
      for (const name of names) {
        const next = swarm.next(name);
        if (typeof next !== 'string' && next.from === 'slow') ofSlow += 1;
      }
      now += timeouts.rackTypical;
    }
    expect(ofSlow).toBe(3);
  });

  it('forgets what a machine has that leaves, and sends it again however often it was sent', () => {
    const swarm = new Swarm(() => 0);
    for (const name of ['one', 'two', 'three', 'four']) {
      join(swarm, name, name, ['only'], []);
      expect(swarm.next(name)).toEqual({ sha256: 'only', from: null });
      swarm.got(name, 'only', true);
      swarm.gone(name);
    }
  });

  it('keeps nothing of chunks that nobody lacks and nobody has, nor of machines that are gone', () => {
    const swarm = new Swarm(() => 0);
    join(swarm, 'one', 'one', ['shared', 'own', 'failed'], []);
    for (const sha256 of [1, 2, 3].map(() => taken(swarm.next('one')).sha256)) {
      if (sha256 === 'failed') swarm.failed('one', sha256);
      else swarm.got('one', sha256, sha256 === 'shared');
    }
    expect(swarm.kept).toEqual({ chunks: 2, machines: 1 });
    swarm.leave('one');
    // The machine still gives it.
    expect(swarm.kept.chunks).toBe(1);
    join(swarm, 'two', 'two', ['shared', 'more'], []);
    const coming = [taken(swarm.next('two')), taken(swarm.next('two'))];
    expect(coming.map(({ from }) => from).sort()).toEqual(['one', null].sort());
    swarm.gone('one');
    for (const { sha256 } of coming) swarm.got('two', sha256, true);
    // Told twice, and of something that it never lacked.
    for (const { sha256 } of coming) swarm.got('two', sha256, true);
    swarm.got('two', 'never', false);
    swarm.gone('two');
    expect(swarm.kept).toEqual({ chunks: 0, machines: 0 });
  });

  it('lets a chunk that only one machine may have come from the station alone', () => {
    const swarm = new Swarm(() => 0);
    join(swarm, 'one', 'one', ['own'], []);
    swarm.next('one');
    swarm.got('one', 'own', false);
    join(swarm, 'two', 'two', ['own'], []);
    expect(swarm.next('two')).toEqual({ sha256: 'own', from: null });
  });
});

describe('who is woken of those who wait', () => {
  const holding = (): { readonly swarm: Swarm; readonly waiting: string[] } => {
    const swarm = new Swarm(() => 0);
    join(swarm, 'first', 'first', ['a', 'b'], []);
    swarm.next('first');
    swarm.next('first');
    const waiting = Array.from({ length: 20 }, (_, index) => `waits-${String(index)}`);
    for (const name of waiting) join(swarm, name, name, ['a'], []);
    expect(waiting.map((name) => swarm.next(name))).toEqual(waiting.map(() => 'wait'));
    swarm.usable([]);
    return { swarm, waiting };
  };

  it('as many as a machine can send its new chunk to, who waited longest first, and the others when a place is free', () => {
    const { swarm, waiting } = holding();
    swarm.got('first', 'a', true);
    const woken = swarm.usable(waiting);
    expect(woken).toEqual([0, 1, 2]);
    for (const index of woken) {
      expect(swarm.next(waiting[index] ?? '')).toEqual({ sha256: 'a', from: 'first' });
    }
    expect(swarm.usable(waiting)).toEqual([]);
    swarm.got('waits-0', 'a', true);
    const rest = waiting.slice(3);
    // The place at the first machine, and three at the one that has it now.
    expect(swarm.usable(rest)).toEqual([0, 1, 2, 3]);
  });

  it('nobody who lacks nothing of what came', () => {
    const { swarm, waiting } = holding();
    swarm.got('first', 'b', true);
    // The station has a place again, and is sending to nobody what they lack.
    expect(swarm.usable(waiting)).toEqual([]);
  });

  it('whoever is the first when the station can send again what failed', () => {
    const { swarm, waiting } = holding();
    swarm.failed('first', 'a');
    const [index] = swarm.usable(waiting);
    expect(index).toBe(0);
    expect(swarm.next('waits-0')).toEqual({ sha256: 'a', from: null });
  });

  it('all machines come to the end by being woken alone, and the station sends hardly more than once', () => {
    const swarm = new Swarm(() => 0);
    const names = Array.from({ length: 64 }, (_, index) => `machine-${String(index)}`);
    for (const [index, name] of names.entries()) join(swarm, name, name, inOrder(index), []);
    let waiting: string[] = [];
    let going = names.map((name) => name);
    const coming: { readonly name: string; readonly sha256: string }[] = [];
    let ofStation = 0;
    for (let steps = 0; going.length + coming.length > 0; steps += 1) {
      expect(steps).toBeLessThan(64 * chunks.length * 2);
      for (const name of going.splice(0)) {
        const next = swarm.next(name);
        if (next === 'wait') waiting.push(name);
        else if (next !== 'done') {
          if (next.from === null) ofStation += 1;
          coming.push({ name, sha256: next.sha256 });
        }
      }
      const arrived = coming.shift();
      if (arrived !== undefined) {
        swarm.got(arrived.name, arrived.sha256, true);
        going = [arrived.name];
      }
      const woken = new Set(swarm.usable(waiting));
      going.push(...waiting.filter((_, index) => woken.has(index)));
      waiting = waiting.filter((_, index) => !woken.has(index));
    }
    expect(waiting).toEqual([]);
    expect(ofStation).toBeLessThanOrEqual(2 * chunks.length);
  });
});
