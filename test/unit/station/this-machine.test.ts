import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../core/base/errors';
import type { ThisMachine } from '../../../core/machine/this-machine';
import {
  assignmentsOnThisMachine,
  readAsFarAsPermitted,
  readThisMachine,
} from '../../../station/machine/confirm-machine';
import { FakeHelperClient } from './fake-helper-client';

const hidden: ThisMachine = {
  serial: null,
  facts: { macs: ['00:1B:44:11:3A:B7'] },
  refused: [],
  source: 'sysfs',
  needsPrivilege: true,
};
const whole: ThisMachine = {
  ...hidden,
  serial: 'C1GC712',
  facts: { ...hidden.facts, uuid: '4C4C4544-0031-4710-8043-C3C04F373132' },
  needsPrivilege: false,
};

describe('the machine that the station runs on', () => {
  it.each<[string, ThisMachine, string[]]>([
    [
      'is asked without privilege first, and with it for what is hidden',
      hidden,
      ['plain readMachine', 'root readMachine'],
    ],
    ['is asked once when nothing is hidden', whole, ['plain readMachine']],
  ])('%s', async (_what, first, calls) => {
    const log: string[] = [];
    const plain = new FakeHelperClient('plain', log, { readMachine: () => first }).client;
    const root = new FakeHelperClient('root', log, { readMachine: () => whole }).client;
    const found = await readThisMachine({
      plain: () => Promise.resolve(plain),
      privileged: () => Promise.resolve(root),
    });
    expect(found).toEqual(whole);
    expect(log).toEqual(calls);
  });
  it('is told as far as permitted to who only looks; a job is refused', async () => {
    const denied = new PrestageError({ code: 'privilege-denied', message: 'No.', remedy: 'Ask.' });
    const helpers = {
      plain: () => Promise.resolve(new FakeHelperClient('plain', [], { readMachine: () => hidden }).client),
      privileged: () => Promise.reject(denied),
    };
    expect(await readAsFarAsPermitted(helpers)).toEqual({ found: hidden, refusal: denied });
    await expect(readThisMachine(helpers)).rejects.toBe(denied);
    const broken = { ...helpers, privileged: () => Promise.reject(new Error('a bug')) };
    await expect(readAsFarAsPermitted(broken)).rejects.toThrow('a bug');
  });
  it('names the machine of a drive, and what is scanned of it must fit', () => {
    const given = [{ driveId: 'd1', machineSerial: null }];
    expect(assignmentsOnThisMachine(given, undefined, whole)).toEqual({
      assignments: [{ driveId: 'd1', machineSerial: 'C1GC712' }],
      machines: new Map([['C1GC712', whole.facts]]),
    });
    const scanned = [{ driveId: 'd1', machineSerial: 'C1GC712' }];
    const swapped = new Map([['C1GC712', { uuid: '44454C4C-3100-1047-8043-C3C04F373132', assetTag: 'C-1' }]]);
    expect(assignmentsOnThisMachine(scanned, swapped, whole).machines.get('C1GC712')).toEqual({
      ...whole.facts,
      assetTag: 'C-1',
    });
    const other = new Map([['C1GC712', { uuid: '4C4C4544-0056-3010-8033-B7C04F323733' }]]);
    expect(() => assignmentsOnThisMachine(scanned, other, whole)).toThrow(/UUID/);
    expect(() =>
      assignmentsOnThisMachine([{ driveId: 'd1', machineSerial: 'OTHER-1' }], undefined, whole),
    ).toThrow(/serial 'OTHER-1'/);
  });
});
