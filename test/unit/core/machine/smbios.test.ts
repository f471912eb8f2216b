import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isAssetPlaceholder,
  sameUuid,
  turnedUuid,
  uuidOfPrinted,
  uuidProblem,
} from '../../../../core/machine/smbios';
import { readUuid } from '../../../../core/machine/identifiers';

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Dell puts the service tag into its UUIDs, its first character with the highest bit set. */
function tagInDellUuid(uuid: string): string {
  const bytes = bytesOf(turnedUuid(uuid).replaceAll('-', ''));
  expect(String.fromCharCode(...bytes.subarray(0, 4))).toBe('DELL');
  return [10, 4, 7, 9, 13, 14, 15].map((at) => String.fromCharCode((bytes[at] ?? 0) & 0x7f)).join('');
}

describe('the byte order of a UUID', () => {
  it('is that of the specification’s own example', () => {
    // DSP0134, 7.2.1: {00112233-4455-6677-8899-AABBCCDDEEFF} is stored so.
    const uuid = '00112233-4455-6677-8899-AABBCCDDEEFF';
    const asTheyCome = '33221100-5544-7766-8899-AABBCCDDEEFF';
    expect(uuidOfPrinted(uuid, { major: 3, minor: 2 })).toBe(uuid);
    expect(uuidOfPrinted(uuid, { major: 2, minor: 6 })).toBe(uuid);
    expect(uuidOfPrinted(asTheyCome, { major: 2, minor: 5 })).toBe(uuid);
    expect(uuidOfPrinted(asTheyCome, { major: 2, minor: 4 })).toBe(uuid);
    expect(uuidOfPrinted(uuid, null)).toBe(uuid);
  });
  // As dmidecode printed them, with the service tag of the same machine beside (public bug reports and inventories).
  it.each([
    ['C1GC712', '4C4C4544-0031-4710-8043-C3C04F373132'],
    ['7V03273', '4C4C4544-0056-3010-8033-B7C04F323733'],
    ['CTQ5GZ3', '4C4C4544-0054-5110-8035-C3C04F475A33'],
    ['2YBVXK3', '4C4C4544-0059-4210-8056-B2C04F584B33'],
    ['JJ5CV53', '4C4C4544-004A-3510-8043-CAC04F563533'],
  ])('is right for the Dell %s: its UUID holds the tag', (tag, uuid) => {
    expect(tagInDellUuid(uuid)).toBe(tag);
  });
  it('swapped once is the same machine, swapped twice the same text', () => {
    const hex = fc.string({
      unit: fc.constantFrom(...Array.from('0123456789ABCDEF')),
      minLength: 32,
      maxLength: 32,
    });
    fc.assert(
      fc.property(hex, hex, (one, other) => {
        const uuidOf = (digits: string): string => readUuid(digits) ?? '';
        const [first, second] = [uuidOf(one), uuidOf(other)];
        expect(turnedUuid(turnedUuid(first))).toBe(first);
        expect(sameUuid(first, turnedUuid(first))).toBe(true);
        expect(sameUuid(turnedUuid(first).toLowerCase(), first)).toBe(true);
        expect(sameUuid(first, second)).toBe(first === second || turnedUuid(first) === second);
      }),
    );
    expect(sameUuid('4C4C4544-0031-4710-8043-C3C04F373132', '4C4C4544-0031-4710-8043-C3C04F373133')).toBe(
      false,
    );
  });
});

describe('a UUID that names no machine', () => {
  it.each([
    ['not-set', '00000000-0000-0000-0000-000000000000'],
    ['not-set', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
    ['not-set', 'FEFEFEFE-FEFE-FEFE-FEFE-FEFEFEFEFEFE'],
    ['shared', '03000200-0400-0500-0006-000700080009'],
    // The same as older tables are printed.
    ['shared', '00020003-0004-0005-0006-000700080009'],
    ['shared', '12345678-1234-5678-90AB-CDDEEFAABBCC'],
    ['shared', '4C4C4544-0000-2010-8020-80C04F202020'],
  ])('%s: %s', (problem, uuid) => {
    expect(uuidProblem(uuid)).toBe(problem);
  });
  it('others may', () => {
    expect(uuidProblem('4C4C4544-0031-4710-8043-C3C04F373132')).toBeNull();
  });
});

describe('asset tags', () => {
  it.each([
    '',
    ' ',
    'No Asset Tag',
    'No Asset Information',
    'Default string',
    'N/A',
    'Asset-1234567890',
    '0',
    '-----',
    '11111111',
    '00',
    'XX',
  ])('%j is none', (text) => {
    expect(isAssetPlaceholder(text)).toBe(true);
  });
  it.each(['C-4711', '00042', 'IT 17', '7', '11', '222'])('%j is one', (text) => {
    expect(isAssetPlaceholder(text)).toBe(false);
  });
});
