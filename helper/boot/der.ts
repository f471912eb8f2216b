/** Reads DER (ITU-T X.690, 10): as much as a PKCS#7 signature needs. */

/** One element. */
export interface DerElement {
  readonly tag: number;
  /** What it holds. */
  readonly content: Buffer;
  /** Tag, length and content. */
  readonly whole: Buffer;
}

export const derTags = {
  integer: 0x02,
  octets: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific, constructed. */
  context0: 0xa0,
} as const;

/** @throws RangeError when the bytes do not begin with a whole element of one-byte tag and definite length */
export function readDer(bytes: Buffer): DerElement {
  const tag = bytes[0];
  const first = bytes[1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) {
    throw new RangeError('no DER element');
  }
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4 || bytes.length < 2 + lengthBytes) {
    throw new RangeError('no DER length');
  }
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  const start = 2 + lengthBytes;
  if (start + length > bytes.length) throw new RangeError('a DER element is longer than what holds it');
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/** The elements in an element. @throws RangeError */
export function membersOf({ content }: DerElement): DerElement[] {
  const members: DerElement[] = [];
  for (let rest = content; rest.length > 0;) {
    const member = readDer(rest);
    members.push(member);
    rest = rest.subarray(member.whole.length);
  }
  return members;
}

/** An object identifier's content, in hexadecimal: enough to compare. */
export function oidOf(element: DerElement | undefined): string | null {
  return element?.tag === derTags.oid ? element.content.toString('hex') : null;
}
