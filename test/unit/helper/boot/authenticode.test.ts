import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signatureIn, signaturesOf } from '../../../../helper/boot/authenticode';
import { efiProgramIn, signatureBlocks } from '../../../../helper/boot/pe';
import {
  programWith,
  shimDigest,
  shimListed,
  shimSignature,
  withCertificates,
} from '../../../support/signatures';

/** Signatures of Debian's shim, which Microsoft has signed twice (test/fixtures/recorded/boot). */

const ofShim = (signature: Buffer): ReturnType<typeof signatureIn> =>
  signatureIn(signature, () => shimDigest);

describe('a signature of a program', () => {
  it('is good when it fits, and names what sbverify names', () => {
    const listed = shimListed()
      .split(/^signature \d+$/m)
      .slice(1)
      .map((one) => [...one.matchAll(/subject: .*\/CN=(.+)$/gm)].map(([, name]) => name));
    const read = ([1, 2] as const).map((number) => ofShim(shimSignature(number)));
    expect(read.map(({ chain }) => chain)).toEqual(listed);
    expect(read.map(({ state }) => state)).toEqual(['good', 'good']);
    expect(read.map(({ certificates }) => certificates.length)).toEqual([2, 2]);
  });

  it('is of another program when the program was changed', () => {
    const other = Buffer.from(shimDigest);
    other[0] = (other[0] ?? 0) ^ 1;
    expect(signatureIn(shimSignature(1), () => other).state).toBe('changed');
    expect(signaturesOf(programWith([shimSignature(1)])).map(({ state }) => state)).toEqual(['changed']);
  });

  it('does not hold when one bit of what was signed, or of the signature, is another', () => {
    const content = shimSignature(2);
    const signature = shimSignature(2);
    // The RSA signature over it: the first OCTET STRING of 256 bytes.
    for (const [bytes, place] of [
      [content, content.indexOf(shimDigest)],
      [signature, signature.indexOf('04820100', 'hex') + 4],
    ] as const) {
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      expect(ofShim(bytes).state).toBe('broken');
    }
  });

  it('tells an authority whose certificate is not in it by name only', () => {
    const named = withCertificates(shimSignature(2), (all) => all.slice(0, 1));
    expect(ofShim(named)).toMatchObject({
      state: 'named',
      chain: ['Microsoft UEFI CA 2023 signer', 'Microsoft UEFI CA 2023'],
    });
  });

  it("does not take a certificate for Microsoft's that only has its name", () => {
    const forged = withCertificates(
      shimSignature(2),
      ([signer = Buffer.alloc(0), authority = Buffer.alloc(0)]) => {
        const other = Buffer.from(authority);
        // Another signature under it: another certificate.
        other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
        return [signer, other];
      },
    );
    const { state, chain } = ofShim(forged);
    expect(state).toBe('named');
    expect(chain.slice(0, 2)).toEqual([
      'Microsoft UEFI CA 2023 signer',
      "Microsoft UEFI CA 2023 (not Microsoft's)",
    ]);
    expect(chain).toHaveLength(3);
  });

  it('without its signer, or of another form, cannot be read', () => {
    expect(ofShim(withCertificates(shimSignature(1), (all) => all.slice(1))).state).toBe('unreadable');
    expect(signaturesOf(programWith([Buffer.from('3003020101', 'hex')]))).toMatchObject([
      { state: 'unreadable' },
    ]);
  });
});

describe("a program's table of signatures", () => {
  it('holds each of them, and none in a program that nobody signed', () => {
    const program = programWith([shimSignature(1), shimSignature(2)]);
    expect(efiProgramIn(program)).toEqual({ cpu: 'x64', signed: true });
    expect(signatureBlocks(program)?.map((block) => block?.length)).toEqual([
      shimSignature(1).length,
      shimSignature(2).length,
    ]);
    expect(signaturesOf(programWith([]))).toEqual([]);
  });

  it('that leads past the end of the program is not read', () => {
    const program = programWith([shimSignature(1)]);
    expect(signatureBlocks(program.subarray(0, -600))).toBeNull();
    expect(signaturesOf(program.subarray(0, -600))).toMatchObject([{ state: 'unreadable' }]);
  });

  it('of a program whose sections lie over one another is not read: it would be hashed a thousand times', () => {
    const sections = 3000;
    const program = programWith([shimSignature(2)]);
    const optional = 0x98;
    const table = program.subarray(512);
    const body = Buffer.alloc(512 * 1024);
    program.copy(body, 0, 0, 512);
    body.writeUInt16LE(sections, optional - 18);
    body.writeUInt32LE(body.length, optional + 144);
    for (let index = 0; index < sections; index += 1) {
      const at = optional + 240 + index * 40;
      body.writeUInt32LE(body.length - 512, at + 16);
      body.writeUInt32LE(512, at + 20);
    }
    expect(signaturesOf(Buffer.concat([body, table]))).toMatchObject([{ state: 'unreadable' }]);
  });

  it('of a program that is cut off at any byte of its headers is not read: it is not said to have none', () => {
    const program = programWith([shimSignature(2)]);
    for (let length = 0; length < 0x98 + 240; length += 1) {
      expect(signaturesOf(program.subarray(0, length))).toMatchObject([{ state: 'unreadable' }]);
      expect(efiProgramIn(program.subarray(0, length))?.signed ?? false).toBe(length >= 0x98 + 152);
    }
  });

  it('is never the reason for a crash, whatever it holds', () => {
    const program = programWith([shimSignature(2)]);
    fc.assert(
      fc.property(fc.nat(program.length - 1), fc.nat(255), fc.nat(program.length), (place, byte, length) => {
        const hostile = Buffer.from(program.subarray(0, length));
        if (place < length) hostile[place] = byte;
        expect(signaturesOf(hostile).every(({ state }) => state !== 'good')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
