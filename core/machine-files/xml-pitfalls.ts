/**
 * What Windows refuses in XML, or reads in another way than it was meant, though our parser takes it: found here, and not on the
 * customer's machine.
 */

/** Sections that are no content: their text is not looked at as such. */
export const xmlSections = /<!\[CDATA\[[\s\S]*?\]\]>|<!--([\s\S]*?)-->/g;

/** XML 1.0 (fifth edition), 2.2: what no document may hold. */
const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

const openAmpersand = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)/;

/** Values are escaped, and in a CDATA section the escape itself would stand in the file. @returns a whole clause, or null */
export function placeholderInCdata(template: string): string | null {
  const found = [...template.matchAll(/<!\[CDATA\[[\s\S]*?(?:\]\]>|$)/g)].some(([section]) =>
    section.includes('{{'),
  );
  return found ? 'a placeholder stands in a CDATA section, where values cannot be escaped' : null;
}

/** @returns what is wrong, as the end of "it is not well-formed XML (…)", or null */
export function xmlPitfall(text: string): string | null {
  if (forbidden.test(text)) return 'it holds a control character';
  for (const [, comment] of text.matchAll(xmlSections)) {
    if (comment !== undefined && /--|-$/.test(comment)) return 'a comment holds two hyphens in a row';
  }
  const content = text.replaceAll(xmlSections, '');
  // What a document type declares of its own is for its author.
  if (!content.includes('<!DOCTYPE') && openAmpersand.test(content)) {
    return 'an & begins none of the five entities of XML: write &amp;';
  }
  return null;
}
