import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { shownPath } from '../../core/base/display';
import { writeFileAtomically } from '../state/state-paths';

/**
 * The key and self-made certificate by which one end of a rack is known to the other. Nothing of what stands in the certificate
 * is believed: its SHA-256 is all that is compared, so it has no extension, and its dates are not looked at (a machine's clock
 * may be anywhere).
 */
export interface RackIdentity {
  /** PKCS#8, PEM. */
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
  /** SHA-256 of the certificate (DER), 64 hexadecimal digits. */
  readonly fingerprint: string;
}

const keyFile = 'rack-key.pem';
const certificateFile = 'rack-certificate.pem';

/** Makes a new key with its certificate. */
export function makeIdentity(): RackIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = selfSigned(publicKey.export({ type: 'spki', format: 'der' }), (body) =>
    sign(null, body, privateKey),
  );
  return identityOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), pem(der));
}

/**
 * The identity that is kept in a folder; made when there is none.
 * @throws PrestageError rack-key-damaged, state-unavailable
 */
export function keptIdentity(folder: string): RackIdentity {
  const [key, certificate] = [join(folder, keyFile), join(folder, certificateFile)];
  // The certificate is written last: without it the key was never used.
  if (!existsSync(certificate)) {
    const made = makeIdentity();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileAtomically(key, made.key, 0o600);
    writeFileAtomically(certificate, made.certificate, 0o644);
    return made;
  }
  try {
    const kept = identityOf(readFileSync(key, 'utf8'), readFileSync(certificate, 'utf8'));
    if (new X509Certificate(kept.certificate).checkPrivateKey(createPrivateKey(kept.key))) return kept;
    throw new Error('the key is not the one of the certificate');
  } catch (error) {
    throw new PrestageError({
      code: 'rack-key-damaged',
      message: `The key of the rack in ${shownPath(folder)} cannot be used.`,
      cause: error instanceof Error ? error.message : String(error),
    });
  }
}

/** SHA-256 of a certificate that the other end of a connection has shown, and proved to have the key of. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

/**
 * A fingerprint as people and tools write it: with colons, blanks, or capitals.
 * @returns null when it is none
 */
export function readFingerprint(text: string): string | null {
  const digits = text.replace(/[\s:]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : null;
}

function identityOf(key: string, certificate: string): RackIdentity {
  return { key, certificate, fingerprint: fingerprintOf(new X509Certificate(certificate).raw) };
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** One DER element (ITU-T X.690, 8.1): tag, length, content. */
function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => element(0x30, ...content);

/** A certificate of version 1 (RFC 5280, 4.1) over an Ed25519 key (RFC 8410), signed by that key itself. */
function selfSigned(publicKey: Uint8Array, signWith: (body: Buffer) => Buffer): Buffer {
  // 1.3.101.112
  const algorithm = sequence(element(0x06, Buffer.from([0x2b, 0x65, 0x70])));
  const name = sequence(
    // 2.5.4.3, commonName
    element(
      0x31,
      sequence(element(0x06, Buffer.from([0x55, 0x04, 0x03])), element(0x0c, Buffer.from('Prestage rack'))),
    ),
  );
  const serial = randomBytes(16);
  // Positive, and without a leading zero octet.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const date = (text: string): Buffer => element(0x18, Buffer.from(text));
  const body = sequence(
    element(0x02, serial),
    algorithm,
    name,
    // RFC 5280, 4.1.2.5: no well-defined expiration date. UTCTime is demanded before 2050.
    sequence(element(0x17, Buffer.from('000101000000Z')), date('99991231235959Z')),
    name,
    publicKey,
  );
  return sequence(body, algorithm, element(0x03, Buffer.from([0]), signWith(body)));
}
