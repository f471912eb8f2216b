import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BayPlace } from '../../../../core/drive/bays';
import { scanCommands } from '../../../../core/scan/scan-outcome';
import {
  commandBarcode,
  drivesNamed,
  fitsSerialPatterns,
  readScan,
  type ScanReading,
} from '../../../../core/scan/scan';
import { serialProblem } from '../../../../core/machine/serial';
import { appSettingsSchema, type AppSettings } from '../../../../core/settings/settings';
import { sampleDrive } from '../drive/drives';

const drives = [
  sampleDrive({ id: 'S5GXNX0T100001-1A2B3C4D', serial: 'S5GXNX0T100001', wwn: '0x5002538d00000001' }),
  sampleDrive({ id: 'WD-WX41A1234567-00000002', serial: 'WD-WX41A1234567', wwn: '0x50014ee2bc654321' }),
  sampleDrive({ id: 'NVME-00000003', serial: '21473A800123', wwn: 'eui.e8238fa6bf530001001b448b46123456' }),
  // A USB bridge gives every drive its own number.
  sampleDrive({ id: 'BRIDGE-00000004', serial: 'DD5641988396', wwn: null }),
  sampleDrive({ id: 'BRIDGE-00000005', serial: 'DD5641988396', wwn: null }),
  sampleDrive({ id: 'NONE-00000006', serial: null, wwn: null }),
];
const [samsung, western, nvme, bridge] = drives.map(({ id }) => id);
const bays: BayPlace[] = [
  { label: '7', port: 'p7', driveId: samsung ?? null },
  { label: 'Bay 8', port: 'p8', driveId: western ?? null },
  { label: 'A-3', port: 'p9', driveId: null },
  { label: '#', port: 'p10', driveId: null },
];
const dell = { maker: 'Dell service tag', pattern: '[0-9A-Z]{7}' };
const surface = { maker: 'Surface', pattern: '\\d{12}' };

function read(text: string, changes: Partial<AppSettings> = {}): ScanReading {
  return readScan(text, { settings: { ...appSettingsSchema.parse({}), ...changes }, bays, drives });
}

describe('commands', () => {
  it.each(scanCommands)('%s is read from what is printed', (command) => {
    expect(commandBarcode(command)).toBe(`PRESTAGE-${command}`);
    expect(read(commandBarcode(command))).toEqual({ kind: 'command', command });
  });
  it.each([
    'prestage-start\r\n',
    'PRESTAGE/START',
    'PRESTAGEßSTART',
    'PRESTAGE)START',
    'PRESTAGE START',
    ']C0PRESTAGE-START',
    '\u0002PRESTAGE-START\u0003',
  ])('%j is START in spite of layout, case and framing', (text) => {
    expect(read(text)).toEqual({ kind: 'command', command: 'START' });
  });
  it.each([
    'PRESTAGE-STAR',
    'PRESTAGE-STARTT',
    'PRESTAGE-FORMAT',
    'PRESTAGE',
    'PRESTAGE-STARTPRESTAGE-START',
  ])('%s is no command, and no machine', (text) => {
    expect(read(text, { serialPatterns: [{ maker: 'any', pattern: '.*' }] }).kind).toBe('unreadable');
  });
  it('START alone is no command', () => {
    expect(read('START')).toEqual({ kind: 'machine', serial: 'START' });
  });
});

describe('badges and work orders', () => {
  it.each<[string, ScanReading]>([
    ['OP-Ada Byron', { kind: 'operator', name: 'Ada Byron' }],
    ['badge: 0042 ', { kind: 'operator', name: '0042' }],
    ['op-Łukasz\u202e', { kind: 'operator', name: 'Łukasz' }],
    ['WO-4711', { kind: 'work-order', number: '4711' }],
    ['wo 2024/17', { kind: 'work-order', number: '2024/17' }],
  ])('%j', (text, reading) => {
    expect(read(text)).toEqual(reading);
  });
  it('are read by the patterns of the settings, with and without a group', () => {
    expect(read('E12345', { badgePattern: '^E\\d{5}$' })).toEqual({ kind: 'operator', name: 'E12345' });
    expect(read('J/17', { workOrderPattern: '^j/ *(.+)$' })).toEqual({ kind: 'work-order', number: '17' });
    expect(read('OP-Ada', { badgePattern: '^E\\d{5}$' }).kind).not.toBe('operator');
  });
  it('are not looked for in long texts', () => {
    expect(read(`OP-${'a'.repeat(300)}`, { badgePattern: '^OP-(.+)$' }).kind).toBe('unreadable');
  });
  it('a pattern that is too wide does not hide bays and attached drives', () => {
    expect(read('7', { badgePattern: '(.+)' })).toEqual({ kind: 'bay', label: '7' });
    expect(read('S5GXNX0T100001', { badgePattern: '(.+)' }).kind).toBe('drive');
  });
});

describe('the SHA-256 of a media', () => {
  const sha256 = '0a1b'.repeat(16);
  it.each([
    sha256,
    sha256.toUpperCase(),
    `sha256:${sha256}`,
    `SHA-256: ${sha256}`,
    `${sha256}  contoso.wim`,
    `${sha256} *contoso win 11.wim\n`,
    `\\${sha256}  odd.wim`,
    `SHA256 (contoso.wim) = ${sha256}`,
    `]Q1${sha256}`,
  ])('%j', (text) => {
    expect(read(text)).toEqual({ kind: 'sha256', sha256 });
  });
  it.each([
    sha256.slice(1),
    sha256.slice(24),
    `${sha256}0`,
    `${sha256}  a.wim\n${'f'.repeat(64)}  b.wim`,
    `${sha256.slice(0, 32)}\u001d${sha256.slice(32)}`,
  ])('%j is none', (text) => {
    expect(read(text).kind).toBe('unreadable');
  });
});

describe('bays', () => {
  it.each([
    ['7', '7'],
    ['BAY-7', '7'],
    ['bay 7', '7'],
    ['bay7', '7'],
    ['BAY 8', 'Bay 8'],
    ['bay_8', 'Bay 8'],
    ['BAY-BAY-8', 'Bay 8'],
    ['a3', 'A-3'],
    ['Bay: A-3', 'A-3'],
  ])('%s means bay %s', (text, label) => {
    expect(read(text)).toEqual({ kind: 'bay', label });
  });
  it('the exact label comes before the one with BAY before it', () => {
    const two = [...bays, { label: 'Bay 7', port: 'p1', driveId: null }];
    const context = { settings: appSettingsSchema.parse({}), drives, bays: two };
    expect(readScan('BAY-7', context)).toEqual({ kind: 'bay', label: 'Bay 7' });
    expect(readScan('7', context)).toEqual({ kind: 'bay', label: '7' });
  });
  it.each(['BAY-9', 'bay 12', 'BAY12', 'BAY-', 'BAY', 'Bay: Z'])(
    '%s is a bay that the bench does not have, never a machine',
    (text) => {
      expect(read(text)).toEqual({ kind: 'bay', label: text });
    },
  );
  it.each(['***', '-', ''])('%j, of which folding leaves nothing, means no bay', (text) => {
    expect(read(text).kind).toBe('unreadable');
  });
  it('a service tag that begins with BAY is a machine', () => {
    expect(read('BAY1234')).toEqual({ kind: 'machine', serial: 'BAY1234' });
  });
  it('a label that two bays have, or that is the serial of a drive elsewhere, is unreadable', () => {
    const settings = appSettingsSchema.parse({});
    const twice = [...bays, { label: '7.', port: 'p1', driveId: null }];
    expect(readScan('7', { settings, drives, bays: twice }).kind).toBe('unreadable');
    const called = (driveId: string | null): BayPlace[] => [{ label: 'S5GXNX0T100001', port: 'p', driveId }];
    expect(readScan('S5GXNX0T100001', { settings, drives, bays: called(null) }).kind).toBe('unreadable');
    expect(readScan('S5GXNX0T100001', { settings, drives, bays: called(samsung ?? '') }).kind).toBe('bay');
  });
});

describe('attached drives', () => {
  it.each([
    ['S5GXNX0T100001', samsung],
    [' s5gxnx0t100001\r', samsung],
    ['S/N: S5GXNX0T100001', samsung],
    ['SN:S5GXNX0T100001', samsung],
    ['S5GXNX0T100001-1a2b3c4d', samsung],
    ['5002538D00000001', samsung],
    ['0x5002538d00000001', samsung],
    ['naa.5002538d00000001', samsung],
    ['WWN: 5 002538 D00000001', samsung],
    ['WX41A1234567', western],
    ['WD-WX41A1234567', western],
    ['E8238FA6BF530001001B448B46123456', nvme],
    // Twelve hexadecimal digits with a right check digit or not: an attached drive's serial is a drive.
    ['21473A800123', nvme],
    ['BRIDGE-00000004', bridge],
  ])('%j names one', (text, driveId) => {
    expect(read(text)).toEqual({ kind: 'drive', driveId });
    expect(read(text, { serialPatterns: [{ maker: 'any', pattern: '.*' }] }).kind).toBe('drive');
  });
  it('a serial that two drives report names none of them, and no machine', () => {
    expect(drivesNamed('DD5641988396', drives)).toHaveLength(2);
    expect(read('DD5641988396')).toEqual({ kind: 'unreadable', text: 'DD5641988396' });
  });
  it('drives without a serial are named by no empty text', () => {
    expect(drivesNamed('', drives)).toEqual([]);
    expect(drivesNamed('S/N: ', drives)).toEqual([]);
  });
});

describe('machines', () => {
  it.each([
    ['Dell service tag', '7KX9PQ3', '7KX9PQ3'],
    ['Dell, begins like a data identifier', '1PX9PQ3', '1PX9PQ3'],
    ['Dell, begins like a data identifier', '1S4B6C7', '1S4B6C7'],
    ['HP', '5CG1234ABC', '5CG1234ABC'],
    ['HP', 'cnd0123456', 'CND0123456'],
    ['Lenovo', 'PF2ABCDE', 'PF2ABCDE'],
    ['Lenovo', 'R90XXXXX', 'R90XXXXX'],
    ['Apple', 'C02XG0FDJGH5', 'C02XG0FDJGH5'],
    ['Supermicro', 'S123456X1234567', 'S123456X1234567'],
    ['VMware', 'VMware-56 4d 1c 9b 2a 33 4c 1f-aa bb 0c 9d 1e 2f 3a 4b', undefined],
    ['Surface, wrong check digit', '012345678913', '012345678913'],
    ['with prefix', 'S/N: 5CG1234ABC', '5CG1234ABC'],
    ['with prefix', 'S/N 5CG1234ABC', '5CG1234ABC'],
    ['with prefix', 'sn:5CG1234ABC', '5CG1234ABC'],
    ['framed', ']C05CG1234ABC\r\n', '5CG1234ABC'],
    ['framed', '\u0002]d25CG1234ABC\u0003', '5CG1234ABC'],
    ['leading zeros stay', '000123X', '000123X'],
    ['hexadecimal, but no address that a maker burns in', 'A1B2C3D4E5F6', 'A1B2C3D4E5F6'],
  ])('%s: %j', (_maker, text, serial = text.toUpperCase()) => {
    expect(read(text)).toEqual({ kind: 'machine', serial });
  });
  it('a text that fits a pattern is one, before its form is looked at', () => {
    expect(read('012345678912').kind).toBe('ean');
    expect(read('012345678912', { serialPatterns: [surface] })).toEqual({
      kind: 'machine',
      serial: '012345678912',
    });
    expect(read('1P12345678', { serialPatterns: [{ maker: 'x', pattern: '1P\\d{8}' }] }).kind).toBe(
      'machine',
    );
  });
  it('a pattern must fit the whole serial', () => {
    expect(read('0123456789128', { serialPatterns: [surface] }).kind).toBe('ean');
    expect(fitsSerialPatterns('7KX9PQ3X', [dell])).toBe(false);
    expect(fitsSerialPatterns('7KX9PQ3', [surface, dell])).toBe(true);
    expect(fitsSerialPatterns('7KX9PQ3', [{ maker: 'x', pattern: 'A|7' }])).toBe(false);
    expect(fitsSerialPatterns('ANYTHING', [])).toBe(true);
  });
  it('one that fits no pattern still is a machine: it is refused with the reason later', () => {
    expect(read('5CG1234ABC', { serialPatterns: [dell] })).toEqual({ kind: 'machine', serial: '5CG1234ABC' });
  });
  it('a pattern lets no placeholder through, and does not keep the whole text of a Lenovo label', () => {
    const serialPatterns = [{ maker: 'any', pattern: '[0-9A-Z]+' }];
    expect(read('0000000', { serialPatterns }).kind).toBe('placeholder');
    expect(read('1S20XW0012USPF2ABCDE', { serialPatterns })).toMatchObject({ serial: 'PF2ABCDE' });
  });
});

describe('what is no machine', () => {
  it.each([
    ['ean', '4006381333931'],
    ['ean', '96385074'],
    ['ean', '036000291452'],
    ['ean', '10614141000415'],
    ['ean', '012345678912'],
    ['ean', ']E04006381333931'],
    ['ean', ']C10109521234543213'],
    ['service-code', '12345678901'],
    ['service-code', '2176782336'],
    ['ean', '(01)09521234543213'],
    ['mac', '00:1B:44:11:3A:B7'],
    ['mac', '00-1b-44-11-3a-b7'],
    ['mac', '001B.4411.3AB7'],
    ['mac', '001B44113AB7'],
    ['mac', 'MAC: 001B44113AB7'],
    ['mac', '02:00:00:00:00:01'],
    ['part-number', 'P/N L12345-001'],
    ['part-number', 'PN:ABC123'],
    ['part-number', '1P20XW0012US'],
    ['part-number', 'L12345-001'],
    ['part-number', '123456-B21'],
    ['part-number', '1A2B3C4#ABA'],
    ['part-number', '20XW-0012US'],
    ['part-number', '20XW0012US'],
    ['part-number', '20XWCTO1WW'],
    ['part-number', '11DBS0AB00'],
    // 1S, but not of the form that is known: a part, a shorter model, a serial of nine.
    ['part-number', '1SSB20K12345ABCDEFGH'],
    ['part-number', '1S4180A12R9XXXXX'],
    ['part-number', '1S20XW0012USPF2ABCDEF'],
    ['part-number', '1S20XW0012USPF2ABCD'],
    ['part-number', '8SSB20K12345L1CD1234ABC'],
    ['part-number', '11S00HN123Z1ABCDEFGHIJ'],
    ['uuid', '4C4C4544-004B-5810-8039-B7C04F515133'],
    ['uuid', '{4c4c4544-004b-5810-8039-b7c04f515133}'],
    ['uuid', 'urn:uuid:4c4c4544-004b-5810-8039-b7c04f515133'],
    ['uuid', '4C4C4544004B58108039B7C04F515133'],
    ['web-address', 'https://support.example.com/?sn=5CG1234ABC'],
    ['web-address', 'WWW.example.com'],
    ['placeholder', 'To Be Filled By O.E.M.'],
    ['placeholder', 'Default string'],
    ['placeholder', 'SN: 0123456789'],
    ['placeholder', 'XXXXXXX'],
    ['unreadable', ''],
    ['unreadable', 'AB'],
    ['unreadable', '5CG\u202e1234ABC'],
    ['unreadable', '5CG1234=ABC'],
    ['unreadable', 'X'.repeat(65) + 'Y'],
    // Several fields: without their separators they would look like one serial.
    ['unreadable', '5CG1234ABC\u001dL12345-001'],
    ['unreadable', '5CG1234ABC\t7KX9PQ3'],
    ['unreadable', '[)>\u001e06\u001d1P5CG1234ABC\u001e\u0004'],
    ['placeholder', '00000000-0000-0000-0000-000000000000'],
    ['placeholder', '03000200-0400-0500-0006-000700080009'],
    ['placeholder', 'FF:FF:FF:FF:FF:FF'],
  ])('%s: %j', (kind, text) => {
    const reading = read(text);
    expect(reading.kind).toBe(kind);
    expect(reading).toHaveProperty('text');
  });
  it('twelve decimal digits are no MAC, and a wrong check digit makes no EAN', () => {
    expect(read('001122334456').kind).toBe('machine');
    // Less than the smallest service tag of seven as a number.
    expect(read('2176782335').kind).toBe('machine');
    expect(read('4006381333932').kind).toBe('machine');
  });
  it('its text is safe to show', () => {
    expect(read('https://x\u202e\u0007.example')).toEqual({ kind: 'web-address', text: 'https://x.example' });
    expect(read('é'.repeat(4000))).toMatchObject({ text: `${'é'.repeat(127)}…` });
  });
});

describe('a label', () => {
  it('with a serial and more is a machine with facts', () => {
    expect(read('S/N: 5CD1234XYZ; MAC: 001b44113ab7; Asset Tag: C-4711')).toEqual({
      kind: 'machine',
      serial: '5CD1234XYZ',
      facts: { macs: ['00:1B:44:11:3A:B7'], assetTag: 'C-4711' },
    });
  });
  it('alone tells a UUID, a MAC or an asset tag, in the form in which it is kept', () => {
    expect(read('{4c4c4544-004b-5810-8039-b7c04f515133}')).toMatchObject({
      kind: 'uuid',
      facts: { uuid: '4C4C4544-004B-5810-8039-B7C04F515133' },
    });
    for (const text of [
      '001B44113AB7',
      '00-1b-44-11-3a-b7',
      '001B.4411.3AB7',
      'MAC 001B44113AB7',
      'MAC:001b44113ab7',
    ]) {
      expect(read(text)).toMatchObject({ kind: 'mac', facts: { macs: ['00:1B:44:11:3A:B7'] } });
    }
    expect(read('Asset No. 4711').kind).toBe('machine');
    expect(read('Asset No.: 4711')).toMatchObject({ kind: 'asset-tag', facts: { assetTag: '4711' } });
  });
  it('of an attached drive is that drive, and of another drive it is nothing', () => {
    expect(read('S/N: S5GXNX0T100001; Model: SSD 870')).toEqual({ kind: 'drive', driveId: samsung });
    expect(read('S/N: S5GXNX0T999999; WWN: 5002538D00000009').kind).toBe('unreadable');
    expect(read('S/N: DD5641988396; Model: bridge').kind).toBe('unreadable');
  });
  it('is read by the rules of the settings alone, when those that are built in are off', () => {
    const labelRules = {
      builtIn: false,
      own: [{ form: 'pattern' as const, maker: 'ours', pattern: 'INV(?<asset>\\d{5})' }],
    };
    expect(read('INV00042', { labelRules })).toMatchObject({
      kind: 'asset-tag',
      facts: { assetTag: '00042' },
    });
    expect(read('1S20XW0012USPF2ABCDE', { labelRules }).kind).toBe('part-number');
  });
});

describe('whatever is scanned', () => {
  const part = fc.constantFrom(
    'S/N: ',
    ' MAC: ',
    ';',
    '[)>\u001e06\u001d',
    '(01)09521234543213(21)',
    '{"serial":"',
    '5CD1234XYZ',
    'BAY',
    'SN:',
    ']C1',
    '1S',
    'PRESTAGE-',
    'S5GXNX0T100001',
    '\u001d',
    ' ',
    '7',
    '-',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(part, fc.string())).map((all) => all.join('')),
  );

  it('a machine has a sound serial that no attached drive has', () => {
    fc.assert(
      fc.property(text, (scanned) => {
        const reading = read(scanned);
        if (reading.kind !== 'machine') return;
        expect(serialProblem(reading.serial)).toBeNull();
        expect(drivesNamed(reading.serial, drives)).toEqual([]);
      }),
    );
  });
  it('is the same read again, and a bay is one that was meant', () => {
    fc.assert(
      fc.property(text, (scanned) => {
        const reading = read(scanned);
        expect(read(`\u0002${scanned}\r\n`)).toEqual(reading);
        if (reading.kind === 'machine') expect(read(reading.serial).kind).not.toBe('command');
      }),
    );
  });
});
