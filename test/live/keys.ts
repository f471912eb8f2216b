/** Keys as a keyboard sends them, by the names that QEMU has for them. */

/** One key that goes down or up. */
export interface KeyMove {
  readonly key: string;
  readonly down: boolean;
}

/** What a scanner set to a US keyboard sends for a text: Shift is held over letters that stand together. */
export function movesOf(text: string): KeyMove[][] {
  const keys = Array.from(text, keyOf);
  const moves = keys.map(({ key, shift }, at): KeyMove[] => [
    ...(shift === (keys[at - 1]?.shift ?? false) ? [] : [{ key: 'shift', down: shift }]),
    { key, down: true },
    { key, down: false },
  ]);
  return keys.at(-1)?.shift === true ? [...moves, [{ key: 'shift', down: false }]] : moves;
}

const signs: Readonly<Record<string, string>> = {
  '-': 'minus',
  '=': 'equal',
  ' ': 'spc',
  '.': 'dot',
  ',': 'comma',
  '/': 'slash',
  ';': 'semicolon',
};
const shiftedSigns: Readonly<Record<string, string>> = {
  ':': 'semicolon',
  _: 'minus',
  '@': '2',
  '+': 'equal',
};

function keyOf(character: string): { readonly key: string; readonly shift: boolean } {
  if (/[a-z0-9]/.test(character)) return { key: character, shift: false };
  if (/[A-Z]/.test(character)) return { key: character.toLowerCase(), shift: true };
  const [plain, shifted] = [signs[character], shiftedSigns[character]];
  const key = plain ?? shifted;
  if (key === undefined) throw new Error(`no key for ${character}`);
  return { key, shift: plain === undefined };
}
