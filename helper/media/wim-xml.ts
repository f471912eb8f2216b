/** Parses the XML data of a WIM file. */
import { sanitizeForDisplay, sanitizeOrNull } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { MediaImage } from '../../core/media/media';
import { declaresDocumentType, isXmlNode, parseXml, type XmlNode } from './read-xml';

/** XML data of real media is a few KiB an image. Bytes. */
export const xmlLimit = 64 * 1024 * 1024;

export interface WimXml {
  /** Marked as an encrypted ESD: nothing but this text can be read. */
  readonly encrypted: boolean;
  /** In order of index. */
  readonly images: readonly MediaImage[];
  /** Images whose size is not to be relied on: hard links are not told, as some tools leave them, or the total cannot be right. */
  readonly uncertainSizes: ReadonlySet<number>;
  /** Processor that an image is for, by its index, where the XML data says it. */
  readonly architectures: ReadonlyMap<number, string>;
}

/**
 * Reads the XML data of a WIM. No entity is expanded by the parser and no document type is accepted: the text
 * comes from outside. Whether it is well-formed to the last character is left to wimlib, which reads it too.
 * @param bytes UTF-16LE, with or without a byte order mark
 * @param file for messages
 * @throws PrestageError media-corrupt
 */
export function parseWimXml(bytes: Buffer, file: string): WimXml {
  const text = bytes
    .toString('utf16le')
    .replace(/^\uFEFF/, '')
    .replace(/\0+$/, '');
  if (declaresDocumentType(text)) throw damaged(file, 'it declares a document type');
  let root: unknown;
  try {
    root = parseXml(text, 'IMAGE');
  } catch (error) {
    throw damaged(file, sanitizeForDisplay(error instanceof Error ? error.message : String(error)));
  }
  const wim = isXmlNode(root) ? root['WIM'] : undefined;
  // An element without content comes as an empty string.
  if (wim === '') {
    return { encrypted: false, images: [], uncertainSizes: new Set(), architectures: new Map() };
  }
  if (!isXmlNode(wim)) throw damaged(file, 'it does not describe a WIM file');

  const esd = wim['ESD'];
  const encrypted = isXmlNode(esd) && 'ENCRYPTED' in esd;
  const listed = Array.isArray(wim['IMAGE']) ? (wim['IMAGE'] as readonly unknown[]) : [];
  const read = listed.map((node) => readImage(node, file));
  const images = read.map(({ image }) => image).sort((a, b) => a.index - b.index);
  if (images.some(({ index }, position) => index !== position + 1)) {
    throw damaged(file, 'its images are not numbered one by one');
  }
  const uncertain = read.filter(({ image, linked }) => linked === 0 || image.bytes === 0);
  return {
    encrypted,
    images,
    uncertainSizes: new Set(uncertain.map(({ image }) => image.index)),
    architectures: new Map(
      read.flatMap(({ image }, at) => {
        const named = architectureIn(listed[at]);
        return named === null ? [] : [[image.index, named] as const];
      }),
    ),
  };
}

/** WINDOWS/ARCH, a PROCESSOR_ARCHITECTURE of winnt.h. */
const architectures: Readonly<Record<string, string>> = { 0: 'ia32', 9: 'x64', 12: 'arm64' };

function architectureIn(image: unknown): string | null {
  const windows = isXmlNode(image) ? image['WINDOWS'] : undefined;
  return isXmlNode(windows) ? (architectures[textOf(windows['ARCH'])?.trim() ?? ''] ?? null) : null;
}

/** @returns with the bytes of further names of files; 0 where there are none, or nobody counted them */
function readImage(image: unknown, file: string): { readonly image: MediaImage; readonly linked: number } {
  const node: XmlNode = isXmlNode(image) ? image : {};
  const number = (name: string): number => {
    const text = textOf(node[name])?.trim() ?? '';
    if (text === '') return 0;
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value)) throw damaged(file, `${name} is not a number`);
    return value;
  };
  const index = number('@INDEX');
  const linked = number('HARDLINKBYTES');
  const read = {
    index,
    name: sanitizeForDisplay(unescape(textOf(node['NAME']) ?? '')) || `Image ${index}`,
    description: sanitizeOrNull(unescape(textOf(node['DESCRIPTION']) ?? ''), 500),
    bytes: Math.max(0, number('TOTALBYTES') - linked),
    files: number('FILECOUNT'),
    directories: number('DIRCOUNT'),
  };
  return { image: read, linked };
}

/** An element's text; with attributes the parser puts it under `#text`. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (isXmlNode(value) && typeof value['#text'] === 'string') return value['#text'];
  return null;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Replaces the five entities that XML always has, and numbers, each once. */
function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
    (all, decimal, hex, name) => {
      if (typeof name === 'string') return entities[name.toLowerCase()] ?? all;
      const code = typeof decimal === 'string' ? Number(decimal) : parseInt(String(hex), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

function damaged(file: string, what: string): PrestageError {
  return new PrestageError({
    code: 'media-corrupt',
    message: `${sanitizeForDisplay(file, 300)} has damaged XML data: ${what}.`,
  });
}
