import { XMLParser } from 'fast-xml-parser';

/** XML that comes from outside. */
export type XmlNode = Readonly<Record<string, unknown>>;

export const isXmlNode = (value: unknown): value is XmlNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const declaresDocumentType = (text: string): boolean => /<!DOCTYPE|<!ENTITY/i.test(text);

/**
 * Parses XML whose document type was looked for ({@link declaresDocumentType}). No entity is expanded, every value is text, and an
 * attribute's name begins with `@`.
 * @param list tag that always gives an array
 * @throws Error when it is not XML
 */
export function parseXml(text: string, list: string): unknown {
  return new XMLParser({
    processEntities: false,
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    isArray: (tag) => tag === list,
  }).parse(text);
}
