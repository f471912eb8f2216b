/** UUIDs and MAC addresses as people, labels and firmware write them, in the one form in which they are kept. */

/** RFC 9562, section 4; with or without hyphens and braces. */
const uuidForm =
  /^(?:URN:UUID:|UUID[:\s]\s*)?\{?([0-9A-F]{8})(-?)([0-9A-F]{4})\2([0-9A-F]{4})\2([0-9A-F]{4})\2([0-9A-F]{12})\}?$/;

/** A UUID in upper case with hyphens, or null when the text is none. Whether it names a machine is not asked. */
export function readUuid(text: string): string | null {
  const match = uuidForm.exec(text.trim().toUpperCase());
  if (match === null) return null;
  return [match[1], match[3], match[4], match[5], match[6]].join('-');
}

/** Twelve hexadecimal digits in upper case with colons. */
function withColons(digits: string): string {
  return (digits.match(/../g) ?? []).join(':');
}

/** With separators, or said to be a MAC. */
const parted = /^(?:[0-9A-F]{2}([:-])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}|[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4})$/;

/** What only a text that is said to be a MAC may be: bare, in pairs with blanks, or in groups of four with hyphens. */
const saidForm = /^(?:[0-9A-F]{12}|[0-9A-F]{2}(?: [0-9A-F]{2}){5}|[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4})$/;

/**
 * A MAC in the form in which it is kept, from a text that is said to be one: with colons, hyphens, blanks, Cisco's dots,
 * or bare. Null when it is none, or names nobody: a group's address (lowest bit of the first byte, IEEE 802), or one
 * digit again and again, which is a field that nobody filled.
 */
export function readMac(text: string): string | null {
  const clean = text.trim().toUpperCase();
  if (!parted.test(clean) && !saidForm.test(clean)) return null;
  const digits = clean.replace(/[^0-9A-F]/g, '');
  const group = (Number.parseInt(digits.slice(0, 2), 16) & 1) === 1;
  return group || /^(.)\1*$/.test(digits) ? null : withColons(digits);
}

/**
 * Whether a text that nobody named is a MAC. Twelve hexadecimal digits with separators are one. Without, they are one
 * when they hold a letter and are an address that a maker can have burnt in: the two lowest bits of the first byte
 * (group, local: IEEE 802) are zero, so the second digit is 0, 4, 8 or C. Twelve bare decimal digits say nothing.
 */
export function looksLikeMac(text: string): boolean {
  const clean = text.trim().toUpperCase();
  return parted.test(clean) || (/^[0-9A-F][048C][0-9A-F]{10}$/.test(clean) && /[A-F]/.test(clean));
}
