import { X509Certificate } from 'node:crypto';
import { timeouts } from '../../core/base/timeouts';
import { GiB } from '../../core/base/units';
import { runTool } from '../tools/runner';

/** Times of a certificate, ISO 8601 in UTC. */
export interface CertificateDates {
  readonly start: string;
  readonly end: string;
}

/**
 * From when until when the certificate in a PFX file is valid. OpenSSL opens it: Windows still writes forms that Node does
 * not. File and password go to it through pipes, and its key is not asked for.
 * @returns null when it cannot be opened
 * @throws PrestageError tool-missing, cancelled
 */
export async function readCertificateDates(
  pfx: Buffer,
  password: string,
  signal?: AbortSignal,
): Promise<CertificateDates | null> {
  const { status, stdout } = await runTool(
    'openssl',
    ['pkcs12', '-legacy', '-passin', 'fd:3', '-nokeys', '-clcerts'],
    {
      signal,
      timeout: timeouts.listingTool,
      memoryLimit: GiB,
      input: pfx,
      secret: Buffer.from(`${password}\n`, 'utf8'),
    },
  );
  const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(
    stdout.toString('latin1'),
  )?.[0];
  if (status !== 0 || pem === undefined) return null;
  try {
    const { validFrom, validTo } = new X509Certificate(pem);
    return { start: new Date(validFrom).toISOString(), end: new Date(validTo).toISOString() };
  } catch {
    return null;
  }
}
