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
  if (bytes.length < 0x40 || bytes.toString('latin1', 0, 2) !== 'MZ') return null;
  const header = bytes.readUInt32LE(0x3c);
  if (header + 24 > bytes.length || bytes.toString('latin1', header, header + 4) !== 'PE\0\0') return null;
  const cpu = machines[bytes.readUInt16LE(header + 4)] ?? 'other';
  const optional = header + 24;
  const magic = optional + 2 <= bytes.length ? bytes.readUInt16LE(optional) : 0;
  // The data directories begin at 112 in PE32+ (0x20b) and at 96 in PE32 (0x10b); the fifth is the certificates.
  const directories = magic === 0x20b ? 112 : magic === 0x10b ? 96 : null;
  if (directories === null || optional + directories + 40 > bytes.length) return { cpu, signed: false };
  const count = bytes.readUInt32LE(optional + directories - 4);
  const certificates = bytes.readUInt32LE(optional + directories + 4 * 8 + 4);
  return { cpu, signed: count > 4 && certificates > 0 };
}
