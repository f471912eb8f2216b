/** What the tests of the documents read in them: files, fenced blocks, commands, links and headings. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder of the checkout. */
export const checkout = resolve(import.meta.dirname, '../..');

/** Folders that hold no documents of ours. */
const skipped = new Set(['node_modules', 'dist', 'dist-package', 'test-results', '.git', '.electron']);

/** Every Markdown file of the checkout, by its path from there, sorted. */
export function documentFiles(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(checkout, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : below(path);
      return entry.name.endsWith('.md') ? [path] : [];
    });
  return below('').sort();
}

/** Text of a file of the checkout. */
export function documentText(path: string): string {
  return readFileSync(join(checkout, path), 'utf8');
}

/** What stands between two fences. */
export interface FencedBlock {
  readonly language: string;
  /** File that the block is the content of: the second word of its info string. */
  readonly file: string | null;
  readonly text: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
}

/** The fenced blocks of a document, without the indentation of their fences. */
export function fencedBlocks(text: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent = '', fence = '', info = ''] = /^(\s*)(`{3,})([^`]*)$/.exec(lines[at] ?? '') ?? [];
    if (fence === '') continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence);
    if (end === -1) throw new Error(`the fence of line ${at + 1} is never closed`);
    const [language = '', file = null] = info.trim().split(/\s+/);
    const inside = lines.slice(at + 1, end).map((line) => line.slice(indent.length));
    blocks.push({ language, file, text: inside.map((line) => `${line}\n`).join(''), line: at + 1 });
    at = end;
  }
  return blocks;
}

/** A document without its fenced blocks; the lines stay where they are. */
export function proseOf(text: string): string {
  const lines = text.split('\n');
  for (const { line, text: inside } of fencedBlocks(text)) {
    const length = inside.split('\n').length + 1;
    lines.fill('', line - 1, line - 1 + length);
  }
  return lines.join('\n');
}

/**
 * The commands of a `sh` block as argv arrays. A document's command is words, quoted where they must be: what a shell
 * would do beyond that is refused, because the tests do not start one.
 */
export function commandsOf(block: string): string[][] {
  return block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(words);
}

function words(line: string): string[] {
  const found: string[] = [];
  const word = /\s*((?:[^\s'"]|'[^']*'|"[^"]*")+)/y;
  for (let at = 0; at < line.length; at = word.lastIndex) {
    word.lastIndex = at;
    const raw = word.exec(line)?.[1];
    if (raw === undefined) throw new Error(`cannot be taken apart: ${line}`);
    if (/[$`\\|;&<>#()]/.test(raw.replaceAll(/'[^']*'|"[^"]*"/g, ''))) {
      throw new Error(`needs a shell: ${line}`);
    }
    found.push(
      raw.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
    );
  }
  return found;
}

/** A link of a document, to a file of the checkout or within the document. */
export interface DocumentLink {
  /** Without the anchor; empty for one within the document. */
  readonly path: string;
  /** Without `#`; empty for none. */
  readonly anchor: string;
}

/** Every link and picture that does not lead out of the checkout. */
export function localLinks(text: string): DocumentLink[] {
  const prose = proseOf(text).replaceAll(/`[^`\n]*`/g, '');
  const inline = [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map((match) => match[1] ?? '');
  const reference = [...prose.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)].map((match) => match[1] ?? '');
  return [...inline, ...reference]
    .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { path, anchor };
    });
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const match of proseOf(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const words = (match[1] ?? '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const plain = words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    let anchor = plain;
    for (let number = 1; anchors.has(anchor); number += 1) anchor = `${plain}-${number}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Written by npm run reference from the program itself; a test of its own says that it is current. */
export const isGenerated = (file: string): boolean =>
  /^docs\/reference\/(?:boot-demands|commands|errors|json)\.md$/.test(file);
