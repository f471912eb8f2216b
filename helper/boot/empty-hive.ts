/**
 * The bytes of a registry hive with nothing but a root key. hivexsh fills hives, but cannot begin one.
 * Source of the format: libyal, "Windows NT Registry File (REGF) format"; hivex, lib/hivex-internal.h.
 */
const headerLength = 4096;
const binLength = 4096;
/** Offset in the bin of the first cell, behind the bin's own header. */
const rootAt = 32;
const none = 0xffffffff;

/** @param rootName ASCII */
export function emptyHive(rootName: string): Buffer {
  const root = rootKey(rootName);
  const security = securityCell(rootAt + root.length);
  const bin = Buffer.alloc(binLength);
  bin.write('hbin', 0, 'latin1');
  bin.writeUInt32LE(binLength, 8);
  root.writeInt32LE(rootAt + root.length, 4 + 44);
  root.copy(bin, rootAt);
  security.copy(bin, rootAt + root.length);
  // What is left is one free cell: its length is positive.
  const used = rootAt + root.length + security.length;
  bin.writeInt32LE(binLength - used, used);

  const header = Buffer.alloc(headerLength);
  header.write('regf', 0, 'latin1');
  header.writeUInt32LE(1, 4);
  header.writeUInt32LE(1, 8);
  // Version 1.3, a primary file, loaded directly.
  for (const [offset, value] of [
    [20, 1],
    [24, 3],
    [32, 1],
    [36, rootAt],
    [40, binLength],
    [44, 1],
  ] as const) {
    header.writeUInt32LE(value, offset);
  }
  let checksum = 0;
  for (let offset = 0; offset < 508; offset += 4) checksum ^= header.readUInt32LE(offset);
  header.writeUInt32LE(checksum >>> 0, 508);
  return Buffer.concat([header, bin]);
}

/** A cell: its length, negative because it is in use, then its content; a multiple of eight bytes. */
function cell(content: Buffer): Buffer {
  const length = Math.ceil((4 + content.length) / 8) * 8;
  const whole = Buffer.alloc(length);
  whole.writeInt32LE(-length, 0);
  content.copy(whole, 4);
  return whole;
}

function rootKey(name: string): Buffer {
  const content = Buffer.alloc(76 + name.length);
  content.write('nk', 0, 'latin1');
  // The root of a hive, not to be deleted, with a name of one byte a character.
  content.writeUInt16LE(0x2c, 2);
  for (const offset of [16, 28, 32, 40, 48]) content.writeUInt32LE(none, offset);
  content.writeUInt16LE(name.length, 72);
  content.write(name, 76, 'latin1');
  return cell(content);
}

/** Administrators and the system may do everything, as in stores that Windows makes. */
function securityCell(at: number): Buffer {
  const sid = (...parts: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(8 + 4 * parts.length);
    bytes.writeUInt8(1, 0);
    bytes.writeUInt8(parts.length, 1);
    bytes.writeUInt8(5, 7);
    parts.forEach((part, index) => bytes.writeUInt32LE(part, 8 + 4 * index));
    return bytes;
  };
  const administrators = sid(32, 544);
  const system = sid(18);
  const allow = (who: Buffer): Buffer => {
    const entry = Buffer.alloc(8);
    // Inherited by keys below; KEY_ALL_ACCESS.
    entry.writeUInt8(2, 1);
    entry.writeUInt16LE(8 + who.length, 2);
    entry.writeUInt32LE(0xf003f, 4);
    return Buffer.concat([entry, who]);
  };
  const entries = Buffer.concat([allow(administrators), allow(system)]);
  const list = Buffer.alloc(8);
  list.writeUInt8(2, 0);
  list.writeUInt16LE(8 + entries.length, 2);
  list.writeUInt16LE(2, 4);

  const head = Buffer.alloc(20);
  head.writeUInt8(1, 0);
  // SE_SELF_RELATIVE, SE_DACL_PRESENT
  head.writeUInt16LE(0x8004, 2);
  const owner = 20 + list.length + entries.length;
  head.writeUInt32LE(owner, 4);
  head.writeUInt32LE(owner + administrators.length, 8);
  head.writeUInt32LE(20, 16);
  const descriptor = Buffer.concat([head, list, entries, administrators, system]);

  const content = Buffer.alloc(20);
  content.write('sk', 0, 'latin1');
  content.writeUInt32LE(at, 4);
  content.writeUInt32LE(at, 8);
  content.writeUInt32LE(1, 12);
  content.writeUInt32LE(descriptor.length, 16);
  return cell(Buffer.concat([content, descriptor]));
}
