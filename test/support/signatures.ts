import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { derTags, membersOf, readDer } from '../../helper/boot/der';

const folder = join(import.meta.dirname, '../fixtures/recorded/boot');

/** A signature of Debian's shim: 1 of Microsoft's 2011 authority, 2 of the one of 2023. DER, with what fills its block. */
export function shimSignature(number: 1 | 2): Buffer {
  return readFileSync(join(folder, `shim-16.1-signature-${number}.der`));
}

/** What sbverify lists of it. */
export const shimListed = (): string => readFileSync(join(folder, 'shim-16.1-sbverify.txt'), 'utf8');

/** The digest (SHA-256) of the shim that its signatures are for. */
export const shimDigest = Buffer.from(
  '80a66d53a945d2286fcadd780fae1c225aa732079cd67b5225dc78aaab4e2ff8',
  'hex',
);

/** The same signature, with other certificates in it than it has: those that `keep` leaves. */
export function withCertificates(signature: Buffer, keep: (certificates: Buffer[]) => Buffer[]): Buffer {
  const [type, wrapped] = membersOf(readDer(signature));
  if (type === undefined || wrapped === undefined) throw new Error('no signature');
  const members = membersOf(readDer(wrapped.content)).map((member) =>
    member.tag === derTags.context0
      ? element(member.tag, keep(membersOf(member).map(({ whole }) => whole)))
      : member.whole,
  );
  return element(derTags.sequence, [
    type.whole,
    element(derTags.context0, [element(derTags.sequence, members)]),
  ]);
}

function element(tag: number, content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag, 0x82, bytes.length >> 8, bytes.length & 0xff), bytes]);
}

/** A program for x64 with a table of signatures and nothing else: none of them fits it. */
export function programWith(signatures: readonly Buffer[]): Buffer {
  const program = Buffer.alloc(512);
  program.write('MZ');
  program.writeUInt32LE(0x80, 0x3c);
  program.write('PE\0\0', 0x80, 'latin1');
  program.writeUInt16LE(0x8664, 0x84);
  // The optional header: PE32+, 16 directories.
  program.writeUInt16LE(240, 0x94);
  const optional = 0x98;
  program.writeUInt16LE(0x20b, optional);
  program.writeUInt32LE(512, optional + 60);
  program.writeUInt32LE(16, optional + 108);
  const table = Buffer.concat(
    signatures.map((signature) => {
      const head = Buffer.alloc(8);
      head.writeUInt32LE(8 + signature.length, 0);
      head.writeUInt16LE(0x0200, 4);
      head.writeUInt16LE(2, 6);
      return Buffer.concat([head, signature, Buffer.alloc((8 - (signature.length % 8)) % 8)]);
    }),
  );
  program.writeUInt32LE(table.length === 0 ? 0 : 512, optional + 144);
  program.writeUInt32LE(table.length, optional + 148);
  return Buffer.concat([program, table]);
}
