/** The pages of docs/reference that are made from the program. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { commandsPage } from './commands-page';
import { errorsPage } from './errors-page';
import { jsonPage } from './json-page';

const folder = resolve(import.meta.dirname, '../../docs/reference');
const pages = { 'commands.md': commandsPage, 'json.md': jsonPage, 'errors.md': errorsPage };
const note = '<!-- Made by "npm run reference" from the program itself. Do not edit. -->';

/** The pages as they should be: path → text, formatted as everything else. */
export async function makePages(): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  for (const [name, make] of Object.entries(pages)) {
    const path = join(folder, name);
    const options = await resolveConfig(path);
    made.set(path, await format(`${note}\n\n${make()}`, { ...options, filepath: path }));
  }
  return made;
}

/** Writes the pages. */
export async function writePages(): Promise<void> {
  for (const [path, text] of await makePages()) await writeFile(path, text);
}

/** Paths of the pages that are not as they should be on the disk. */
export async function stalePages(pages: ReadonlyMap<string, string>): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of pages) {
    if ((await readFile(path, 'utf8').catch(() => null)) !== text) stale.push(path);
  }
  return stale;
}
