import { describe, expect, it } from 'vitest';
import { fitsSerialPatterns, readScan, type ScanReading } from '../../../../core/scan/scan';
import { appSettingsSchema } from '../../../../core/settings/settings';
import { bays, drives, samsung, read } from './scan-reading';

const dell = { maker: 'Dell service tag', pattern: '[0-9A-Z]{7}' };

const surface = { maker: 'Surface', pattern: '\\d{12}' };

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
    ['part-serial', 'WBGTC0AHH8V0GU'],
    ['part-serial', 'CNU1234567ABCD890123'],
    ['ppid', 'S/N: CN0WF28J7016635V0A5DA00'],
    // Neither a machine, nor a command.
    ['unreadable', 'S/N: START'],
    ['unreadable', 'S/N PRESTAGE-CANCEL'],
    ['unreadable', 'sn:next'],
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
      details: { macs: ['00:1B:44:11:3A:B7'], assetTag: 'C-4711' },
    });
  });
  it('alone tells a UUID, a MAC or an asset tag, in the form in which it is kept', () => {
    expect(read('{4c4c4544-004b-5810-8039-b7c04f515133}')).toMatchObject({
      kind: 'uuid',
      details: { uuid: '4C4C4544-004B-5810-8039-B7C04F515133' },
    });
    for (const text of [
      '001B44113AB7',
      '00-1b-44-11-3a-b7',
      '001B.4411.3AB7',
      'MAC 001B44113AB7',
      'MAC:001b44113ab7',
    ]) {
      expect(read(text)).toMatchObject({ kind: 'mac', details: { macs: ['00:1B:44:11:3A:B7'] } });
    }
    expect(read('Asset No. 4711').kind).toBe('machine');
    expect(read('Asset No.: 4711')).toMatchObject({ kind: 'asset-tag', details: { assetTag: '4711' } });
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
      details: { assetTag: '00042' },
    });
    expect(read('1S20XW0012USPF2ABCDE', { labelRules }).kind).toBe('part-number');
  });
});

describe('the code of a machine that asks to be let into the rack', () => {
  const withCodes = (text: string, codes: readonly string[]): ScanReading =>
    readScan(text, { settings: appSettingsSchema.parse({}), bays, drives, codes });

  it.each(['7K0139', '7k0 139', '7KO-I39', ']C07K0139\r\n'])('is no serial: %j', (text) => {
    expect(withCodes(text, ['ABC234', '7K0139'])).toEqual({ kind: 'admission-code', code: '7K0139' });
  });

  it('is one only while a machine asks, and no part of a text', () => {
    expect(withCodes('7K0139', [])).toEqual({ kind: 'machine', serial: '7K0139' });
    expect(read('7K0139').kind).toBe('machine');
    expect(withCodes('7K01391', ['7K0139'])).toEqual({ kind: 'machine', serial: '7K01391' });
  });

  it('that is a bay or an attached drive too means neither', () => {
    const named = [...bays, { label: 'BAY234', port: null, driveId: null }];
    const settings = appSettingsSchema.parse({});
    expect(readScan('BAY234', { settings, bays: named, drives, codes: ['BAY234'] }).kind).toBe('unreadable');
  });
});
