import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { bootDemandsPage } from './boot-demands-page';
import { commandsPage } from './commands-page';
import { jsonPage } from './json-page';
import { plain } from './markdown';
import { recipeSchemaPage } from './recipe-schema-page';
import type { ErrorMeaning } from '../../core/base/error-meaning';
import { errorReference } from '../../core/base/error-reference';

/** The pages of docs/reference that are made from the program: written, or compared with what is there. */

const folder = resolve(import.meta.dirname, '../../docs/reference');
const pages = {
  'commands.md': commandsPage,
  'json.md': jsonPage,
  'errors.md': errorsPage,
  'boot-demands.md': bootDemandsPage,
  'recipe.schema.json': recipeSchemaPage,
};
const note = '<!-- Made by "npm run reference" from the program itself. Do not edit. -->';

/** The pages as they should be: path → text, formatted as everything else. */
export async function makePages(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const [name, make] of Object.entries(pages)) {
    const path = join(folder, name);
    const options = await resolveConfig(path);
    const made = await make();
    const text = name.endsWith('.md') ? `${note}\n\n${made}` : made;
    texts.set(path, await format(text, { ...options, filepath: path }));
  }
  return texts;
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

const intro = `# Errors

Each error has a code, a message that names the drive, bay or file, and a remedy. Codes are stable: scripts and ledgers
rely on them. With \`--json\` a command that is stopped by an error prints [the error](json.md#any-command-that-fails).

The remedy on this page is the general one. Where Prestage knows more, the error itself says what to do, and that is
what counts.

The exit code is that of a command which the error stops. When it is the reason why one drive failed, the other drives
go on, and the command ends with 4. [Commands](commands.md#exit-codes) has what each exit code means.`;

/** Makes the page. */
export function errorsPage(): string {
  const errors = Object.entries<ErrorMeaning>(errorReference);
  return [intro, ...errors.map(([code, meaning]) => sectionOf(code, meaning)), ''].join('\n\n');
}

function sectionOf(code: string, { meaning, remedy, exitCodes }: ErrorMeaning): string {
  return [
    `## ${code}`,
    plain(meaning),
    `- What to do: ${plain(remedy)}\n- Exit code: ${exitCodes.join(' or ')}`,
  ].join('\n\n');
}
