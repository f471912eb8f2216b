import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { sanitizeForDisplay } from '../../core/display';
import { PrestageError } from '../../core/errors';
import { isSystemError } from '../ledger/export-file';
import { keyFingerprint } from '../ledger/keys';

/** `--trust KEY`, which may be given several times. */
export function trustOption(): Option {
  const collect = (value: string, before: readonly string[] | undefined): string[] => [
    ...(before ?? []),
    value,
  ];
  return new Option(
    '--trust <key>',
    'fingerprint of a station’s key, or a file that holds the key',
  ).argParser(collect);
}

/** Fingerprints of the keys that were given. @throws PrestageError usage */
export function trustedKeys(given: readonly string[]): ReadonlySet<string> {
  return new Set(
    given.map((value) => (/^[0-9a-fA-F]{64}$/.test(value) ? value.toLowerCase() : fingerprintOfFile(value))),
  );
}

function fingerprintOfFile(file: string): string {
  const pem = readInput(file).toString('utf8');
  try {
    // A private key would do too; it is not for handing around.
    if (!pem.includes('PUBLIC KEY')) throw new Error('there is no public key in it');
    return keyFingerprint(createPublicKey(pem));
  } catch (error) {
    throw new PrestageError({
      code: 'usage',
      message: `${sanitizeForDisplay(file, 512)} is neither a fingerprint nor a public key.`,
      cause: error instanceof Error ? error.message : null,
      remedy: 'Give 64 hexadecimal digits, as "prestage ledger verify" prints them, or a file in PEM form.',
    });
  }
}

/** A file that was named on the command line. @throws PrestageError usage */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw isSystemError(error) ? cannotRead(file, error) : error;
  }
}

export function cannotRead(file: string, error: Error): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: `The file ${sanitizeForDisplay(file, 512)} cannot be read.`,
    cause: error.message,
    remedy: 'Name a file that is there and that you may read.',
  });
}
