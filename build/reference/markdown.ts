/** What the pages share in how their Markdown is written. */

/** A text with the marks escaped that Markdown would take for its own. */
export function plain(text: string): string {
  return text.replace(/[\\<>*_`]/g, '\\$&');
}

/** A text with a capital at its beginning. */
export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
