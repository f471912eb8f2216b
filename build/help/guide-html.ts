import { Marked, Renderer, type Token, type Tokens } from 'marked';
import { posix } from 'node:path';
import type { HelpPage, HelpSection } from '../../core/help/help-page';

/** A page of docs/guide as HTML for the app: every link leads to another page of it, or is no link. */

/** A picture that a page shows. */
export interface GuidePicture {
  /** Where the page's address of it is put in. */
  readonly placeholder: string;
  /** Its file, from the checkout's root. */
  readonly file: string;
}

export interface GuidePage extends HelpPage {
  readonly pictures: readonly GuidePicture[];
}

/** Width and height of a picture in pixels, by its file. */
export type PictureSize = (file: string) => { readonly width: number; readonly height: number };

const guide = 'docs/guide';

/** Makes a page. Throws for what the app could not show: HTML, and pictures that are not in the checkout. */
export function guidePage(id: string, markdown: string, sizeOf: PictureSize): GuidePage {
  const folder = posix.dirname(`${guide}/${id}.md`);
  const pictures: GuidePicture[] = [];
  const anchorOf = anchors();
  const renderer = new Renderer();
  renderer.html = ({ text }) => {
    throw new Error(`${guide}/${id}.md has HTML in it: ${text}`);
  };
  renderer.heading = function ({ tokens, depth }: Tokens.Heading) {
    const words = plain(tokens);
    const anchor = anchorOf(words);
    return `<h${depth} id="help-${anchor}" tabindex="-1">${this.parser.parseInline(tokens)}</h${depth}>\n`;
  };
  renderer.link = function ({ href, tokens }: Tokens.Link) {
    const words = this.parser.parseInline(tokens);
    const target = targetOf(id, folder, href);
    return target === null
      ? `<span class="help-elsewhere">${words}</span>`
      : `<a href="#${escape(target)}">${words}</a>`;
  };
  renderer.image = ({ href, text }: Tokens.Image) => {
    const file = posix.join(folder, href);
    const { width, height } = sizeOf(file);
    const placeholder = `{{picture ${pictures.length}}}`;
    pictures.push({ placeholder, file });
    return `<img src="${placeholder}" alt="${escape(text)}" width="${width}" height="${height}">`;
  };
  const marked = new Marked({ renderer, gfm: true });
  const tokens = marked.lexer(markdown);
  const sections = sectionsOf(tokens);
  const [first] = sections;
  if (first === undefined) throw new Error(`${guide}/${id}.md has no title`);
  return { id, title: first.title, html: marked.parser(tokens), sections, pictures };
}

/**
 * What a link leads to within the help, as `page` or `page:anchor`.
 * @returns null for the web and for documents that the app does not hold
 */
function targetOf(id: string, folder: string, href: string): string | null {
  if (/^[a-z][a-z+.-]*:/i.test(href)) return null;
  const [path = '', anchor = ''] = href.split('#');
  const page = path === '' ? id : pageOfFile(posix.join(folder, path));
  if (page === null) return null;
  return anchor === '' ? page : `${page}:${anchor}`;
}

function pageOfFile(file: string): string | null {
  return new RegExp(`^${guide}/(.+)\\.md$`).exec(file)?.[1] ?? null;
}

/** Every heading with what stands under it. */
function sectionsOf(tokens: readonly Token[]): HelpSection[] {
  const anchorOf = anchors();
  const sections: HelpSection[] = [];
  for (const token of tokens) {
    if (token.type === 'heading') {
      const title = plain(token.tokens ?? []);
      sections.push({ title, anchor: anchorOf(title), text: '' });
      continue;
    }
    const last = sections.pop();
    if (last !== undefined) sections.push({ ...last, text: `${last.text} ${plain([token])}`.trim() });
  }
  return sections;
}

/** The words without their marks, with one space between them. */
function plain(tokens: readonly Token[]): string {
  return tokens
    .map(wordsOf)
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ (?=[.,:;?!)])/g, '')
    .trim();
}

function wordsOf(token: Token): string {
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table;
    return [header, ...rows].flatMap((cells) => cells.map((cell) => plain(cell.tokens))).join(' ');
  }
  if (token.type === 'list') return (token as Tokens.List).items.map((item) => plain(item.tokens)).join(' ');
  const inside = 'tokens' in token ? token.tokens : [];
  if (inside.length > 0) return plain(inside);
  return token.type === 'image' || !('text' in token) ? '' : String(token['text']);
}

/** Anchors as GitHub makes them: documents link to them. */
function anchors(): (words: string) => string {
  const taken = new Set<string>();
  return (words) => {
    const start = words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    let anchor = start;
    for (let number = 1; taken.has(anchor); number += 1) anchor = `${start}-${number}`;
    taken.add(anchor);
    return anchor;
  };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
