/** A text with the marks escaped that Markdown would take for its own. */
export function plain(text: string): string {
  return text.replace(/[\\<>*_`]/g, '\\$&');
}
