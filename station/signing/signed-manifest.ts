import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import canonicalize from 'canonicalize';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { MiB } from '../../core/base/units';
import { dayOf } from '../../core/base/day';
import type { Signer } from '../../core/delivery/library';
import {
  cmsEnding,
  largestManifest,
  manifestEnding,
  minisignEnding,
  readManifest,
  type MediaManifest,
} from '../../core/delivery/manifest';
import type { HelperClient } from '../helper-client/helper-client';
import { readSmallFile } from '../state/small-file';
import { NotMinisign, readPublicKey, readSignature, signatureHolds } from './minisign';
import { trustedKeysIn, validityOf, type TrustedKey, type TrustedKeysPaths } from './trusted-keys';

/** A manifest in a folder, and who signed it. */
export interface SignedManifest {
  readonly manifest: MediaManifest;
  /** As they were signed. */
  readonly bytes: Buffer;
  /** Of the bytes. */
  readonly sha256: string;
  readonly signer: Signer;
  /** Absolute. */
  readonly file: string;
  /** What is to be said of the signature though it is accepted: whole sentences. */
  readonly warnings: readonly string[];
  readonly signature: { readonly ending: typeof minisignEnding | typeof cmsEnding; readonly bytes: Buffer };
}

/** The bytes of a manifest. */
export function manifestBytes(manifest: MediaManifest): Buffer {
  return Buffer.from(canonicalize(manifest) ?? '', 'utf8');
}

/**
 * The manifest of a folder, or the file itself.
 * @throws PrestageError delivery-invalid
 */
export function findManifest(path: string): string {
  if (!existsSync(path)) throw invalid(`There is no folder ${shownPath(path)}.`);
  if (!statSync(path).isDirectory()) return path;
  const found = readdirSync(path).filter((name) => name.endsWith(manifestEnding) && !name.startsWith('.'));
  const [only, ...more] = found;
  if (only === undefined) {
    throw invalid(
      `The folder ${shownPath(path)} has no manifest: no file in it ends with ${manifestEnding}.`,
    );
  }
  if (more.length > 0) {
    throw invalid(
      `The folder ${shownPath(path)} has ${found.length} manifests: ${found
        .map((name) => shownPath(name))
        .sort()
        .join(', ')}.`,
      'Nothing was added to the library. Give the manifest that is meant, instead of the folder.',
    );
  }
  return join(path, only);
}

/**
 * Reads a manifest and looks at its signature first: nothing of it is believed before.
 * @param client for CMS signatures
 * @throws PrestageError delivery-invalid, delivery-unsigned, delivery-key-unknown
 */
export async function readSignedManifest(
  file: string,
  paths: TrustedKeysPaths,
  client: () => Promise<HelperClient>,
  signal: AbortSignal,
): Promise<SignedManifest> {
  const bytes = readSmall(file);
  const signature = readSignatureFile(file);
  const keys = trustedKeysIn(paths);
  const signer =
    signature.ending === minisignEnding
      ? minisignSigner(file, bytes, signature.bytes, keys)
      : await cmsSigner(file, bytes, signature.bytes, keys, await client(), signal);
  const manifest = parseManifest(file, bytes);
  const warnings = signer.kind === 'certificate' ? requireValidThen(file, manifest, signer, new Date()) : [];
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { manifest, bytes, sha256, signer: signerOf(signer), file, warnings, signature };
}

/** Whether a minisign signature of a manifest holds for a key that is still trusted. For what lies in the library. */
export function stillSigned(
  bytes: Buffer,
  signature: Buffer,
  signer: Signer,
  paths: TrustedKeysPaths,
): boolean {
  const key = trustedKeysIn(paths).find(({ name, key: id }) => name === signer.name && id === signer.key);
  if (key === undefined) return false;
  // A certificate's was checked when the media was received; here it counts that the certificate is still pinned.
  if (key.kind === 'certificate') return true;
  try {
    return signatureHolds(bytes, readSignature(signature.toString('utf8')), readPublicKey(key.publicKey));
  } catch {
    return false;
  }
}

/** @throws PrestageError delivery-invalid */
export function parseManifest(file: string, bytes: Buffer): MediaManifest {
  const name = shownPath(basename(file));
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw invalid(`The manifest ${name} is not JSON.`, undefined, error);
  }
  const { manifest, problem } = readManifest(value);
  if (manifest === null) throw invalid(`The manifest ${name} ${problem}.`);
  if (!manifestBytes(manifest).equals(bytes)) {
    throw invalid(`The manifest ${name} is not canonical JSON (RFC 8785).`);
  }
  return manifest;
}

function readSmall(file: string): Buffer {
  try {
    return readSmallFile(file, largestManifest);
  } catch (error) {
    throw invalid(`The manifest ${shownPath(basename(file))} cannot be read.`, undefined, error);
  }
}

function readSignatureFile(file: string): SignedManifest['signature'] {
  for (const ending of [minisignEnding, cmsEnding] as const) {
    const path = `${file}${ending}`;
    if (!existsSync(path)) continue;
    try {
      return { ending, bytes: readSmallFile(path, MiB) };
    } catch (error) {
      throw unsigned(`The signature ${shownPath(basename(path))} cannot be read.`, error);
    }
  }
  const name = shownPath(basename(file));
  throw unsigned(
    `The manifest ${name} is not signed: there is no ${name}${minisignEnding} and no ${name}${cmsEnding}.`,
  );
}

function minisignSigner(
  file: string,
  bytes: Buffer,
  text: Buffer,
  keys: readonly TrustedKey[],
): Extract<TrustedKey, { kind: 'minisign' }> {
  const name = `${shownPath(basename(file))}${minisignEnding}`;
  try {
    const signature = readSignature(text.toString('utf8'));
    const named = keys.flatMap((key) =>
      key.kind === 'minisign' && key.keyId === signature.keyId ? [key] : [],
    );
    if (named.length === 0) throw unknownKey(`It is signed with the key ${signature.keyId}.`, keys);
    const key = named.find((one) => signatureHolds(bytes, signature, readPublicKey(one.publicKey)));
    if (key !== undefined) return key;
  } catch (error) {
    if (!(error instanceof NotMinisign)) throw error;
    throw unsigned(`The signature ${name} ${error.message}.`);
  }
  throw unsigned(
    `The signature ${name} does not match the manifest: one of them was changed, or it was made with another key that has the same ID.`,
  );
}

async function cmsSigner(
  file: string,
  bytes: Buffer,
  signature: Buffer,
  keys: readonly TrustedKey[],
  client: HelperClient,
  signal: AbortSignal,
): Promise<Extract<TrustedKey, { kind: 'certificate' }>> {
  const pinned = keys.flatMap((key) => (key.kind === 'certificate' ? [key] : []));
  if (pinned.length === 0) {
    throw unknownKey('It is signed with a certificate, and none is trusted here.', keys);
  }
  let cause: string | null = null;
  for (const key of pinned) {
    const request = {
      content: bytes.toString('base64'),
      signature: signature.toString('base64'),
      certificate: key.certificate,
    };
    const answer = await client.call('verifyCms', request, { signal });
    if (answer.valid) return key;
    cause = answer.cause;
  }
  const names = pinned.map((key) => shownPath(key.name)).join(', ');
  throw unsigned(
    `The signature ${shownPath(basename(file))}${cmsEnding} does not match the manifest with any certificate that is trusted here (${names}).`,
    cause,
  );
}

/**
 * A certificate counts for what says that it was made while it was valid. When that was, only the signer says: nothing here
 * proves a time, so that a certificate which has ended since is accepted and told.
 * @returns what is to be told
 * @throws PrestageError delivery-unsigned
 */
function requireValidThen(
  file: string,
  { createdAt }: MediaManifest,
  { name, certificate }: Extract<TrustedKey, { kind: 'certificate' }>,
  now: Date,
): string[] {
  const { from, to } = validityOf(new X509Certificate(certificate));
  const made = new Date(createdAt);
  const ended = dayOf(to.toISOString());
  if (made >= from && made <= to) {
    if (now <= to) return [];
    return [
      `The certificate of ${shownPath(name)} ended on ${ended}. The manifest says that it was made before, on ${dayOf(createdAt)}; nobody else confirms when it was signed. Ask the sender whether the media is theirs, and for the new certificate.`,
    ];
  }
  throw unsigned(
    `The manifest ${shownPath(basename(file))} was made on ${dayOf(createdAt)}, when the certificate that signed it was not valid (${dayOf(from.toISOString())} to ${ended}).`,
  );
}

function signerOf({ name, kind, key }: TrustedKey): Signer {
  return { name, kind, key };
}

function unknownKey(what: string, keys: readonly TrustedKey[]): PrestageError {
  const known = keys.map(({ name }) => shownPath(name)).join(', ');
  return new PrestageError({
    code: 'delivery-key-unknown',
    message: `The manifest is signed with a key that is not trusted here. ${what}`,
    cause: keys.length === 0 ? 'no key is trusted at this station' : `trusted here: ${known}`,
  });
}

function unsigned(message: string, cause: unknown = null): PrestageError {
  const text = cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : null;
  return new PrestageError({ code: 'delivery-unsigned', message, cause: text });
}

function invalid(message: string, remedy?: string, cause: unknown = null): PrestageError {
  return new PrestageError({
    code: 'delivery-invalid',
    message,
    cause: cause instanceof Error ? cause.message : null,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
