import { describe, expect, it } from 'vitest';
import { readDriverTable, type MediaDrivers } from '../../../../core/drivers/driver-table';
import { planPacks, type PackRequest } from '../../../../core/drivers/plan-packs';
import { PrestageError } from '../../../../core/base/errors';

const table = [
  { pack: 'Latitude-5440', models: [{ model: 'Latitude 5440' }] },
  { pack: 'Gone', models: [{ model: 'Latitude 1' }] },
  { pack: 'A', models: [{ model: 'Twin' }] },
  { pack: 'B', models: [{ model: 'Twin' }] },
];
const drivers: MediaDrivers = { folders: ['latitude-5440', 'A', 'B'], table, problem: null };
const request = (change: Partial<PackRequest> = {}): PackRequest => ({
  machines: [
    { machineSerial: 'S-1', machine: { model: 'Dell Latitude 5440' } },
    { machineSerial: 'S-2', machine: { model: 'Latitude 1' } },
    { machineSerial: 'S-3', machine: { model: 'Other' } },
    { machineSerial: 'S-4', machine: null },
  ],
  ...{ drivers, signed: null, required: false },
  ...change,
});
const codeOf = (asked: PackRequest): string => {
  try {
    planPacks(asked);
    return 'planned';
  } catch (error) {
    return error instanceof PrestageError ? error.code : 'bug';
  }
};

describe('a table of driver packs', () => {
  const problemOf = (text: string): string | null => readDriverTable(text).problem;
  const named = (pack: string): string => JSON.stringify([{ pack, models: [{ model: 'M' }] }]);

  it('that names a member twice is refused: readers do not agree on which of them counts', () => {
    const twice = '[{"pack": "A", "models": [{"model": "M"}],\n"Pack": "B"}]';
    expect(problemOf(twice)).toBe('has a member twice: 0.Pack');
  });

  it.each([
    '..\\..\\Windows',
    '/etc',
    '..',
    'A.',
    'A ',
    'CON',
    'com1.x',
    'A\\B',
    'A:b',
    'packs.json',
    'PACKS.json',
  ])('does not take the folder %j', (pack) => {
    expect(problemOf(named(pack))).toMatch(/^is not a table of driver packs: 0\.pack/);
  });
  it('takes a folder', () => {
    expect(problemOf(named('Latitude 5440 (A1)'))).toBeNull();
  });
});

describe('the driver packs of a batch', () => {
  it('names the pack of each machine, and says which machines have none, and why', () => {
    const { packs, warnings } = planPacks(request());
    expect([...packs]).toEqual([
      ['S-1', 'latitude-5440'],
      ['S-2', null],
      ['S-3', null],
      ['S-4', null],
    ]);
    expect(warnings).toEqual([
      'Machine S-2 (Latitude 1) gets no driver pack: Gone is for its model, and is not in the media.',
      'Machine S-3 (Other) gets no driver pack: the media has none for its model.',
      'Machine S-4 gets no driver pack: its model is not known.',
    ]);
  });

  it('refuses what is missing where every machine must have a pack', () => {
    expect(codeOf(request({ required: true }))).toBe('driver-pack-missing');
    const [sound] = request().machines;
    expect(codeOf(request({ required: true, machines: sound === undefined ? [] : [sound] }))).toBe('planned');
    expect(codeOf(request({ required: true, drivers: null }))).toBe('driver-pack-missing');
  });

  it('refuses a machine that several packs fit, also where nothing is required', () => {
    const machines = [{ machineSerial: 'S-5', machine: { model: 'Twin' } }];
    expect(codeOf(request({ machines }))).toBe('driver-pack-conflict');
    expect(() => planPacks(request({ machines }))).toThrow(
      'Machine S-5 (Twin) fits several driver packs equally: A, B.',
    );
  });

  it('takes the signed table before the one in the media', () => {
    const signed = [{ pack: 'A', models: [{ model: 'Latitude 5440' }] }];
    expect(planPacks(request({ signed })).packs.get('S-1')).toBe('A');
  });

  it('takes the one in the media for what the signed one does not name: a recipe lists only what it adds', () => {
    const signed = [{ pack: 'A', models: [{ model: 'Added 1' }] }];
    const { packs, warnings } = planPacks(request({ signed }));
    expect(packs.get('S-1')).toBe('latitude-5440');
    expect(warnings).toHaveLength(3);
  });

  it('says nothing where the media has no packs, and what is wrong with a table', () => {
    expect(planPacks(request({ drivers: null }))).toEqual({ packs: new Map(), warnings: [] });
    const broken = { folders: ['A'], ...readDriverTable('[{"pack": "A"}]') };
    expect(planPacks(request({ drivers: broken })).warnings).toEqual([
      expect.stringContaining('cannot be used: packs.json is not a table of driver packs: 0.models'),
    ]);
    expect(readDriverTable('{').problem).toContain('is not valid JSON');
  });
});
