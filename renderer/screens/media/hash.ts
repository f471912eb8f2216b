import { parseSha256Manifest } from '../../../core/media/sum-file';

/** Rules about a SHA-256 as people read, type and compare it. Pure. */

/** Digits of a SHA-256. */
export const hashDigits = 64;
const groupDigits = 8;

/** A hash in groups of eight, as it is compared by eye. */
export function hashGroups(sha256: string): string[] {
  return sha256.match(new RegExp(`.{1,${groupDigits}}`, 'g')) ?? [];
}

/** For each group of the one hash, whether the other has another there. */
export function differingGroups(one: string, other: string): boolean[] {
  const others = hashGroups(other);
  return hashGroups(one).map((group, index) => group !== others[index]);
}

export interface TypedHash {
  /** What was typed, without blanks and what stands around it, in lower case. */
  readonly digits: string;
  readonly problem: 'empty' | 'letters' | 'short' | 'long' | null;
}

/**
 * Reads a typed hash. Blanks and hyphens between groups are left out, and so is `sha256:` before it. What a tool printed
 * for one file is read as it stands in a .sha256 file.
 */
export function readTypedHash(text: string): TypedHash {
  const { sums } = parseSha256Manifest(text.trim());
  const [printed, ...others] = sums?.values() ?? [];
  const bare = text.trim().replace(/^sha-?256\s*[:=]?\s*/i, '');
  const typed = bare.replace(/[\s:-]/g, '').toLowerCase();
  const digits = others.length === 0 ? (printed ?? typed) : typed;
  return { digits, problem: problemOf(digits) };
}

function problemOf(digits: string): TypedHash['problem'] {
  if (digits === '') return 'empty';
  if (!/^[0-9a-f]+$/.test(digits)) return 'letters';
  if (digits.length < hashDigits) return 'short';
  return digits.length > hashDigits ? 'long' : null;
}

/** The hash that was expected, where the cause of a refusal tells it; else null. */
export function expectedInCause(cause: string | null): string | null {
  return /^(?:expected|manifest)\s+([0-9a-f]{64})$/im.exec(cause ?? '')?.[1]?.toLowerCase() ?? null;
}
