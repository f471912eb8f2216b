/**
 * The security descriptors of what Prestage adds to a media file, as NTFS has them ([MS-DTYP] 2.4.6). Administrators own it; they and
 * the system may do everything; nobody else may do anything. Files that were added without one would be open to everybody
 * (docs/adr/0039-permissions-of-added-files.md).
 */

/** `S-1-5-18` and `S-1-5-32-544`. */
const system = sid(18);
const administrators = sid(32, 544);

/** ACE flags: [MS-DTYP] 2.4.4.1. */
const objectInherit = 0x01;
const containerInherit = 0x02;
const inherited = 0x10;
/** FILE_ALL_ACCESS */
const everything = 0x1f01ff;

/** Control: [MS-DTYP] 2.4.6. */
const selfRelative = 0x8000;
const daclPresent = 0x0004;
const daclAutoInherited = 0x0400;
const daclProtected = 0x1000;

/** Where what is added begins: nothing comes from the folder above. `O:BAG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)` */
export const topFolder = descriptor(daclProtected, objectInherit | containerInherit);
/** A file that is added alone. `O:BAG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)` */
export const topFile = descriptor(daclProtected, 0);
/** Below a {@link topFolder}, as Windows would have it inherited. `O:BAG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)` */
export const innerFolder = descriptor(daclAutoInherited, objectInherit | containerInherit | inherited);
/** `O:BAG:SYD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)` */
export const innerFile = descriptor(daclAutoInherited, inherited);

function sid(...parts: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 + 4 * parts.length);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt8(parts.length, 1);
  bytes.writeUInt8(5, 7);
  for (const [index, part] of parts.entries()) bytes.writeUInt32LE(part, 8 + 4 * index);
  return bytes;
}

function allow(who: Buffer, flags: number): Buffer {
  const entry = Buffer.alloc(8);
  entry.writeUInt8(flags, 1);
  entry.writeUInt16LE(8 + who.length, 2);
  entry.writeUInt32LE(everything, 4);
  return Buffer.concat([entry, who]);
}

function descriptor(control: number, flags: number): Buffer {
  const entries = Buffer.concat([allow(system, flags), allow(administrators, flags)]);
  const list = Buffer.alloc(8);
  list.writeUInt8(2, 0);
  list.writeUInt16LE(8 + entries.length, 2);
  list.writeUInt16LE(2, 4);
  const head = Buffer.alloc(20);
  head.writeUInt8(1, 0);
  head.writeUInt16LE(selfRelative | daclPresent | control, 2);
  const owner = 20 + list.length + entries.length;
  head.writeUInt32LE(owner, 4);
  head.writeUInt32LE(owner + administrators.length, 8);
  head.writeUInt32LE(20, 16);
  return Buffer.concat([head, list, entries, administrators, system]);
}
