import { describe, expect, it } from 'vitest';
import { driverTableSchema, type DriverTable } from '../../../../core/drivers/driver-table';
import { packFor, type ModelFacts } from '../../../../core/drivers/pack-for';

const table: DriverTable = driverTableSchema.parse([
  { pack: 'Latitude-5440', models: [{ maker: 'Dell', model: 'Latitude 5440', dellSystemId: '0c0a' }] },
  { pack: 'Latitude', models: [{ maker: 'Dell', model: 'Latitude' }] },
  { pack: 'T14-G4', models: [{ lenovoType: '21HD' }, { lenovoType: '21HE', model: 'ThinkPad T14 Gen 4' }] },
  { pack: 'EliteBook-840-G8', models: [{ maker: 'HP', model: 'EliteBook 840 G8', hpBoard: '8895' }] },
  { pack: 'Elite-A', models: [{ maker: 'HP', model: 'Elite Mini 800 G9' }] },
  { pack: 'Elite-B', models: [{ model: 'HP Elite Mini 800 G9' }] },
]);

const pack = (facts: ModelFacts | null): string => {
  const choice = packFor(facts, table);
  switch (choice.result) {
    case 'pack':
      return choice.pack;
    case 'none':
      return choice.why;
    case 'several':
      return choice.packs.join(' or ');
  }
};

describe('the driver pack of a machine', () => {
  it.each<[string, ModelFacts | null, string]>([
    ['firmware of Dell', { maker: 'Dell Inc.', model: 'Dell Inc. Latitude 5440' }, 'Latitude-5440'],
    ['a list that writes it otherwise', { model: 'DELL  latitude-5440' }, 'Latitude-5440'],
    ['the model alone', { model: 'Latitude 5440' }, 'Latitude-5440'],
    ['another Latitude: how the name begins', { maker: 'Dell', model: 'Latitude 7330' }, 'Latitude'],
    ['whole words only', { model: 'Latitudes 7330' }, 'no-pack'],
    ['the same name of another maker', { maker: 'Acme Corp.', model: 'Latitude 5440' }, 'no-pack'],
    ['an ID under another name', { maker: 'Dell Inc.', model: 'Rugged', systemSku: '0C0A' }, 'Latitude-5440'],
    [
      'another ID under the same name',
      { maker: 'Dell Inc.', model: 'Latitude 5440', systemSku: '0FFF' },
      'Latitude',
    ],
    ['an ID of another maker', { maker: 'HP', model: 'X', systemSku: '0C0A' }, 'no-pack'],
    ['firmware of Lenovo', { maker: 'LENOVO', model: 'LENOVO ThinkPad T14 Gen 4 (21HDCTO1WW)' }, 'T14-G4'],
    ['its SKU', { maker: 'LENOVO', systemSku: 'LENOVO_MT_21HD_BU_Think_FM_ThinkPad T14 Gen 4' }, 'T14-G4'],
    ['machine type and model of a label', { model: '21HE-0012US' }, 'T14-G4'],
    ['the type alone', { systemSku: '21he' }, 'T14-G4'],
    ['the name without a type', { model: 'ThinkPad T14 Gen 4' }, 'T14-G4'],
    ['another type under the same name', { model: 'ThinkPad T14 Gen 4 (21K3CTO1WW)' }, 'no-pack'],
    [
      'the old name of HP',
      { maker: 'Hewlett-Packard', model: 'HP EliteBook 840 G8 Notebook PC' },
      'EliteBook-840-G8',
    ],
    ['the board of HP', { maker: 'HP', model: 'HP Something', board: '8895' }, 'EliteBook-840-G8'],
    ['two packs for one name', { maker: 'HP', model: 'HP Elite Mini 800 G9' }, 'Elite-A or Elite-B'],
    ['nothing', null, 'unknown'],
    ['a maker alone', { maker: 'Dell Inc.' }, 'unknown'],
  ])('%s', (_what, facts, expected) => {
    expect(pack(facts)).toBe(expected);
  });

  it('has packs that Windows can hold as folders, each once, and models that say something', () => {
    const of = (packName: string, model: object): unknown => [{ pack: packName, models: [model] }];
    const sound = { model: 'X' };
    for (const bad of [
      '',
      '..',
      'a\\b',
      'a/b',
      'NUL',
      'com1.x',
      'a.',
      ' a',
      'a"b',
      'a%b',
      'ä',
      'a'.repeat(65),
    ]) {
      expect(driverTableSchema.safeParse(of(bad, sound)).success, bad).toBe(false);
    }
    expect(driverTableSchema.safeParse(of('A', { maker: 'Dell' })).success).toBe(false);
    expect(driverTableSchema.safeParse(of('A', { dellSystemId: '0C0' })).success).toBe(false);
    const twice = [of('A', sound), of('a', sound)].flat();
    expect(driverTableSchema.safeParse(twice).success).toBe(false);
    expect(driverTableSchema.safeParse(of('Dell Latitude 5440 (2026.1)', sound)).success).toBe(true);
  });
});
