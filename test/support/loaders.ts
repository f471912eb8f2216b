import { signatureBlocks } from '../../helper/boot/pe';

/**
 * A signed program with some of its signatures only, in the given order: a signature does not cover the table of them. Numbers
 * count from 0; none takes the whole table off.
 */
export function loaderWith(program: Buffer, kept: readonly number[]): Buffer {
  const optional = program.readUInt32LE(0x3c) + 24;
  // PE32+: the fifth directory, of place and size.
  const entry = optional + 112 + 4 * 8;
  const start = program.readUInt32LE(entry);
  const blocks = signatureBlocks(program) ?? [];
  const table = kept.map((index) => {
    const block = blocks[index];
    if (block === null || block === undefined) throw new Error(`the program has no signature ${index}`);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(8 + block.length, 0);
    head.writeUInt16LE(0x0200, 4);
    head.writeUInt16LE(2, 6);
    const padding = Buffer.alloc((8 - ((8 + block.length) % 8)) % 8);
    return Buffer.concat([head, block, padding]);
  });
  const changed = Buffer.concat([program.subarray(0, start), ...table]);
  const bytes = changed.length - start;
  changed.writeUInt32LE(bytes === 0 ? 0 : start, entry);
  changed.writeUInt32LE(bytes, entry + 4);
  return changed;
}
