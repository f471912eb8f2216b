import { describe, expect, it } from 'vitest';
import { normalizeSerial, serialProblem } from '../../../../core/machine/serial';

describe('normalizeSerial', () => {
  it('takes off white space and case, and keeps leading zeros', () => {
    expect(normalizeSerial('  5cd1234xyz\r\n')).toBe('5CD1234XYZ');
    expect(normalizeSerial('000123')).toBe('000123');
  });
});

describe('serialProblem', () => {
  it.each(['5CD1234XYZ', '7G5TQR3', 'PF2ABCDE', 'MXL0123ABC', 'S4EVNX0R123456', 'R9-0ABCD.1', '000123'])(
    'accepts %s',
    (serial) => {
      expect(serialProblem(serial)).toBeNull();
    },
  );
  it.each([
    'To Be Filled By O.E.M.',
    'TO BE FILLED BY OEM',
    'Default string',
    'System Serial Number',
    'None',
    'N/A',
    'n / a',
    '0123456789',
    '123456789',
    '00000000',
    'XXXXXXX',
    '-.-',
    '....',
  ])('refuses the placeholder %s', (text) => {
    const problem = serialProblem(normalizeSerial(text));
    expect(problem).not.toBeNull();
    expect(problem?.code).toMatch(/serial-(placeholder|invalid)/);
  });
  it('names placeholders as such', () => {
    expect(serialProblem('TO BE FILLED BY O.E.M.')?.code).toBe('serial-placeholder');
    expect(serialProblem('1111111')?.code).toBe('serial-placeholder');
  });
  it.each([
    '',
    'A1',
    'AB',
    '5CD=1234',
    '5CD\u202e1234',
    "5CD'1234",
    '5CD;1234',
    'É1234567',
    'AB'.repeat(33),
    '-5CD1234',
  ])('refuses %j, which is no serial', (serial) => {
    expect(serialProblem(serial)?.code).toBe('serial-invalid');
  });
});
