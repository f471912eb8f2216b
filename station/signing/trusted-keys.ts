import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { dayOf } from '../../core/base/day';
import type { Signer } from '../../core/delivery/library';
import { sha256Schema } from '../../core/media/chunk-map';
import { writeFileAtomically, type StatePaths } from '../state/state-paths';
import { NotMinisign, readPublicKey } from './minisign';

/** The keys of enterprises that a station trusts, each by a name that somebody gave it here. */

/** A name is typed: no blanks at its ends, and short. */
const nameSchema = z
  .string()
  .max(60)
  .refine((name) => name !== '' && name === sanitizeForDisplay(name, 60), {
    message: 'must be 1 to 60 visible characters',
  });

export const trustedKeySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('minisign'),
    name: nameSchema,
    /** Fingerprint: SHA-256 of the public key (SPKI, DER). */
    key: sha256Schema,
    /** 16 hexadecimal digits, as minisign prints it. Whoever makes a key can choose it: it proves nothing. */
    keyId: z.string().regex(/^[0-9A-F]{16}$/),
    /** The public key, as minisign writes it. */
    publicKey: z.string(),
    /** When it was trusted. */
    since: z.iso.datetime({ precision: 3 }),
  }),
  z.strictObject({
    kind: z.literal('certificate'),
    name: nameSchema,
    /** Fingerprint: SHA-256 of the certificate (DER). */
    key: sha256Schema,
    /** PEM. */
    certificate: z.string(),
    /** When it was trusted. */
    since: z.iso.datetime({ precision: 3 }),
  }),
]);
export type TrustedKey = z.infer<typeof trustedKeySchema>;

const fileSchema = z.strictObject({ version: z.literal(1), keys: z.array(trustedKeySchema) });

export type TrustedKeysPaths = Pick<StatePaths, 'trustedKeysFile'>;

/** The trusted keys, in the order they came. @throws PrestageError key-invalid when the file is not ours any more */
export function trustedKeysIn(paths: TrustedKeysPaths): readonly TrustedKey[] {
  const file = paths.trustedKeysFile;
  if (!existsSync(file)) return [];
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).keys;
  } catch (error) {
    throw new PrestageError({
      code: 'key-invalid',
      message: `The list of trusted keys (${shownPath(file)}) cannot be read.`,
      cause: error instanceof Error ? error.message : null,
      remedy:
        'Restore the file from a backup. Or move it away, then trust each key again after asking its owner.',
    });
  }
}

/**
 * Trusts a key by a name.
 * @returns false when the same key was trusted by this name before
 * @throws PrestageError key-known when the name belongs to another key, or the key has another name
 */
export function trustKey(paths: TrustedKeysPaths, key: TrustedKey): boolean {
  checkName(key.name);
  const keys = trustedKeysIn(paths);
  const named = keys.find(({ name }) => sameName(name, key.name));
  if (named?.key === key.key) return false;
  if (named !== undefined) {
    throw new PrestageError({
      code: 'key-known',
      message: `Another key is already trusted as ${shown(named.name)}: ${named.key}. The new one is ${key.key}.`,
      remedy: `Nothing was changed. Ask ${shown(named.name)}, by telephone or in person, whether the key was replaced. If so, forget the old one first: prestage key forget '${shown(named.name)}'`,
    });
  }
  const other = keys.find((one) => one.key === key.key);
  if (other !== undefined) {
    throw new PrestageError({
      code: 'key-known',
      message: `This key is already trusted as ${shown(other.name)}.`,
      remedy: `Nothing was changed. To use another name, forget it first: prestage key forget '${shown(other.name)}'`,
    });
  }
  write(paths, [...keys, key]);
  return true;
}

/** Forgets a key. @returns the key; @throws PrestageError key-not-found */
export function forgetKey(paths: TrustedKeysPaths, name: string): TrustedKey {
  const key = requireTrusted(paths, name);
  write(
    paths,
    trustedKeysIn(paths).filter((one) => one !== key && one.key !== key.key),
  );
  return key;
}

/** The key of this name. @throws PrestageError key-not-found */
export function requireTrusted(paths: TrustedKeysPaths, name: string): TrustedKey {
  const key = trustedKeysIn(paths).find((one) => sameName(one.name, name));
  if (key !== undefined) return key;
  throw new PrestageError({
    code: 'key-not-found',
    message: `No key is trusted by the name ${shown(name)}.`,
  });
}

/** Whether a signer's key is still trusted by the same name. */
export function isTrusted(paths: TrustedKeysPaths, { name, kind, key }: Signer): boolean {
  return trustedKeysIn(paths).some((one) => one.name === name && one.kind === kind && one.key === key);
}

/** @throws PrestageError key-invalid */
export function minisignKey(name: string, text: string, from: string): TrustedKey {
  try {
    const { keyId, text: publicKey, fingerprint } = readPublicKey(text);
    return { kind: 'minisign', name, key: fingerprint, keyId, publicKey, since: new Date().toISOString() };
  } catch (error) {
    if (!(error instanceof NotMinisign)) throw error;
    throw new PrestageError({
      code: 'key-invalid',
      message: `${shownPath(from)} ${error.message}.`,
    });
  }
}

/** A certificate to pin. @throws PrestageError key-invalid */
export function certificateKey(name: string, pem: string, from: string, now: Date): TrustedKey {
  const refuse = (what: string, cause: unknown = null): PrestageError =>
    new PrestageError({
      code: 'key-invalid',
      message: `${shownPath(from)} ${what}.`,
      cause: cause instanceof Error ? cause.message : null,
    });
  if ((pem.match(/-----BEGIN CERTIFICATE-----/g) ?? []).length !== 1) {
    throw refuse('does not hold exactly one certificate in PEM form');
  }
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    throw refuse('is not a certificate', error);
  }
  const { from: begins, to: ends } = validityOf(certificate);
  if (now > ends) throw refuse(`is a certificate that ended on ${dayOf(ends.toISOString())}`);
  if (now < begins) {
    throw refuse(`is a certificate that is not valid before ${dayOf(begins.toISOString())}`);
  }
  return {
    kind: 'certificate',
    name,
    key: createHash('sha256').update(certificate.raw).digest('hex'),
    certificate: certificate.toString(),
    since: now.toISOString(),
  };
}

/** What may be trusted: the text of a file with a minisign public key, or with a certificate. @throws PrestageError key-invalid */
export function keyOf(name: string, text: string, from: string, now: Date): TrustedKey {
  return text.includes('-----BEGIN CERTIFICATE-----')
    ? certificateKey(name, text, from, now)
    : minisignKey(name, text, from);
}

/** When a certificate begins and ends. Not by the Date members of Node, which Node 20 has not. */
export function validityOf(certificate: X509Certificate): { readonly from: Date; readonly to: Date } {
  return { from: new Date(certificate.validFrom), to: new Date(certificate.validTo) };
}

function write(paths: TrustedKeysPaths, keys: readonly TrustedKey[]): void {
  const text = `${JSON.stringify({ version: 1, keys }, null, 2)}\n`;
  writeFileAtomically(paths.trustedKeysFile, text, 0o600, 'The trusted keys are as they were.');
}

function checkName(name: string): void {
  const parsed = nameSchema.safeParse(name);
  if (parsed.success) return;
  throw new PrestageError({
    code: 'usage',
    message: `The name '${sanitizeForDisplay(name, 80)}' ${parsed.error.issues[0]?.message ?? 'cannot be used'}.`,
    remedy: 'Give the name of the enterprise that has the key.',
  });
}

/** Two names that people would take for the same must not be two keys. */
function sameName(left: string, right: string): boolean {
  const folded = (name: string): string => name.normalize('NFKC').trim().toLowerCase();
  return folded(left) === folded(right);
}

function shown(name: string): string {
  return sanitizeForDisplay(name, 60);
}
