import { describe, expect, it } from 'vitest';
import {
  markBytes,
  markSpacing,
  readMark,
  SizeFindings,
  sizeWords,
  writeMark,
  type SizeVerdict,
} from '../../../../core/health/size-check';

const run = Uint8Array.from({ length: 16 }, (_, index) => index * 7);

describe('a mark', () => {
  it('names its position, also beyond what 32 bits hold', () => {
    const piece = new Uint8Array(markBytes);
    writeMark(piece, run, 18_000_000_000_000);
    expect(readMark(piece, run)).toBe(18_000_000_000_000);
  });

  it.each([0, 15, 16, 23, 24, 31])('with byte %i changed is none', (at) => {
    const piece = new Uint8Array(markBytes);
    writeMark(piece, run, 4096);
    piece[at] = (piece[at] ?? 0) ^ 1;
    expect(readMark(piece, run)).toBeNull();
  });

  it('of another run is none', () => {
    const piece = new Uint8Array(markBytes);
    writeMark(
      piece,
      Uint8Array.from(run, (byte) => byte ^ 255),
      0,
    );
    expect(readMark(piece, run)).toBeNull();
  });
});

/** Writes all of a claimed size to a drive as a model has it, and reads it back. Sizes in pieces. */
function checked(
  claimed: number,
  store: (position: number) => number | null,
  broken: readonly number[] = [],
): SizeVerdict {
  const held = new Map<number, number>();
  for (let piece = 0; piece < claimed; piece += 1) {
    const at = store(piece);
    if (at !== null) held.set(at, piece);
  }
  const findings = new SizeFindings();
  for (let piece = 0; piece < claimed; piece += 1) {
    const at = store(piece);
    const found = at === null || broken.includes(piece) ? null : (held.get(at) ?? null);
    if (found === piece) findings.good(piece * markSpacing);
    else findings.differs(piece * markSpacing, found === null ? null : found * markSpacing);
  }
  return findings.verdict();
}

describe('what was read back', () => {
  it('is a whole drive', () => {
    expect(checked(500, (piece) => piece)).toEqual({ what: 'whole' });
  });

  it.each([
    [128, 256],
    [128, 384],
    [128, 300],
    [128, 129],
    [100, 255],
    [7, 1000],
  ])('tells that %i pieces wrap under %i', (real, claimed) => {
    expect(checked(claimed, (piece) => piece % real)).toMatchObject({
      what: 'wraps',
      realBytes: real * markSpacing,
    });
  });

  it.each([
    [128, 256],
    [1, 2],
    [255, 256],
  ])('tells that beyond %i pieces of %i everything is lost', (real, claimed) => {
    expect(checked(claimed, (piece) => (piece < real ? piece : null))).toEqual({
      what: 'drops',
      realBytes: real * markSpacing,
    });
  });

  it('tells the size also where writes are lost and reads wrap', () => {
    const findings = new SizeFindings();
    for (let piece = 0; piece < 100; piece += 1) {
      if (piece < 40) findings.good(piece * markSpacing);
      else findings.differs(piece * markSpacing, (piece % 40) * markSpacing);
    }
    expect(findings.verdict()).toMatchObject({ what: 'wraps', realBytes: 40 * markSpacing });
  });

  it('does not take single wrong places for a small drive', () => {
    expect(checked(256, (piece) => piece, [3, 200])).toEqual({
      what: 'damaged',
      position: 3 * markSpacing,
      pieces: 2,
    });
  });

  it('is said with the real size', () => {
    const words = sizeWords({ what: 'wraps', realBytes: 8e9, position: 0, foundPosition: 24e9 }, 32e9);
    expect(words).toContain('8000000000 bytes');
    expect(words).toContain('32000000000 bytes');
  });
});
