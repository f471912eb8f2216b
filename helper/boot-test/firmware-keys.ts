import { createHash } from 'node:crypto';
import { PrestageError } from '../../core/base/errors';
import type { FirmwareTrust } from '../../core/boot/loader-choice';
import { authorities, authorityOf } from '../../core/boot/loader-trust';
import type { ProgramSignature } from '../boot/authenticode';
import { trustedCertificates, trustOnly } from './firmware-variables';

/**
 * Variables for firmware that trusts Microsoft's certificates of 2011, of 2023, or both. The certificates are the published
 * ones, known by their SHA-256: they come with the firmware's package, or in the signatures of the loader that is tested.
 */

export interface FirmwareKeys {
  readonly variables: Buffer;
  /** Names of the certificates that the firmware trusts. */
  readonly trusted: readonly string[];
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/**
 * @param variables the firmware's own, with Microsoft's certificates enrolled
 * @param signatures of the program that the firmware will start
 * @throws PrestageError firmware-keys-missing, when the verdict would depend on a certificate that cannot be had here
 */
export function firmwareKeys(
  wanted: FirmwareTrust,
  variables: Buffer,
  signatures: readonly ProgramSignature[],
): FirmwareKeys {
  let enrolled: Buffer[];
  try {
    enrolled = trustedCertificates(variables);
  } catch (error) {
    throw unusable(error);
  }
  const at = new Map(
    [...enrolled, ...signatures.flatMap(({ certificates }) => certificates)].map(
      (certificate) => [sha256(certificate), certificate] as const,
    ),
  );
  const asked = authorities.filter(({ year }) => wanted === 'both' || year === wanted);
  const trusted = asked.filter((one) => at.has(one.sha256));
  // What no signature of the loader leads to decides nothing.
  const needed = asked.find((one) => !at.has(one.sha256) && signatures.some((of) => authorityOf(of) === one));
  if (needed !== undefined) {
    throw new PrestageError({
      code: 'firmware-keys-missing',
      message: `The boot test cannot trust Microsoft's ${wanted === 'both' ? '2011 and 2023' : wanted} certificates: '${needed.name}' is neither in the firmware of this computer nor in the loader of the drive.`,
    });
  }
  try {
    const certificates = trusted.flatMap((one) => at.get(one.sha256) ?? []);
    return { variables: trustOnly(variables, certificates), trusted: trusted.map(({ name }) => name) };
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(error: unknown): PrestageError {
  return new PrestageError({
    code: 'firmware-keys-missing',
    message:
      'The boot test cannot choose which certificates the firmware trusts: its variables (package ovmf) have a form that is not known here.',
    cause: error instanceof Error ? error.message : String(error),
  });
}
