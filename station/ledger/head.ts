import { sign, verify, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { sha256Schema } from '../../core/chunk-map';
import { errorCodeOf } from '../../core/system-error';
import { genesisHash } from '../../core/record';
import type { StatePlaces } from '../state';
import { writeFileAtomically } from '../state';
import { canonicalJson, decodeSignature } from './entry';
import { ledgerBroken, ledgerUnavailable, shownPath } from './errors';

/**
 * The head: a signed statement of how far the ledger went, in a file of its own. The chain alone cannot
 * tell when its newest entries are cut off. It is written after each commit, so a crash can leave it
 * behind the database, never ahead; it is there, with sequence 0, before the first entry.
 */
export interface LedgerHead {
  /** Sequence of the newest entry; 0 for an empty ledger. */
  readonly sequence: number;
  /** Its hash; {@link genesisHash} for an empty ledger. */
  readonly hash: string;
}

export const emptyHead: LedgerHead = { sequence: 0, hash: genesisHash };

const headFileSchema = z.strictObject({
  version: z.literal(1),
  sequence: z.int().nonnegative(),
  hash: sha256Schema,
  /** Ed25519, base64. */
  signature: z.string(),
});

/** What is signed. The first line keeps a head's signature from ever passing as an entry's. */
function headMessage(head: LedgerHead): Buffer {
  return Buffer.from(`prestage-ledger-head 1\n${head.sequence}\n${head.hash}\n`, 'utf8');
}

export type HeadReading =
  | { readonly state: 'missing' }
  | { readonly state: 'invalid'; readonly reason: string }
  /** `signed` is false when the signature is not this key's. */
  | { readonly state: 'read'; readonly head: LedgerHead; readonly signed: boolean };

/**
 * Reads the head.
 * @param publicKey null when there is no key to check it with; it then counts as signed
 * @throws PrestageError ledger-unavailable when the file is there and cannot be read
 */
export function readHead(places: Pick<StatePlaces, 'headFile'>, publicKey: KeyObject | null): HeadReading {
  let text: string;
  try {
    text = readFileSync(places.headFile, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return { state: 'missing' };
    throw ledgerUnavailable(
      `The ledger's head file ${shownPath(places.headFile)} cannot be read.`,
      'Check that it is an ordinary file that you may read.',
      error,
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { state: 'invalid', reason: 'it is not JSON' };
  }
  const parsed = headFileSchema.safeParse(content);
  if (!parsed.success) return { state: 'invalid', reason: 'it has not the form of a head' };
  const { sequence, hash, signature } = parsed.data;
  const head = { sequence, hash };
  const bytes = decodeSignature(signature);
  const signed = publicKey === null || (bytes !== null && verify(null, headMessage(head), publicKey, bytes));
  return { state: 'read', head, signed };
}

/**
 * Reads the head and accepts only one that this station signed.
 * @returns null when there is none
 * @throws PrestageError ledger-broken, ledger-unavailable
 */
export function readTrustedHead(
  places: Pick<StatePlaces, 'headFile'>,
  publicKey: KeyObject,
): LedgerHead | null {
  const reading = readHead(places, publicKey);
  if (reading.state === 'missing') return null;
  if (reading.state === 'invalid') {
    throw ledgerBroken(`The ledger's head file ${shownPath(places.headFile)} is damaged: ${reading.reason}.`);
  }
  if (!reading.signed) {
    throw ledgerBroken(
      `The ledger's head file ${shownPath(places.headFile)} is not signed with this station's key.`,
    );
  }
  return reading.head;
}

/** Signs and writes the head. The caller holds the database's write lock, so that no older one comes last. */
export function writeHead(
  places: Pick<StatePlaces, 'headFile'>,
  head: LedgerHead,
  privateKey: KeyObject,
): void {
  const signature = sign(null, headMessage(head), privateKey).toString('base64');
  const text = canonicalJson({ version: 1, sequence: head.sequence, hash: head.hash, signature });
  try {
    writeFileAtomically(places.headFile, `${text}\n`, 0o600);
  } catch (error) {
    throw ledgerUnavailable(
      `The ledger's head file ${shownPath(places.headFile)} cannot be written.`,
      'Check that you may write in its folder and that the disk is not full.',
      error,
    );
  }
}
