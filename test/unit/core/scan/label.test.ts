import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLabel, type LabelReading } from '../../../../core/scan/label';
import {
  builtInLabelRules,
  labelRuleSchema,
  labelRulesOf,
  type LabelRule,
} from '../../../../core/scan/label-rules';
import { machineDetailsSchema } from '../../../../core/machine/machine';
import { serialProblem } from '../../../../core/machine/serial';

const [gs, rs, eot] = ['\u001d', '\u001e', '\u0004'];
const read = (text: string, rules: readonly LabelRule[] = builtInLabelRules): LabelReading =>
  readLabel(text, rules);
const machine = (serial: string, details: object = {}): LabelReading => ({
  kind: 'machine',
  serial,
  details,
});
const message = (...fields: string[]): string => `[)>${rs}06${gs}${fields.join(gs)}${rs}${eot}`;

describe('texts of real labels, as public repositories hold them', () => {
  it.each<[string, string, LabelReading]>([
    // Lenovo's QR code; scanned texts that inventory programs keep as samples.
    [
      'Lenovo QR',
      'https://support.lenovo.com/qrcode?sn=PF19CK87&mtm=81UT00LKIN',
      machine('PF19CK87', { model: '81UT00LKIN' }),
    ],
    [
      'Lenovo QR',
      'https://support.lenovo.com/qrcode?sn=YX0JK6SE&mtm=83T60009US',
      machine('YX0JK6SE', { model: '83T60009US' }),
    ],
    [
      'Lenovo QR',
      'https://support.lenovo.com/qrcode?sn=PF0ZVLCN&mtm=80XU0042ID',
      machine('PF0ZVLCN', { model: '80XU0042ID' }),
    ],
    [
      'Lenovo QR, newer',
      'https://uatesupport.lenovo.com/qrcode/PF5A2W5D/21G3S04W00',
      machine('PF5A2W5D', { model: '21G3S04W00' }),
    ],
    // A list of scanned ThinkPads, in small letters.
    ['Lenovo Code 128', '1s20LW000VFRPF16WMMH', machine('PF16WMMH', { model: '20LW000VFR' })],
    // Dell's QR code, now and before.
    ['Dell QR', 'https://www.dell.com/support/pid?s=q3&t=282QFH4', machine('282QFH4')],
    ['Dell QR, server', 'https://qrl.dell.com/H6FND42', machine('H6FND42')],
    [
      'Dell page',
      'https://www.dell.com/support/home/product-support/servicetag/4J0TV12/drivers',
      machine('4J0TV12'),
    ],
    [
      'Dell page',
      'https://www.dell.com/support/home/en-us/product-support/servicetag/4j0tv12/overview',
      machine('4J0TV12'),
    ],
    // ISO/IEC 15434 of a maker's DataMatrix.
    ['15434', message('1P3TN01414BA', 'SALCLB4923FA8'), machine('ALCLB4923FA8', { model: '3TN01414BA' })],
    [
      '15434',
      message('1P475773A.102', 'SUK2550A0274', 'Q1', '4LIN', '18VLENSN'),
      machine('UK2550A0274', { model: '475773A.102' }),
    ],
    ['15434', message('S64a3c90d76c82a1d3b578409', '5D230709'), machine('64A3C90D76C82A1D3B578409')],
  ])('%s: %j', (_what, text, reading) => {
    expect(read(text)).toEqual(reading);
  });
  it.each([
    // Address of a product, not of a machine.
    'https://qrl.dell.com/Product/Detail/3',
    'https://qrl.dell.com/Product',
    // The tag is encrypted here.
    'https://www.dell.com/support/home/en-uk/product-support/servicetag/0-R2FySTAydTZQU04ra0p5SmgwcE9MZz090/overview',
    'https://www.lenovo.com/de/de/',
    'https://support.example.com/qrcode?sn=PF19CK87',
    // Of a part: 11S is no machine's.
    '1S4180A12R9XXXXX',
  ])('%j says nothing', (text) => {
    expect(read(text)).toEqual({ kind: 'none' });
  });
});

describe('labels as makers print them, with made-up numbers', () => {
  it.each<[string, string, LabelReading]>([
    ['HP, carton', 'S/N: 5CD1234XYZ P/N: 1A2B3C4#ABA', machine('5CD1234XYZ', { model: '1A2B3C4#ABA' })],
    ['HP, lines', 'SN: 5CD1234XYZ\r\nProdID: 1A2B3C4#ABA', machine('5CD1234XYZ', { model: '1A2B3C4#ABA' })],
    [
      'HP, comma',
      'S/N: 5CD1234XYZ, MAC: 3C:52:82:01:02:03',
      machine('5CD1234XYZ', { macs: ['3C:52:82:01:02:03'] }),
    ],
    ['Lenovo, lines', 'MTM: 20XW-0012US\nS/N: PF2ABCDE', machine('PF2ABCDE', { model: '20XW-0012US' })],
    ['Lenovo, 1S behind a name', 'S/N: 1S20XW0012USPF2ABCDE', machine('PF2ABCDE', { model: '20XW0012US' })],
    ['Lenovo, data identifier S', 'SPF2ABCDE', machine('PF2ABCDE')],
    ['Lenovo, contract', '1s11dbs0ab00mj0abcde', machine('MJ0ABCDE', { model: '11DBS0AB00' })],
    [
      'Lenovo, 1S in a message',
      message('1S20XW0012USPF2ABCDE', '23S3C5282010203'),
      machine('PF2ABCDE', { model: '20XW0012US', macs: ['3C:52:82:01:02:03'] }),
    ],
    ['Dell, words', 'Service Tag: 7KX9PQ3 Express Service Code: 16574822283', machine('7KX9PQ3')],
    [
      'server',
      'Service Tag=7KX9PQ3;MAC 1=3C5282010203;MAC 2=3C5282010204;',
      machine('7KX9PQ3', { macs: ['3C:52:82:01:02:03', '3C:52:82:01:02:04'] }),
    ],
    [
      'sheet as JSON',
      '{"Serial_number":"X9K2","Mac_address":"aabbccddeeff"}',
      machine('X9K2', { macs: ['AA:BB:CC:DD:EE:FF'] }),
    ],
    [
      'JSON',
      '{"serial":"5CD1234XYZ","macs":1,"mac":["3c5282010203","3c5282010204"],"uuid":"4c4c4544-0031-4710-8043-c3c04f373132"}',
      machine('5CD1234XYZ', {
        macs: ['3C:52:82:01:02:03', '3C:52:82:01:02:04'],
        uuid: '4C4C4544-0031-4710-8043-C3C04F373132',
      }),
    ],
    ['GS1, in the code', `]C10109521234543213${gs}21ABC123`, machine('ABC123')],
    ['GS1, FNC1 lost', '010952123454321321ABC123', machine('ABC123')],
    ['GS1, for people', '(01)09521234543213(21)ABC123(240)T14 G3', machine('ABC123', { model: 'T14 G3' })],
    ['GS1 DataMatrix', `]d201095212345432131725063010LOT7${gs}21ABC123`, machine('ABC123')],
    ['format 05', `[)>${rs}05${gs}0109521234543213${gs}21ABC123${rs}${eot}`, machine('ABC123')],
    ['asset only', `]d28004095212340000042`, { kind: 'facts', details: { assetTag: '095212340000042' } }],
    [
      'UUID and MAC',
      'UUID: 4c4c4544-0031-4710-8043-c3c04f373132 MAC: 3c5282010203',
      {
        kind: 'facts',
        details: { uuid: '4C4C4544-0031-4710-8043-C3C04F373132', macs: ['3C:52:82:01:02:03'] },
      },
    ],
    ['a header line', 'Contoso Ltd\nAsset Tag: C-4711', { kind: 'facts', details: { assetTag: 'C-4711' } }],
    // What a form filler left in.
    [
      'placeholders around',
      'S/N: 5CD1234XYZ; Asset Tag: N/A; UUID: 00000000-0000-0000-0000-000000000000',
      machine('5CD1234XYZ'),
    ],
  ])('%s: %j', (_what, text, reading) => {
    expect(read(text)).toEqual(reading);
  });
});

describe('control characters', () => {
  const whole = message('1P20XW0012US', 'S5CD1234XYZ');
  const reading = machine('5CD1234XYZ', { model: '20XW0012US' });
  it.each<[string, string, string, string]>([
    ['as they are', gs, rs, eot],
    ['in words', '<GS>', '<RS>', '<EOT>'],
    ['in braces', '{GS}', '{RS}', '{EOT}'],
    ['as pictures', '\u241d', '\u241e', '\u2404'],
    ['in caret notation', '^]', '^^', ''],
    ['escaped', '\\x1d', '\\x1E', '\\x04'],
  ])('%s are read', (_how, forGs, forRs, forEot) => {
    const sent = whole.replaceAll(gs, forGs).replaceAll(rs, forRs).replaceAll(eot, forEot);
    expect(read(sent)).toEqual(reading);
    expect(read(`]d2${sent}\r\n`)).toEqual(reading);
  });
  it('that were lost make no message: the fields cannot be told apart', () => {
    expect(read(whole.replaceAll(gs, '').replaceAll(rs, '')).kind).toBe('contradicts');
  });
});

describe('what does not count', () => {
  it.each<[LabelReading['kind'], string, string]>([
    ['contradicts', 'two serials', 'S/N: 5CD1234XYZ\nS/N: 5CD1234XYA'],
    ['contradicts', 'two serials in a message', message('S5CD1234XYZ', 'S5CD1234XYA')],
    ['contradicts', 'two in 1S and S', message('1S20XW0012USPF2ABCDE', 'SPF2ABCDF')],
    ['contradicts', 'two in GS1', '(01)09521234543213(21)ABC123(21)ABC124'],
    ['contradicts', 'a member twice', '{"serial":"5CD1234XYZ","serial":"5CD1234XYA"}'],
    ['contradicts', 'two in JSON', '{"serial":["5CD1234XYZ","5CD1234XYA"]}'],
    [
      'contradicts',
      'two UUIDs',
      'UUID: 4c4c4544-0031-4710-8043-c3c04f373132; UUID: 4c4c4544-0031-4710-8043-c3c04f373133',
    ],
    ['contradicts', 'two asset tags', 'SN: 5CD1234XYZ; Asset: C-1; Asset: C-2'],
    ['contradicts', 'no serial where one should be', 'S/N: 5CD1234XYZ, 5CD1234XYA'],
    ['contradicts', 'no serial where one should be', 'SN: A=B'],
    ['contradicts', 'another format', `[)>${rs}12${gs}SEQ 5CD1234XYZ${rs}${eot}`],
    ['contradicts', 'a field without identifier', message('S5CD1234XYZ', '-x')],
    ['contradicts', 'GS1 with a value cut off', `]C1010952123${gs}21ABC`],
    ['contradicts', 'brackets that end in nothing', '(01)09521234543213(21)'],
    ['placeholder', 'nobody filled it', 'S/N: To Be Filled By O.E.M.; MAC: 3c5282010203'],
    ['foreign', 'a drive', 'S/N: S5GXNX0T100001; WWN: 5002538D00000001'],
    ['foreign', 'a part', message('11S00HN123Z1ABCDEFGHIJ', 'SPF2ABCDE')],
    ['none', 'model alone', 'Model: T14'],
    ['none', 'GTIN alone', ']C10109521234543213'],
    ['none', 'express service code alone', 'Express Service Code: 16574822283'],
    ['none', 'two numbers nobody named', `5CG1234ABC${gs}L12345-001`],
    ['none', 'a UUID in braces is no JSON', '{4c4c4544-0031-4710-8043-c3c04f373132}'],
  ])('%s: %s, %j', (kind, _what, text) => {
    expect(read(text).kind).toBe(kind);
  });
  it('the same serial twice is one; a UUID in swapped byte order is the same', () => {
    expect(read('S/N: 5CD1234XYZ\nSerial Number: 5cd1234xyz')).toEqual(machine('5CD1234XYZ'));
    const text =
      'SN: 5CD1234XYZ; UUID: 4c4c4544-0031-4710-8043-c3c04f373132; GUID: 44454c4c-3100-1047-8043-c3c04f373132';
    expect(read(text)).toEqual(machine('5CD1234XYZ', { uuid: '4C4C4544-0031-4710-8043-C3C04F373132' }));
  });
});

describe('rules', () => {
  it('that are built in are rules that settings could hold, and no name is there twice with two meanings', () => {
    for (const rule of builtInLabelRules) expect(labelRuleSchema.parse(rule)).toEqual(rule);
    const all = builtInLabelRules.flatMap((rule) =>
      rule.form === 'pattern'
        ? []
        : [[rule.form === 'name' ? rule.name : rule.identifier, rule.field] as const],
    );
    for (const [name, field] of all) {
      expect(all.filter(([other, meaning]) => other === name && meaning !== field)).toEqual([]);
    }
  });
  it.each<[string, unknown]>([
    ['a pattern without a group', { form: 'pattern', maker: 'x', pattern: '[A-Z]{7}' }],
    ['a pattern that may be slow', { form: 'pattern', maker: 'x', pattern: '(?<serial>(?:a+)+)' }],
    ['no pattern', { form: 'pattern', maker: 'x', pattern: '(?<serial>' }],
    [
      'an identifier that is none',
      { form: 'data-identifier', maker: 'x', identifier: 'SS', field: 'serial' },
    ],
    ['a field that is none', { form: 'name', maker: 'x', name: 'a', field: 'computerName' }],
  ])('%s is refused', (_what, rule) => {
    expect(labelRuleSchema.safeParse(rule).success).toBe(false);
  });
  it('of a station come first, and decide', () => {
    const own: LabelRule[] = [
      { form: 'name', maker: 'ours', name: 'Asset', field: 'serial' },
      { form: 'name', maker: 'ours', name: 'serial', field: 'none' },
      { form: 'data-identifier', maker: 'ours', identifier: 'S', field: 'none' },
      { form: 'pattern', maker: 'ours', pattern: 'K(?<asset>\\d{4})(?<mac>[0-9A-F]{12})' },
    ];
    const rules = labelRulesOf({ builtIn: true, own });
    expect(read('Asset: X9K2; Serial: 5CD1234XYZ', rules)).toEqual(machine('X9K2'));
    expect(read(message('S5CD1234XYZ'), rules)).toEqual({ kind: 'none' });
    expect(read('K00423C5282010203', rules)).toEqual({
      kind: 'facts',
      details: { assetTag: '0042', macs: ['3C:52:82:01:02:03'] },
    });
    expect(read('https://qrl.dell.com/H6FND42', rules)).toEqual(machine('H6FND42'));
    expect(read('https://qrl.dell.com/H6FND42', labelRulesOf({ builtIn: false, own }))).toEqual({
      kind: 'none',
    });
  });
});

describe('whatever is on a label', () => {
  const serial = fc.stringMatching(/^[A-Z0-9]{5,12}$/).filter((text) => serialProblem(text) === null);
  const forms = fc.constantFrom<(one: string, two: string) => string>(
    (one, two) => `S/N: ${one}; Serial: ${two}`,
    (one, two) => `SN=${one}\nMAC=001B44113AB7\nSN=${two}`,
    (one, two) => `SN: ${one} SN: ${two}`,
    (one, two) => message(`S${one}`, '1PX', `S${two}`),
    (one, two) => `(01)09521234543213(21)${one}(21)${two}`,
    (one, two) => `]C10109521234543213${gs}21${one}${gs}21${two}`,
    (one, two) => JSON.stringify({ serial: one, 'Serial Number': two }),
    (one, two) => `{"serial":"${one}","mac":"001B44113AB7","serial":"${two}"}`,
  );
  it('two serials are none', () => {
    fc.assert(
      fc.property(serial, serial, forms, (one, two, form) => {
        fc.pre(one !== two);
        expect(['machine', 'facts']).not.toContain(read(form(one, two)).kind);
      }),
    );
  });
  it('reading never throws, and gives a sound serial and sound facts', () => {
    const part = fc.constantFrom(
      'S/N:',
      'MAC:',
      'UUID=',
      'Asset: ',
      ';',
      gs,
      rs,
      '[)>',
      '06',
      '(21)',
      '01',
      '{"',
      '":"',
      '"}',
      ',',
      ']C1',
      '^]',
      '5CD1234XYZ',
      '001B44113AB7',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.oneof(part, part, fc.string({ maxLength: 8 })), { maxLength: 20 })
        .map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (scanned) => {
        const reading = read(scanned);
        if (reading.kind === 'machine') expect(serialProblem(reading.serial)).toBeNull();
        if (reading.kind === 'machine' || reading.kind === 'facts') {
          machineDetailsSchema.parse(reading.details);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

it('a label tells the MAC of Wi-Fi from that of Ethernet', () => {
  expect(read('S/N: 5CD1234XYZ; WLAN MAC: 001B44113A02; LAN MAC: 001B44113A01')).toEqual(
    machine('5CD1234XYZ', {
      macs: ['00:1B:44:11:3A:02', '00:1B:44:11:3A:01'],
      wifiMacs: ['00:1B:44:11:3A:02'],
    }),
  );
});
