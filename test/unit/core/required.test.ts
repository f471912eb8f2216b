import { describe, expect, it } from 'vitest';
import { emptyPairing, withPair } from '../../../core/pairing/pairing-rules';
import { required } from '../../../core/base/required';

describe('what must be there', () => {
  it('is given back, an empty text, nothing and no too', () => {
    expect([required('', 'x'), required(0, 'x'), required(false, 'x')]).toEqual(['', 0, false]);
  });

  it.each([null, undefined])('and is %s is an internal error that says what is missing', (value) => {
    expect(() => required(value, 'the drive of a bay')).toThrow(
      expect.objectContaining({
        code: 'internal',
        message: 'Prestage lost track of the drive of a bay.',
      }) as Error,
    );
  });

  it('a bay without a drive never becomes a pair', () => {
    const empty = { label: 'bay 1', port: null, driveId: null };
    expect(() => withPair(emptyPairing, 'PC-1', empty, false)).toThrow(
      expect.objectContaining({ code: 'internal' }) as Error,
    );
  });
});
