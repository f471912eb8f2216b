import { sanitizeForDisplay } from '../base/display';

/**
 * What Windows refuses in XML, or reads in another way than it was meant, though our parser takes it: found here, and not on the
 * customer's machine.
 */

/** Sections that are no content: their text is not looked at as such. */
export const xmlSections = /<!\[CDATA\[[\s\S]*?\]\]>|<!--([\s\S]*?)-->/g;

/** XML 1.0 (fifth edition), 2.2: what no document may hold. */
const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

const openAmpersand = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)/;
const characterReference = /&#(?:x([0-9A-Fa-f]+)|([0-9]+));/g;
/** A tag that begins, with its attributes; a > may stand in their values. */
const startTag = /<[^\s<>/!?](?:"[^"]*"|'[^']*'|[^"'>])*>/g;

/** Values are escaped, and in a CDATA section the escape itself would stand in the file. @returns a whole clause, or null */
export function placeholderInCdata(template: string): string | null {
  const found = [...template.matchAll(/<!\[CDATA\[[\s\S]*?(?:\]\]>|$)/g)].some(([section]) =>
    section.includes('{{'),
  );
  return found ? 'a placeholder stands in a CDATA section, where values cannot be escaped' : null;
}

/**
 * What is well-formed, and Windows does not read all the same: XmlLite, MSXML 6 and .NET prohibit document types unless a program
 * asks for them (entities in entities fill the memory of one that does), and know XML 1.0 only.
 * @returns a whole clause, or null
 */
export function xmlForbidden(text: string): string | null {
  if (/<!DOCTYPE/.test(text.replaceAll(xmlSections, ''))) {
    return 'it has a document type (DOCTYPE), which Windows does not read: leave it out';
  }
  return /^<\?xml\s[^>]*\bversion\s*=\s*["'](?!1\.0["'])/.test(text)
    ? 'it says another version of XML than 1.0, which Windows does not read'
    : null;
}

/** @returns what is wrong, as the end of "it is not well-formed XML (…)", or null */
export function xmlPitfall(text: string): string | null {
  if (forbidden.test(text)) return 'it holds a control character';
  for (const [, comment] of text.matchAll(xmlSections)) {
    if (comment !== undefined && /--|-$/.test(comment)) return 'a comment holds two hyphens in a row';
  }
  const content = text.replaceAll(xmlSections, '');
  if (openAmpersand.test(content)) return 'an & begins none of the five entities of XML: write &amp;';
  if ([...content.matchAll(characterReference)].some(([, hex, decimal]) => !isCharacter(hex, decimal))) {
    return 'it names a character that no XML may hold (&#…;)';
  }
  if (content.replaceAll(startTag, '').includes(']]>')) return 'it has ]]> in a text: write ]]&gt;';
  return tagPitfall([...content.replaceAll(/<\?[\s\S]*?\?>/g, '').matchAll(startTag)].map(([tag]) => tag));
}

/** XML 1.0 (fifth edition), 2.2, Char. */
function isCharacter(hex: string | undefined, decimal: string | undefined): boolean {
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  return !forbidden.test(String.fromCodePoint(code));
}

/** Of the tags that begin elements: namespaces in XML 1.0, 5, and 3.1 of XML 1.0. */
function tagPitfall(tags: readonly string[]): string | null {
  const declared = new Set(['xml', 'xmlns']);
  const used = new Set<string>();
  for (const tag of tags) {
    const bare = tag.replaceAll(/"([^"]*)"|'([^']*)'/g, (_whole, one = '', other = '') =>
      `${String(one)}${String(other)}`.includes('<') ? '<' : '""',
    );
    if (bare.includes('<', 1)) return 'the value of an attribute holds a <: write &lt;';
    for (const [, prefix = '', name = ''] of bare.matchAll(/[<\s]([^\s<>=/:"]+):([^\s<>=/:"]+)/g)) {
      if (prefix === 'xmlns') declared.add(name);
      else used.add(prefix);
    }
  }
  const unknown = [...used].find((prefix) => !declared.has(prefix));
  return unknown === undefined
    ? null
    : `nothing declares the prefix ${sanitizeForDisplay(unknown, 40)} (xmlns:${sanitizeForDisplay(unknown, 40)}="…")`;
}
