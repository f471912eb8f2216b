import type { LiveSlot } from '../../core/live/live-system';

/**
 * GRUB's environment block: 1024 bytes, a first line, lines of NAME=VALUE, filled up with `#` (GRUB manual, "The GRUB environment
 * block"). It is changed in place and keeps its length: GRUB itself writes it by the blocks in which it lies. Pure.
 */

const length = 1024;
const head = '# GRUB Environment Block\n';

/** The variables of a block; null when it is none. */
export function readEnvironment(block: string): Map<string, string> | null {
  if (Buffer.byteLength(block, 'latin1') !== length || !block.startsWith(head)) return null;
  const lines = block
    .slice(head.length)
    .split('\n')
    .flatMap((line): [string, string][] => {
      const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
      return match === null ? [] : [[match[1] ?? '', match[2] ?? '']];
    });
  return new Map(lines);
}

/** A block with these variables, in their order. Values are our own: letters and digits. */
export function environmentBlock(variables: ReadonlyMap<string, string>): string {
  const lines = [...variables].map(([name, value]) => `${name}=${value}\n`).join('');
  const text = `${head}${lines}`;
  if (text.length > length) throw new RangeError('the variables do not fit into the block');
  return text.padEnd(length, '#');
}

/**
 * The block that has GRUB start this slot once: it clears `try` before it does, and goes back to `slot` when that did not come
 * up (build/live/grub). What came up is noted there as `slot`.
 * @returns null when the text is no environment block
 */
export function blockTrying(block: string, slot: LiveSlot): string | null {
  const variables = readEnvironment(block);
  return variables === null ? null : environmentBlock(new Map([...variables, ['try', slot]]));
}
