import { describe, expect, it } from 'vitest';
import { otherNumber, withoutSecrets } from '../../../../core/machine/other-number';
import { readTypedSerial } from '../../../../core/scan/typed-serial';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import { readScan } from '../../../../core/scan/scan';
import { appSettingsSchema } from '../../../../core/settings/settings';
import { redactText } from '../../../../station/state/redact';
import { bays, drives, read } from './scan-reading';

const settings = scanSettingsSchema.parse({});

/** What is refused where a serial is meant, and by scan, with a word of the message. */
const refused: readonly (readonly [string, string])[] = [
  ['CN0WF28J7016635V0A5DA00', 'Dell part (PPID)'],
  ['CN-0WF28J-70166-35V-0A5D-A00', 'service tag of the machine'],
  ['CN 0WF28J 70166 35V 0A5D A00', 'PPID'],
  ['cn0wf28j7016635v0a5d', 'PPID'],
  ['KR06GD9C00K006BQ0013', 'PPID'],
  ['CN0WF28J7016635V0A5DX001', 'PPID'],
  // Labels of parts say S/N, too.
  ['S/N: CN-0WF28J-70166-35V-0A5D-A00', 'PPID'],
  ['Serial No.: 490154203237518', 'IMEI'],
  ['{"sn":"CN0WF28J7016635V0A5DA00"}', 'PPID'],
  // HP's numbers of parts.
  ['CNU1234567ABCD890123', 'number of a part'],
  ['cnu0A1B2C3D4E5F6G7H8J', 'number of a part'],
  ['CT: PBJFVC19VUL1V8', 'number of a part'],
  ['SPS: L12345-001', 'part number'],
  ['DP/N 0WF28J', 'part number'],
  // Words of ours behind what labels print before a serial: no machine, and nothing starts.
  ['S/N: START', 'command of Prestage'],
  ['SN:UNDO', 'command of Prestage'],
  ['Serial Number: PRESTAGE-START', 'command of Prestage'],
  ['[)>\u001e06\u001d1P20XW0012US\u001dSSTART\u001e\u0004', 'command of Prestage'],
  ['490154203237518', 'IMEI'],
  ['356938035643809', 'IMEI'],
  ['35-693803-564380-9', 'IMEI'],
  ['IMEI: 356938035643809', 'IMEI'],
  ['IMEI1:356938035643809', 'IMEI'],
  ['A10000CAFE9296', 'MEID'],
  ['8944110066012345678', 'SIM card'],
  ['(01)09521234543213', 'product number'],
  ['00:1B:44:11:3A:B7', 'MAC'],
  ['00-1b-44-11-3a-b7', 'MAC'],
  ['001B.4411.3AB7', 'MAC'],
  ['4C4C4544-004B-5810-8039-B7C04F515133', 'UUID'],
  ['4C4C4544004B58108039B7C04F515133', 'UUID'],
  ['https://example.com/5CD1234XYZ', 'web address'],
  ['www.example.com', 'web address'],
  ['5002538D00A00001', 'WWN'],
  ['0x5002538d00000001', 'WWN'],
  ['naa.5002538d00000001', 'WWN'],
  ['1P20XW0012US', 'part number'],
  ['1P1A2B3C4#ABA', 'part number'],
  ['30PABC1234567', 'part number'],
  ['P/N L12345-001', 'part number'],
  ['11S00HN123Z1ABCDEFGHIJ', 'part number'],
  ['8SSB20K12345L1CD1234ABC', 'part number'],
  ['4LCN', 'shipping label'],
  ['00340123450000000017', 'shipping label'],
  ['(00)340123450000000017', 'shipping label'],
  ['1Z999AA10123456784', 'shipping label'],
  ['JJD000390007812345678', 'shipping label'],
  ['JD014600003828392837', 'shipping label'],
  ['9400110200881234567890', 'shipping label'],
  ['420902109400110200881234567890', 'shipping label'],
  ['2026-11-05', 'shipping label'],
  ['FRU P/N 01AV405', 'part number'],
  ['00371-OEM-8992671-00524', 'part number'],
  ['00330-80000-00000-AA123', 'part number'],
  ['HSTNN-LB8K', 'part number'],
  ['PRESTAGE-START', 'command of Prestage'],
  ['BAY-7', 'label of a bay'],
  ['OP-Ada Byron', 'operator badge'],
  ['WO-4711', 'work order number'],
  ['0a1b'.repeat(16), 'hash'],
  ['0a1b'.repeat(10), 'hash'],
  ['Asset Tag: C-4711', 'without a serial'],
  ['S/N: S5GXNX0T999999; WWN: 5002538D00000009', 'drive or of a part'],
];

describe('where a serial is typed', () => {
  it.each(refused)('%j is refused and named: %s', (text, word) => {
    const typed = readTypedSerial(text, settings);
    expect(typed.problem?.message ?? `taken: ${JSON.stringify(typed)}`).toContain(word);
    expect(read(text).kind).not.toBe('machine');
  });
  it('a Windows product key is refused without being repeated', () => {
    for (const text of ['W269N-WFGWX-YVC9B-4J6C9-T83GX', 'w269nwfgwxyvc9b4j6c9t83gx']) {
      const { problem } = readTypedSerial(text, settings);
      expect(problem?.message).toContain('a Windows product key');
      expect(problem?.message).not.toMatch(/W269N/i);
      expect(JSON.stringify(read(text))).not.toContain('WFGWX');
    }
  });
  it.each([
    ['1S20XW0012USPF2ABCDE', 'PF2ABCDE'],
    ['SPF2ABCDE', 'PF2ABCDE'],
    ['https://support.lenovo.com/qrcode?sn=PF2ABCDE&mtm=20XW0012US', 'PF2ABCDE'],
    ['https://qrl.dell.com/7KX9PQ3', '7KX9PQ3'],
    ['[)>\u001e06\u001d1P20XW0012US\u001dSPF2ABCDE\u001e\u0004', 'PF2ABCDE'],
    ['S/N: 5CD1234XYZ', '5CD1234XYZ'],
    [']C05cd1234xyz', '5CD1234XYZ'],
  ])('%j gives the serial that is in it', (text, serial) => {
    expect(readTypedSerial(text, settings)).toEqual({ problem: null, serial, mayBe: null });
  });
  it.each([
    // Serials as makers print them.
    ['7KX9PQ3', null],
    ['1PX9PQ3', null],
    ['5CG1234ABC', null],
    ['MXL0123ABC', null],
    ['2UA1234ABC', null],
    ['PF2ABCDE', null],
    ['MJ0ABCDE', null],
    ['C02XG0FDJGH5', null],
    ['S123456X1234567', null],
    ['R90XXXXX', null],
    ['NXHQ4EG00125012ABC7600', null],
    ['DSAA012345', null],
    ['27545236-5000123', null],
    ['035475364457', null],
    ['CNU1234567', null],
    ['CNU12345678901', null],
    ['000123', null],
    // Not Luhn's digit, and not a check digit.
    ['490154203237517', null],
    ['4006381333932', null],
    // A form that serials have as well: Surface, Medion, HP's options, numbers of ten digits.
    ['012345678912', 'product number'],
    ['96385074', 'product number'],
    ['4006381333931', 'product number'],
    ['10614141000415', 'product number'],
    ['001B44113AB7', 'MAC'],
    ['1P12345678', 'part number'],
    // 7KX9PQ3 to the base 36.
    ['16502680443', 'service tag 7KX9PQ3'],
    ['L12345-001', 'part number'],
    ['20XW0012US', 'part number'],
    ['12345678901', 'service code'],
    // Without its check digit.
    ['35693803564380', 'IMEI'],
    ['200000000000008', 'IMEI'],
    ['WBGTC0AHH8V0GU', 'number of a part'],
    ['6BZLU0C1RA5T1G', 'number of a part'],
  ])('%s is taken', (text, note) => {
    const typed = readTypedSerial(text, settings);
    expect(typed).toMatchObject({ problem: null, serial: text });
    const said = typed.problem === null ? (typed.mayBe?.note ?? null) : 'refused';
    if (note === null) expect(said).toBeNull();
    else expect(said).toContain(note);
  });
  it('a pattern of the settings makes a serial of any form', () => {
    const own = scanSettingsSchema.parse({ serialPatterns: [{ maker: 'ours', pattern: '\\d{15}' }] });
    expect(readTypedSerial('490154203237518', own)).toMatchObject({ serial: '490154203237518' });
    expect(read('490154203237518', own)).toEqual({ kind: 'machine', serial: '490154203237518' });
  });
});

describe('a product key in a text', () => {
  it.each(['W269N-WFGWX-YVC9B-4J6C9-T83GX', 'w269nwfgwxyvc9b4j6c9t83gx'])('%s is masked', (key) => {
    const masked = "read 'XXXXX-XXXXX-XXXXX-XXXXX-T83GX', refused";
    expect(withoutSecrets(`read '${key}', refused`)).toBe(masked);
    expect(redactText(`read '${key}', refused`)).toBe(masked);
  });
  it('the way on is named for other numbers, and words are kept by redaction', () => {
    expect(readTypedSerial('490154203237518', settings).problem?.message).toContain('desk.serialPatterns');
    const { problem } = readTypedSerial('w269nwfgwxyvc9b4j6c9t83gx', settings);
    expect(redactText(problem?.message ?? '')).toContain('It is a secret, so scan the serial');
  });
});

describe('an express service code', () => {
  it('is Dell’s when it gives a tag without vowels that ends in a digit', () => {
    const code = (tag: string): string => String(Number.parseInt(tag, 36));
    expect(otherNumber(code('7KX9PQ3'))).toEqual({ kind: 'service-code', sure: false, tag: '7KX9PQ3' });
    expect(otherNumber(code('7AX9PQ3'))).toMatchObject({ sure: false });
    expect(read(code('7KX9PQ3'))).toMatchObject({ kind: 'service-code', tag: '7KX9PQ3' });
  });
});

describe('a scan of what may be a serial', () => {
  it('is doubtful, and is a machine when the open order names it', () => {
    expect(read('012345678912')).toMatchObject({ kind: 'ean', doubtful: true });
    expect(read('4006381333931')).toMatchObject({ kind: 'ean', doubtful: true });
    const context = { settings: appSettingsSchema.parse({}), bays, drives };
    const isOrdered = (serial: string): boolean => ['012345678912', '5CD1234XYZ'].includes(serial);
    expect(readScan('S5CD1234XYZ', { ...context, isOrdered })).toEqual({
      kind: 'machine',
      serial: '5CD1234XYZ',
    });
    expect(read('S5CD1234XYZ')).toEqual({ kind: 'machine', serial: 'S5CD1234XYZ' });
    expect(readScan('012345678912', { ...context, isOrdered })).toEqual({
      kind: 'machine',
      serial: '012345678912',
    });
  });
});
