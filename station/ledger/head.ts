import { sign, verify, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { genesisHash } from '../../core/ledger/record';
import type { StatePaths } from '../state/state-paths';
import { writeFileAtomically } from '../state/state-paths';
import { canonicalJson, decodeSignature } from './entry';
import { asLedgerUnavailable, ledgerBroken, ledgerUnavailable } from './ledger-errors';

/**
 * The head: a signed statement of how far the ledger went, in a file of its own. The chain alone cannot
 * tell when its newest entries are cut off. It is written after each commit, so a crash can leave it
 * behind the database, never ahead; it is there, with sequence 0, before the first entry.
 */
export interface LedgerEnd {
  /** Sequence of the newest entry; 0 for an empty ledger. */
  readonly sequence: number;
  /** Its hash; {@link genesisHash} for an empty ledger. */
  readonly hash: string;
}

export interface LedgerHead extends LedgerEnd {
  /**
   * Size of the newest checkpoint, so that it is noticed when checkpoints are cut off; 0 when there is none. Null in
   * heads of version 1, which know of no checkpoints.
   */
  readonly checkpoint: number | null;
}

export const emptyEnd: LedgerEnd = { sequence: 0, hash: genesisHash };

const headFields = {
  sequence: z.int().nonnegative(),
  hash: sha256Schema,
  /** Ed25519, base64. */
  signature: z.string(),
};
const headFileSchema = z.discriminatedUnion('version', [
  z.strictObject({ version: z.literal(1), ...headFields }),
  z.strictObject({ version: z.literal(2), ...headFields, checkpoint: z.int().nonnegative() }),
]);

/** What is signed. The first line keeps a head's signature from ever passing as an entry's. */
function headMessage({ sequence, hash, checkpoint }: LedgerHead): Buffer {
  const text =
    checkpoint === null
      ? `prestage-ledger-head 1\n${sequence}\n${hash}\n`
      : `prestage-ledger-head 2\n${sequence}\n${hash}\n${checkpoint}\n`;
  return Buffer.from(text, 'utf8');
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
export function readHead(paths: Pick<StatePaths, 'headFile'>, publicKey: KeyObject | null): HeadReading {
  let text: string;
  try {
    text = readFileSync(paths.headFile, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return { state: 'missing' };
    throw ledgerUnavailable(
      `The ledger's head file ${shownPath(paths.headFile)} cannot be read.`,
      'Check that it is an ordinary file that you can read.',
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
  if (!parsed.success) return { state: 'invalid', reason: 'it does not have the format of a head file' };
  const { sequence, hash, signature } = parsed.data;
  const checkpoint = parsed.data.version === 2 ? parsed.data.checkpoint : null;
  const head = { sequence, hash, checkpoint };
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
  paths: Pick<StatePaths, 'headFile'>,
  publicKey: KeyObject,
): LedgerHead | null {
  const reading = readHead(paths, publicKey);
  if (reading.state === 'missing') return null;
  if (reading.state === 'invalid') {
    throw ledgerBroken(`The ledger's head file ${shownPath(paths.headFile)} is damaged: ${reading.reason}.`);
  }
  if (!reading.signed) {
    throw ledgerBroken(
      `The ledger's head file ${shownPath(paths.headFile)} is not signed with this station's key.`,
    );
  }
  return reading.head;
}

/** Signs and writes the head. The caller holds the database's write lock, so that no older one comes last. */
export function writeHead(
  paths: Pick<StatePaths, 'headFile'>,
  { sequence, hash, checkpoint }: LedgerHead & { readonly checkpoint: number },
  privateKey: KeyObject,
): void {
  const message = headMessage({ sequence, hash, checkpoint });
  const signature = sign(null, message, privateKey).toString('base64');
  const text = canonicalJson({ version: 2, sequence, hash, checkpoint, signature });
  try {
    writeFileAtomically(paths.headFile, `${text}\n`, 0o600);
  } catch (error) {
    if (error instanceof PrestageError) throw asLedgerUnavailable(error);
    throw ledgerUnavailable(
      `The ledger's head file ${shownPath(paths.headFile)} cannot be written.`,
      'Check that you can write to its folder and that the disk is not full.',
      error,
    );
  }
}
