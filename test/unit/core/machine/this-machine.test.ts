import { describe, expect, it } from 'vitest';
import type { PrestageError } from '../../../../core/base/errors';
import type { MachineDetails } from '../../../../core/machine/machine';
import { confirmThisMachine, type ThisMachine } from '../../../../core/machine/this-machine';

const uuid = '4C4C4544-0031-4710-8043-C3C04F373132';
const swapped = '44454C4C-3100-1047-8043-C3C04F373132';
const found: ThisMachine = {
  serial: 'C1GC712',
  facts: { uuid, assetTag: 'C-1', model: 'Dell Inc. Inspiron 3542', macs: ['00:1B:44:11:3A:B7'] },
  refused: [],
  source: 'sysfs',
  needsPrivilege: false,
};

function refusal(
  serial: string | null,
  details: MachineDetails,
  machine: ThisMachine = found,
): PrestageError['data'] {
  try {
    confirmThisMachine({ serial, details }, machine);
  } catch (error) {
    return (error as PrestageError).data;
  }
  throw new Error('it was not refused');
}

describe('what was said of the machine that is written', () => {
  it('may be nothing: the firmware says it', () => {
    expect(confirmThisMachine({ serial: null, details: {} }, found)).toEqual({
      serial: 'C1GC712',
      details: found.facts,
    });
  });
  it('may be the same, with more, or with the UUID in swapped order, which is stored in the firmware’s', () => {
    const details = { uuid: swapped, assetTag: 'c-1', model: 'Inspiron', macs: ['00:1B:44:11:3A:B8'] };
    expect(confirmThisMachine({ serial: ' c1gc712 ', details }, found)).toEqual({
      serial: 'C1GC712',
      details: { ...found.facts, macs: ['00:1B:44:11:3A:B7', '00:1B:44:11:3A:B8'] },
    });
  });
  it.each<[string, string | null, MachineDetails]>([
    ['another serial', '7V03273', {}],
    ['another UUID', 'C1GC712', { uuid: '4C4C4544-0056-3010-8033-B7C04F323733' }],
    ['another UUID, and no serial', null, { uuid: '4C4C4544-0056-3010-8033-B7C04F323733' }],
    ['a different asset tag', 'C1GC712', { assetTag: 'C-2' }],
  ])('stops the job when it is %s', (_what, serial, details) => {
    expect(refusal(serial, details)).toMatchObject({
      code: 'machine-contradicts',
      remedy: expect.stringContaining('Nothing was touched') as string,
    });
  });
  it('is taken where the firmware says nothing', () => {
    const bootFailed: ThisMachine = { ...found, serial: null, facts: {} };
    expect(confirmThisMachine({ serial: '7V03273', details: { uuid } }, bootFailed)).toEqual({
      serial: '7V03273',
      details: { uuid },
    });
  });
  it.each([
    ['serial-invalid', ''],
    ['serial-invalid', 'A=B'],
    ['serial-placeholder', 'Default string'],
  ])('is refused when it is none: %s %j', (code, serial) => {
    expect(refusal(serial, {})).toMatchObject({ code });
  });
  it('must be there when the firmware has no serial, or a placeholder', () => {
    expect(refusal(null, {}, { ...found, serial: null, source: 'none' })).toMatchObject({
      code: 'serial-invalid',
    });
    const refused = [{ what: 'serial', text: 'Default string', why: 'placeholder' }] as const;
    expect(refusal(null, {}, { ...found, serial: null, refused: [...refused] })).toMatchObject({
      code: 'serial-placeholder',
    });
  });
});
