import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** The page's origin. No other page is ever loaded. */
export const appScheme = 'prestage';
export const appHost = 'bench';
export const appOrigin = `${appScheme}://${appHost}`;
export const appPage = `${appOrigin}/index.html`;

/** What the page may load: its own files. Nothing inline, nothing remote, no connection at all. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/**
 * The file that a request asks for, or null when it may not have it. Looks at the text only; see
 * {@link readPageFile} for links.
 * @param text the URL as it was asked for
 */
export function pageFileOf(text: string): { readonly path: string; readonly type: string } | null {
  let url: URL;
  let path: string;
  try {
    url = new URL(text);
    path = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  if (url.protocol !== `${appScheme}:` || url.host !== appHost) return null;
  if (url.username !== '' || url.password !== '') return null;
  // The parser has resolved `..` and its encoded forms; what is left of either is an attempt.
  if (!/^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(path) || path.includes('..')) return null;
  const type = types[extname(path)];
  return type === undefined ? null : { path: path.slice(1), type };
}

/**
 * Reads a file of the page.
 * @returns null when it is not there, or lies elsewhere behind a link
 */
export async function readPageFile(folder: string, path: string): Promise<Buffer | null> {
  try {
    const home = await realpath(folder);
    const file = await realpath(join(home, path));
    return file.startsWith(home + sep) ? await readFile(file) : null;
  } catch {
    return null;
  }
}
