import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BayPlace } from '../../../../core/drive/bays';
import { scanCommands } from '../../../../core/scan/scan-outcome';
import { commandBarcode, drivesNamed, readScan, type ScanReading } from '../../../../core/scan/scan';
import { serialProblem } from '../../../../core/machine/serial';
import { appSettingsSchema } from '../../../../core/settings/settings';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import { readTypedSerial } from '../../../../core/scan/typed-serial';
import { drives, samsung, western, nvme, bridge, bays, read } from './scan-reading';

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
  it.each(scanCommands)('%s alone is the command, and never a machine', (word) => {
    const command = { kind: 'command', command: word };
    const any = { serialPatterns: [{ maker: 'any', pattern: '.*' }] };
    for (const text of [word, word.toLowerCase(), ` ${word}\r`, `]C0${word}`]) {
      expect(read(text)).toEqual(command);
      expect(read(text, any)).toEqual(command);
    }
    const settings = scanSettingsSchema.parse(any);
    expect(readTypedSerial(word, settings)).toMatchObject({
      problem: { code: 'serial-invalid' },
      kind: 'command',
    });
  });
  it('a serial that begins or ends with such a word is one', () => {
    expect(read('START1')).toEqual({ kind: 'machine', serial: 'START1' });
    expect(read('NEXT-4711')).toEqual({ kind: 'machine', serial: 'NEXT-4711' });
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

describe('the SHA-256 of a media file', () => {
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
