import { open } from 'node:fs/promises';

/** What a UEFI program is for, by its PE header. */
export interface EfiProgram {
  readonly cpu: 'x64' | 'arm64' | 'ia32' | 'other';
  /** A certificate table is there. Whether firmware trusts it is not looked at. */
  readonly signed: boolean;
}

/** Machine types and offsets: Microsoft, "PE Format", COFF file header and optional header. */
const machines: Readonly<Record<number, EfiProgram['cpu']>> = {
  0x8664: 'x64',
  0xaa64: 'arm64',
  0x014c: 'ia32',
};
/** Bytes of a program that {@link efiProgramIn} wants to see. */
export const peHeaderBytes = 4096;

/** @returns null when the file is no PE program */
export async function readEfiProgram(file: string): Promise<EfiProgram | null> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(peHeaderBytes);
    const { bytesRead } = await handle.read(bytes, 0, peHeaderBytes, 0);
    return efiProgramIn(bytes.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** The same, from the first 4096 bytes of a program. */
export function efiProgramIn(bytes: Buffer): EfiProgram | null {
  const optional = optionalHeaderAt(bytes);
  if (optional === null) return null;
  const cpu = machines[bytes.readUInt16LE(optional - 20)] ?? 'other';
  const entry = certificateEntryAt(bytes, optional);
  return { cpu, signed: entry !== null && bytes.readUInt32LE(entry + 4) > 0 };
}

/** Where the optional header begins, behind the COFF header of 20 bytes; null: it is no PE program. */
function optionalHeaderAt(bytes: Buffer): number | null {
  if (bytes.length < 0x40 || bytes.toString('latin1', 0, 2) !== 'MZ') return null;
  const header = bytes.readUInt32LE(0x3c);
  if (header + 24 > bytes.length || bytes.toString('latin1', header, header + 4) !== 'PE\0\0') return null;
  return header + 24;
}

/** Where place (4 bytes) and size (4) of the certificate table stand; null: there is none. */
function certificateEntryAt(bytes: Buffer, optional: number): number | null {
  const magic = optional + 2 <= bytes.length ? bytes.readUInt16LE(optional) : 0;
  // The data directories begin at 112 in PE32+ (0x20b) and at 96 in PE32 (0x10b); the fifth is the certificates.
  const directories = magic === 0x20b ? 112 : magic === 0x10b ? 96 : null;
  if (directories === null || optional + directories + 40 > bytes.length) return null;
  return bytes.readUInt32LE(optional + directories - 4) > 4 ? optional + directories + 4 * 8 : null;
}

/** Where the certificate table lies; null: it is no program, or its table reaches past its end. */
function certificateTable(program: Buffer): { readonly start: number; readonly end: number } | null {
  const optional = optionalHeaderAt(program);
  // The COFF header says how long the optional one is: of one that is cut off nobody knows whether it had a table.
  if (optional === null || optional + program.readUInt16LE(optional - 4) > program.length) return null;
  const entry = certificateEntryAt(program, optional);
  const [start, size] =
    entry === null ? [0, 0] : [program.readUInt32LE(entry), program.readUInt32LE(entry + 4)];
  if (size === 0) return { start: program.length, end: program.length };
  return start + size > program.length ? null : { start, end: start + size };
}

/** WIN_CERT_TYPE_PKCS_SIGNED_DATA. */
const pkcs7Type = 2;

/**
 * The signatures (PKCS #7) in a program's certificate table, each a WIN_CERTIFICATE on a boundary of 8 bytes. One of another type is null.
 * @returns null when there is a table that cannot be read
 */
export function signatureBlocks(program: Buffer): (Buffer | null)[] | null {
  const table = certificateTable(program);
  if (table === null) return null;
  const blocks: (Buffer | null)[] = [];
  for (let at = table.start; at + 8 <= table.end;) {
    const length = program.readUInt32LE(at);
    if (length < 8 || at + length > table.end) return null;
    const type = program.readUInt16LE(at + 6);
    blocks.push(type === pkcs7Type ? program.subarray(at + 8, at + length) : null);
    at += Math.ceil(length / 8) * 8;
  }
  return blocks;
}

/**
 * The ranges of a program that its signatures are for: all but checksum, place of the certificate table, and the table; the
 * sections in the order of their places. Source: Microsoft, "Windows Authenticode Portable Executable Signature Format".
 * @throws RangeError when it is no program, or its headers lead past its end
 */
export function signedRanges(program: Buffer): (readonly [start: number, end: number])[] {
  const optional = optionalHeaderAt(program);
  const table = certificateTable(program);
  if (optional === null || table === null) throw new RangeError('no PE program');
  const entry = certificateEntryAt(program, optional);
  // The checksum is at 64 in both forms of the optional header, the size of all headers at 60.
  const headers = program.readUInt32LE(optional + 60);
  const sections = sectionsOf(program, optional);
  const ranges: [number, number][] = [[0, optional + 64]];
  if (entry === null) ranges.push([optional + 68, headers]);
  else ranges.push([optional + 68, entry], [entry + 8, headers]);
  ranges.push(...sections);
  // Sections that lie over one another are no program's: a file of them would be hashed thousands of times.
  if (sections.some(([start], index) => start < (sections[index - 1]?.[1] ?? 0))) {
    throw new RangeError('sections lie over one another');
  }
  // As firmware counts: what lies behind the sum of all that was hashed, up to the table.
  const hashed = headers + sections.reduce((sum, [start, end]) => sum + end - start, 0);
  const tableBytes = table.end - table.start;
  if (program.length > hashed + tableBytes) ranges.push([hashed, program.length - tableBytes]);
  if (ranges.some(([start, end]) => end < start || end > program.length)) {
    throw new RangeError('the headers lead past the end');
  }
  return ranges;
}

/** Place and end of each section with content, in order. Section headers have 40 bytes, size at 16 and place at 20. */
function sectionsOf(program: Buffer, optional: number): [number, number][] {
  const count = program.readUInt16LE(optional - 18);
  const first = optional + program.readUInt16LE(optional - 4);
  return Array.from({ length: count }, (_, index): [number, number] => {
    const at = first + index * 40;
    const start = program.readUInt32LE(at + 20);
    return [start, start + program.readUInt32LE(at + 16)];
  })
    .filter(([start, end]) => end > start)
    .sort(([one], [other]) => one - other);
}
