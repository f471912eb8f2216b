import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import { signatureIn, type ProgramSignature } from '../../../../helper/boot/authenticode';
import { firmwareKeys } from '../../../../helper/boot-test/firmware-keys';
import { trustedCertificates, trustOnly } from '../../../../helper/boot-test/firmware-variables';
import { findFirmware } from '../../../../helper/boot-test/virtual-machine';
import { shimDigest, shimSignature, withCertificates } from '../../../support/signatures';

/** On the variables of the package ovmf. That firmware takes them, test/boot shows. */

const variables = (): Buffer => readFileSync(findFirmware(true).variables);
const ofShim = (signature: Buffer): ProgramSignature => signatureIn(signature, () => shimDigest);
const doubleSigned = [ofShim(shimSignature(1)), ofShim(shimSignature(2))];

describe('firmware keys', () => {
  it('are those of the years that were asked for, out of the package and of the loader', () => {
    const of2011 = firmwareKeys('2011', variables(), doubleSigned);
    expect(of2011.trusted).toEqual([
      'Microsoft Windows Production PCA 2011',
      'Microsoft Corporation UEFI CA 2011',
    ]);
    const of2023 = firmwareKeys('2023', variables(), doubleSigned);
    expect(of2023.trusted).toContain('Microsoft UEFI CA 2023');
    expect(of2023.trusted.filter((name) => name.includes('2011'))).toEqual([]);
    const both = firmwareKeys('both', variables(), doubleSigned);
    expect(both.trusted).toEqual([
      ...of2011.trusted,
      ...of2023.trusted.filter((name) => name.includes('2023')),
    ]);
    for (const keys of [of2011, of2023, both]) {
      expect(trustedCertificates(keys.variables)).toHaveLength(keys.trusted.length);
      expect(keys.variables).toHaveLength(variables().length);
    }
  });

  it('are refused when the verdict would hang on a certificate that is not here', () => {
    const named = [ofShim(withCertificates(shimSignature(2), (all) => all.slice(0, 1)))];
    // The package's own may have it one day.
    const withDatabase = trustOnly(variables(), trustedCertificates(variables()).slice(0, 1));
    expect(() => firmwareKeys('2023', withDatabase, named)).toThrow(
      expect.objectContaining({ code: 'firmware-keys-missing' }) as PrestageError,
    );
    expect(() => firmwareKeys('2011', withDatabase, named)).not.toThrow();
  });

  it('are refused for a file that is not the firmware’s', () => {
    for (const file of [Buffer.alloc(0), Buffer.alloc(4096), variables().subarray(0, 200)]) {
      expect(() => firmwareKeys('both', file, [])).toThrow(PrestageError);
    }
  });
});

describe('variables that trust only some certificates', () => {
  it('keep everything else', () => {
    const file = variables();
    const certificates = trustedCertificates(file);
    const same = trustOnly(trustOnly(file, certificates.slice(0, 1)), certificates);
    expect(trustedCertificates(same)).toEqual(certificates);
    for (const name of ['PK', 'KEK', 'dbx', 'SecureBootEnable']) {
      const text = Buffer.from(`${name}\0`, 'utf16le');
      expect(trustOnly(file, []).includes(text)).toBe(file.includes(text));
    }
    expect(trustedCertificates(trustOnly(file, []))).toEqual([]);
  });
});
