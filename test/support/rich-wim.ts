/** A WIM of what only NTFS has: security descriptors, streams, short names, links, reparse points, times, sparse content. */
import { createHash } from 'node:crypto';
import { imageWim } from '../../helper/media/small-wim';

interface RichEntry {
  readonly name: string;
  readonly attributes: number;
  readonly security: number;
  readonly content?: Buffer;
  readonly streams?: Readonly<Record<string, Buffer>>;
  readonly shortName?: string;
  /** Entries with the same number are one file. */
  readonly link?: bigint;
  readonly reparseTag?: number;
}

const sha1 = (bytes: Buffer): Buffer => createHash('sha1').update(bytes).digest();
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
const text = (name: string): Buffer =>
  name === '' ? Buffer.alloc(0) : Buffer.concat([Buffer.from(name, 'utf16le'), Buffer.alloc(2)]);

/** Form: wimlib, src/dentry.c (struct wim_dentry_on_disk, struct wim_extra_stream_entry_on_disk). */
function bytesOf(entry: RichEntry, number: number, childrenAt: number): Buffer {
  const fixed = Buffer.alloc(102);
  const name = Buffer.from(entry.name, 'utf16le');
  const short = Buffer.from(entry.shortName ?? '', 'utf16le');
  const streams = Object.entries(entry.streams ?? {});
  fixed.writeUInt32LE(entry.attributes, 8);
  fixed.writeInt32LE(entry.security, 12);
  fixed.writeBigUInt64LE(BigInt(childrenAt), 16);
  // Three times that differ, to the 100 nanoseconds.
  for (const [index, at] of [40, 48, 56].entries()) {
    fixed.writeBigUInt64LE(132_000_000_000_000_001n + BigInt(number * 1_000_003 + index * 7), at);
  }
  if (entry.content !== undefined) sha1(entry.content).copy(fixed, 64);
  if (entry.reparseTag !== undefined) fixed.writeUInt32LE(entry.reparseTag, 88);
  else fixed.writeBigUInt64LE(entry.link ?? 0n, 88);
  fixed.writeUInt16LE(streams.length, 96);
  fixed.writeUInt16LE(short.length, 98);
  fixed.writeUInt16LE(name.length, 100);
  const own = padded(Buffer.concat([fixed, text(entry.name), text(entry.shortName ?? '')]));
  own.writeBigUInt64LE(BigInt(own.length), 0);
  const further = streams.map(([streamName, content]) => {
    const head = Buffer.alloc(38);
    sha1(content).copy(head, 16);
    head.writeUInt16LE(Buffer.from(streamName, 'utf16le').length, 36);
    const bytes = padded(Buffer.concat([head, text(streamName)]));
    bytes.writeBigUInt64LE(BigInt(bytes.length), 0);
    return bytes;
  });
  return Buffer.concat([own, ...further]);
}

/** Self-relative descriptor with an owner, a group and one entry that grants a right. Source: MS-DTYP 2.4.6. */
function descriptor(mask: number): Buffer {
  const system = Buffer.from('010100000000000512000000', 'hex');
  const everyone = Buffer.from('010100000000000100000000', 'hex');
  const head = Buffer.alloc(20);
  head[0] = 1;
  head.writeUInt16LE(0x8004, 2);
  const entry = Buffer.alloc(8);
  entry.writeUInt16LE(8 + everyone.length, 2);
  entry.writeUInt32LE(mask, 4);
  const list = Buffer.alloc(8);
  list[0] = 2;
  list.writeUInt16LE(8 + entry.length + everyone.length, 2);
  list.writeUInt16LE(1, 4);
  head.writeUInt32LE(20, 4);
  head.writeUInt32LE(20 + system.length, 8);
  head.writeUInt32LE(20 + 2 * system.length, 16);
  return Buffer.concat([head, system, system, list, entry, everyone]);
}

/** A relative symbolic link, without the tag and length before it. Source: MS-FSCC 2.1.2.4. */
function linkTo(target: string): Buffer {
  const name = Buffer.from(target, 'utf16le');
  const head = Buffer.alloc(12);
  head.writeUInt16LE(name.length, 2);
  head.writeUInt16LE(name.length, 4);
  head.writeUInt16LE(name.length, 6);
  head.writeUInt32LE(1, 8);
  return Buffer.concat([head, name, name]);
}

/** The WIM, uncompressed, with one image. */
export function richWim(): Buffer {
  const content = (seed: string, bytes: number): Buffer =>
    Buffer.alloc(bytes, createHash('sha256').update(seed).digest());
  const sparse = Buffer.concat([content('head', 4096), Buffer.alloc(2 << 20), content('tail', 4096)]);
  const linked = content('linked', 70_000);
  const entries: RichEntry[] = [
    {
      name: 'LongFileName with a short one.txt',
      attributes: 0x20,
      security: 0,
      content: content('a', 5),
      shortName: 'LONGFI~1.TXT',
    },
    { name: 'read only, hidden, system', attributes: 0x27, security: 1, content: content('b', 40_000) },
    {
      name: 'streams',
      attributes: 0x20,
      security: 1,
      content: content('c', 1000),
      streams: { first: content('d', 9), 'Zone.Identifier': content('e', 100_000) },
    },
    { name: 'one.dll', attributes: 0x20, security: 0, content: linked, link: 77n },
    { name: 'two.dll', attributes: 0x20, security: 0, content: linked, link: 77n },
    { name: 'again.dll', attributes: 0x20, security: 2, content: linked },
    { name: 'sparse', attributes: 0x220, security: 2, content: sparse },
    { name: 'packed by NTFS', attributes: 0x820, security: 2, content: content('packed', 300_000) },
    { name: 'empty', attributes: 0x80, security: -1 },
    { name: 'link', attributes: 0x400, security: 0, content: linkTo('streams'), reparseTag: 0xa000000c },
    { name: 'Grüße 日本 😀', attributes: 0x80, security: 0, content: content('name', 3) },
  ];
  const descriptors = [0x1f01ff, 0x1200a9, 0x120116].map(descriptor);
  const security = padded(
    Buffer.concat([
      Buffer.alloc(8),
      ...descriptors.map(({ length }) => {
        const size = Buffer.alloc(8);
        size.writeBigUInt64LE(BigInt(length));
        return size;
      }),
      ...descriptors,
    ]),
  );
  security.writeUInt32LE(security.length, 0);
  security.writeUInt32LE(descriptors.length, 4);
  const root: RichEntry = { name: '', attributes: 0x10, security: 0 };
  const childrenAt = security.length + bytesOf(root, 0, 0).length + 8;
  const metadata = Buffer.concat([
    security,
    bytesOf(root, 0, childrenAt),
    Buffer.alloc(8),
    ...entries.map((entry, index) => bytesOf(entry, index + 1, 0)),
    Buffer.alloc(8),
  ]);
  const contents = new Map<string, Buffer>();
  for (const { content: own, streams } of entries) {
    for (const bytes of [...(own === undefined ? [] : [own]), ...Object.values(streams ?? {})]) {
      contents.set(sha1(bytes).toString('hex'), bytes);
    }
  }
  return Buffer.concat(
    imageWim(
      metadata,
      [...contents.values()].map((bytes) => ({ bytes, sha1: sha1(bytes) })),
    ),
  );
}
