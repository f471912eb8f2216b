/** The short code by which somebody admits a machine to the rack, as it is shown and typed. What it is made of: station/rack-link/code.ts. */

/** Crockford's Base32: without letters that are taken for digits. */
export const codeLetters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const codeLength = 6;

/** As it is shown and read out: in two halves. */
export function shownCode(code: string): string {
  return `${code.slice(0, codeLength / 2)} ${code.slice(codeLength / 2)}`;
}

/** A code as somebody types it. @returns null when it is none */
export function readCode(text: string): string | null {
  const code = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const isSound =
    code.length === codeLength && Array.from(code).every((letter) => codeLetters.includes(letter));
  return isSound ? code : null;
}

/** Codes of the machines that ask to be admitted. */
export function codesAsking(
  machines: readonly { readonly state: string; readonly code: string }[],
): string[] {
  return machines.flatMap(({ state, code }) => (state === 'waiting' ? [code] : []));
}
