import { createCipheriv, createHash } from 'node:crypto';

/** Makes `\SMS\data\variables.dat` as Configuration Manager does, of made-up variables. Nothing of the product is used here. */

/** Where it lies in an image. */
export const variablesFile = 'SMS/data/variables.dat';

const algorithms = { 128: 0x660e, 192: 0x660f, 256: 0x6610 } as const;

export function makeVariables(
  variables: Readonly<Record<string, string>>,
  password: string,
  bits: keyof typeof algorithms = 128,
): Buffer {
  const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const lines = Object.entries(variables).map(
    ([name, value]) => `<var name="${name}">${escaped(value)}</var>`,
  );
  return encryptVariables(
    `<MediaVarList Version="4.00.5345.0000">${lines.join('')}</MediaVarList>`,
    password,
    bits,
  );
}

/** Encrypts any text in its place. */
export function encryptVariables(
  text: string,
  password: string,
  bits: keyof typeof algorithms = 128,
): Buffer {
  const plain = Buffer.from(text, 'utf16le');
  const sha1 = (...parts: Buffer[]): Buffer => createHash('sha1').update(Buffer.concat(parts)).digest();
  const base = sha1(Buffer.from(password, 'utf16le'));
  const inner = Buffer.concat([base, Buffer.alloc(44)]).map((byte) => byte ^ 0x36);
  const outer = Buffer.concat([base, Buffer.alloc(44)]).map((byte) => byte ^ 0x5c);
  const key = Buffer.concat([sha1(Buffer.from(inner)), sha1(Buffer.from(outer))]).subarray(0, bits / 8);
  const cipher = createCipheriv(`aes-${bits}-cbc`, key, Buffer.alloc(16));
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const header = Buffer.alloc(24);
  const words = [0xeced0000, 20, plain.length, encrypted.length, algorithms[bits], 0];
  for (const [at, word] of words.entries()) header.writeUInt32LE(word, at * 4);
  return Buffer.concat([header, encrypted]);
}
