import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { rackProtocolVersion, type RackHello } from '../../../../core/contract/rack';
import { timeouts } from '../../../../core/base/timeouts';
import { PrestageError } from '../../../../core/base/errors';
import type { MachineDetails } from '../../../../core/machine/machine';
import { AdmissionBook } from '../../../../station/rack/admissions';
import { Machines } from '../../../../station/rack/machines';
import { admissionCode, commitmentOf, newNonce } from '../../../../station/rack-link/code';

const station = 'f'.repeat(64);
const folder = mkdtempSync(join(tmpdir(), 'prestage-rack-machines-'));
let books = 0;
let bookFile = '';
beforeEach(() => {
  bookFile = join(folder, `book-${String((books += 1))}.json`);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function machinesOf(closedNetwork: { readonly by: string } | null = null): Machines {
  const now = (): Date => new Date('2026-12-01T10:00:00Z');
  return new Machines({ station, closedNetwork, book: new AdmissionBook(bookFile), now });
}

function helloWith(agentNonce: string, serial: string | null, facts: MachineDetails = {}): RackHello {
  return {
    ...{
      protocolVersion: rackProtocolVersion,
      version: '1',
      bench: null,
      peerPort: null,
      instance: '7b0a6a52-8d0f-4a39-9b5e-00000000000a',
      commitment: commitmentOf(agentNonce),
    },
    machine: { serial, facts, refused: [], source: 'sysfs' as const, needsPrivilege: false },
  };
}

/** A machine greets, as its agent does. @returns the code that its screen shows */
function greet(
  machines: Machines,
  certificate: string,
  serial: string | null,
  facts: MachineDetails = {},
): string {
  const agentNonce = newNonce();
  const stationNonce = machines.greet(certificate, helloWith(agentNonce, serial, facts), '10.0.0.7');
  machines.reveal(certificate, agentNonce);
  return admissionCode({ station, agent: certificate, stationNonce, agentNonce });
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof PrestageError) return error.code;
    throw error;
  }
  return 'none';
}

const [one, two] = ['1'.repeat(64), '2'.repeat(64)];

describe('who is let into a rack', () => {
  it('nobody, until the code of the machine is typed', () => {
    const machines = machinesOf();
    const code = greet(machines, one, '5CD1234XY1');
    expect(machines.isAdmitted(one)).toBe(false);
    expect(machines.list()[0]).toMatchObject({ state: 'waiting', code, admission: null });
    expect(codeOf(() => machines.admit('000000', 'ana', null))).toBe('rack-machine-unknown');
    expect(machines.isAdmitted(one)).toBe(false);
    machines.admit(code, 'ana', null);
    expect(machines.isAdmitted(one)).toBe(true);
    expect(machines.list()[0]?.admission).toEqual({
      how: 'code',
      by: 'ana',
      time: '2026-12-01T10:00:00.000Z',
      serial: '5CD1234XY1',
    });
  });

  it('not an agent that tells another number than it had bound itself to', () => {
    const machines = machinesOf();
    const hello = {
      ...{
        protocolVersion: rackProtocolVersion,
        version: '1',
        bench: null,
        peerPort: null,
        instance: '7b0a6a52-8d0f-4a39-9b5e-00000000000a',
        commitment: commitmentOf(newNonce()),
      },
      machine: { serial: 'A1', facts: {}, refused: [], source: 'none' as const, needsPrivilege: false },
    };
    machines.greet(one, hello, '10.0.0.7');
    expect(
      codeOf(() => {
        machines.reveal(one, newNonce());
      }),
    ).toBe('rack-protocol');
    expect(machines.list()).toEqual([]);
  });

  it('shows another code at each greeting', () => {
    const machines = machinesOf();
    expect(greet(machines, one, '5CD1234XY1')).not.toBe(greet(machines, one, '5CD1234XY1'));
  });

  it('asks for the serial on the label where firmware has none, and believes firmware that has one', () => {
    const machines = machinesOf();
    const without = greet(machines, one, null);
    expect(codeOf(() => machines.admit(without, 'ana', null))).toBe('serial-invalid');
    expect(machines.isAdmitted(one)).toBe(false);
    expect(machines.admit(without, 'ana', '5CD1234XY9').admission?.serial).toBe('5CD1234XY9');
    const withOne = greet(machines, two, '5CD1234XY1');
    expect(codeOf(() => machines.admit(withOne, 'ana', '5CD1234XY2'))).toBe('machine-contradicts');
  });

  it('not a second machine with the same serial or UUID while the first is there', () => {
    const machines = machinesOf();
    const uuid = '4C4C4544-0042-4B10-8052-CAC04F4D4E32';
    machines.admit(greet(machines, one, '5CD1234XY1', { uuid }), 'ana', null);
    const [sameSerial, sameUuid] = ['3'.repeat(64), '4'.repeat(64)];
    expect(codeOf(() => machines.admit(greet(machines, sameSerial, '5CD1234XY1'), 'ana', null))).toBe(
      'rack-double',
    );
    expect(codeOf(() => machines.admit(greet(machines, sameUuid, '5CD1234XY2', { uuid }), 'ana', null))).toBe(
      'rack-double',
    );
    expect([sameSerial, sameUuid].map((certificate) => machines.isAdmitted(certificate))).toEqual([
      false,
      false,
    ]);
  });

  it('again by themselves those whose code was compared, and writes nothing that is in the book already', () => {
    const machines = machinesOf();
    machines.admit(greet(machines, one, '5CD1234XY1'), 'ana', null);
    // A file that is written again is another one.
    const written = statSync(bookFile).ino;
    const again = machinesOf();
    for (const served of [machines, again, again]) {
      greet(served, one, '5CD1234XY1');
      expect(served.list()[0]?.admission).toMatchObject({ by: 'ana', time: '2026-12-01T10:00:00.000Z' });
    }
    expect(statSync(bookFile).ino).toBe(written);
    again.admit(greet(again, two, '5CD1234XY2'), 'ana', null);
    expect(statSync(bookFile).ino).not.toBe(written);
  });

  it('forgets a machine that has left, but for its code, and none with a session', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const machines = machinesOf();
      const [working, stranger] = ['3'.repeat(64), '4'.repeat(64)];
      for (const [index, certificate] of [one, two, working].entries()) {
        machines.admit(greet(machines, certificate, `5CD1234XY${String(index)}`), 'ana', null);
      }
      greet(machines, stranger, '5CD1234XY9');
      machines.want(working, 'session');
      machines.unwant(working, 'session');
      const asks = machines.next(two);
      vi.advanceTimersByTime(timeouts.rackLeft - 1);
      expect(machines.list()).toHaveLength(4);
      vi.advanceTimersByTime(1);
      // One is still waiting for an answer, and one is worked with though its cable is out.
      expect(machines.list().map(({ certificate }) => certificate)).toEqual([two, working]);
      expect(machines.next(one)).toBeNull();
      asks?.answered();
      machines.ended(working, 'session');
      expect(machines.list().map(({ certificate }) => certificate)).toEqual([two]);
      greet(machines, one, '5CD1234XY0');
      expect(machines.isAdmitted(one)).toBe(true);
      // A stranger shows another code.
      greet(machines, stranger, '5CD1234XY9');
      expect(machines.isAdmitted(stranger)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('forgets who greeted and did not tell its number, and nobody else', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const machines = machinesOf();
      const hello = (): void => {
        machines.greet(one, helloWith(newNonce(), '5CD1234XY1'), '10.0.0.7');
      };
      hello();
      const code = greet(machines, two, '5CD1234XY2');
      vi.advanceTimersByTime(timeouts.rackSilent - 1);
      greet(machines, two, '5CD1234XY2');
      expect(machines.hasGreeted(one)).toBe(true);
      hello();
      vi.advanceTimersByTime(timeouts.rackSilent - 1);
      greet(machines, two, '5CD1234XY2');
      expect(machines.hasGreeted(one)).toBe(true);
      vi.advanceTimersByTime(1);
      expect(greet(machines, two, '5CD1234XY2')).not.toBe(code);
      expect(machines.hasGreeted(one)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes a machine that was started again, with a new key, in the place of what it was', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const machines = machinesOf();
      machines.admit(greet(machines, one, '5CD1234XY1'), 'ana', null);
      const code = greet(machines, two, '5CD1234XY1');
      expect(codeOf(() => machines.admit(code, 'ana', null))).toBe('rack-double');
      vi.advanceTimersByTime(timeouts.rackSilent + 1);
      expect(machines.admit(code, 'ana', null).state).toBe('admitted');
      expect(machines.list().map(({ certificate }) => certificate)).toEqual([two]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('on a closed network everybody with a sound serial, and says so', () => {
    const machines = machinesOf({ by: 'lead' });
    greet(machines, one, '5CD1234XY1');
    greet(machines, two, null);
    expect(machines.isAdmitted(one)).toBe(true);
    expect(machines.list()[0]?.admission).toMatchObject({ how: 'closed-network', by: 'lead' });
    expect(machines.isAdmitted(two)).toBe(false);
    expect(machines.list()[1]?.problem).toContain('no serial');
    const third = '3'.repeat(64);
    greet(machines, third, '5CD1234XY1');
    expect(machines.isAdmitted(third)).toBe(false);
    expect(machines.nextOf(third)?.problem).toContain('5CD1234XY1');
  });

  it('remembers who was admitted across starts, by key and serial together', () => {
    const before = machinesOf();
    before.admit(greet(before, one, '5CD1234XY1'), 'ana', null);
    const after = machinesOf();
    greet(after, one, '5CD1234XY1');
    expect(after.list()[0]?.admission).toMatchObject({ how: 'code', by: 'ana' });
    // The same key with another serial: it lies now, or did then.
    const liar = machinesOf();
    greet(liar, one, '5CD1234XY2');
    expect(liar.isAdmitted(one)).toBe(false);
    expect(liar.list()[0]?.problem).toContain('5CD1234XY2');
  });

  it('only the newest key of a serial, also after the station was started again', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const before = machinesOf();
      before.admit(greet(before, one, '5CD1234XY1'), 'ana', null);
      const after = machinesOf();
      after.admit(greet(after, two, '5CD1234XY1'), 'ana', null);
      vi.advanceTimersByTime(timeouts.rackSilent + 1);
      greet(after, one, '5CD1234XY1');
      expect(after.isAdmitted(one)).toBe(false);
      expect(after.isAdmitted(two)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('not one whose ID is that of another machine: jobs are for an ID', () => {
    const machines = machinesOf();
    const [first, second] = [`${'a'.repeat(12)}${'1'.repeat(52)}`, `${'a'.repeat(12)}${'2'.repeat(52)}`];
    machines.admit(greet(machines, first, '5CD1234XY1'), 'ana', null);
    const code = greet(machines, second, '5CD1234XY2');
    expect(codeOf(() => machines.admit(code, 'ana', null))).toBe('rack-double');
  });

  it('turns away who is refused, also later', () => {
    const machines = machinesOf();
    const code = greet(machines, one, '5CD1234XY1');
    machines.admit(code, 'ana', null);
    machines.want(one, 'session');
    expect(machines.nextOf(one)?.sessions).toEqual(['session']);
    machines.refuse(code);
    expect(machines.isAdmitted(one)).toBe(false);
    expect(machines.nextOf(one)).toMatchObject({ state: 'refused', sessions: [] });
    const again = machinesOf();
    greet(again, one, '5CD1234XY1');
    expect(again.isAdmitted(one)).toBe(false);
  });

  it('not a double of a machine that is waited for, but that machine itself after a restart', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const uuid = '4c4c4544-0051-3610-8052-b4c04f4e4231';
      const macs = ['00:50:B6:1A:2B:3C'];
      const machines = machinesOf({ by: 'ana' });
      greet(machines, one, '5CD1234XY1', { uuid, macs });
      machines.want(one, 'writing');
      machines.unwant(one, 'writing');
      vi.advanceTimersByTime(timeouts.rackSilent + 1);
      greet(machines, two, '5CD1234XY2', { uuid, macs: ['00:50:B6:1A:2B:3D'] });
      expect(machines.isAdmitted(two)).toBe(false);
      expect(machines.isAdmitted(one)).toBe(true);
      const again = '3'.repeat(64);
      greet(machines, again, '5CD1234XY1', { uuid, macs });
      expect(machines.isAdmitted(again)).toBe(true);
      expect(machines.isAdmitted(one)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('a double, once nothing of the first machine is waited for any more', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const machines = machinesOf({ by: 'ana' });
      greet(machines, one, '5CD1234XY1');
      machines.want(one, 'writing');
      vi.advanceTimersByTime(timeouts.rackSilent + 1);
      machines.ended(one, 'writing');
      greet(machines, two, '5CD1234XY1');
      expect(machines.isAdmitted(two)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends what was begun with a machine whose serial is corrected', () => {
    const machines = machinesOf();
    const over: string[] = [];
    machines.on('over', (certificate, why) => over.push(`${certificate.slice(0, 1)}: ${why}`));
    const code = greet(machines, one, null);
    machines.admit(code, 'ana', '5CD1234XY8');
    machines.admit(code, 'ana', '5CD1234XY8');
    expect(over).toEqual([]);
    machines.admit(code, 'ana', '5CD1234XY9');
    expect(over).toEqual(['1: the serial of the machine was corrected']);
  });

  it('no machine by a name that is a station’s', () => {
    const machines = machinesOf({ by: 'ana' });
    const name = `STATION-${'1'.repeat(12)}`;
    const code = greet(machines, one, name);
    expect(machines.isAdmitted(one)).toBe(false);
    expect(codeOf(() => machines.admit(code, 'ana', null))).toBe('serial-invalid');
    const without = greet(machines, one, null);
    expect(codeOf(() => machines.admit(without, 'ana', name.toLowerCase()))).toBe('serial-invalid');
  });

  it('nobody whose admission cannot be kept; who is refused stays out also when that cannot be kept', () => {
    const machines = machinesOf();
    const first = greet(machines, one, '5CD1234XY1');
    machines.admit(first, 'ana', null);
    const second = greet(machines, two, '5CD1234XY2');
    // In the place of the file that is renamed to it, a folder: as a full disk does, writing fails.
    rmSync(bookFile);
    mkdirSync(join(bookFile, 'full'), { recursive: true });
    expect(() => machines.admit(second, 'ana', null)).toThrow();
    expect(machines.isAdmitted(two)).toBe(false);
    greet(machines, two, '5CD1234XY2');
    expect(machines.isAdmitted(two)).toBe(false);
    expect(() => machines.refuse(first)).toThrow();
    expect(machines.isAdmitted(one)).toBe(false);
  });
});
