import type { Plugin } from 'esbuild';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { guidePage, type GuidePage } from './guide-html';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'docs/guide');

/** Every page of docs/guide, sorted by its file. */
export function guidePages(): GuidePage[] {
  return guideFiles().map((file) =>
    guidePage(file.slice(0, -'.md'.length), readFileSync(join(folder, file), 'utf8'), pictureSize),
  );
}

function guideFiles(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .sort();
}

/** Pixels, as the header of a PNG says them (PNG specification, 11.2.1 IHDR). */
function pictureSize(file: string): { width: number; height: number } {
  const path = join(root, file);
  if (!existsSync(path)) {
    throw new Error(`${file} is missing. Put any PNG there, then: npm run gallery -- --documents`);
  }
  const bytes = readFileSync(path);
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') throw new Error(`${file} is no PNG`);
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** The module `prestage-help`: the guide, with its pictures as files of the page. Its type: renderer/prestage-help.d.ts. */
export const helpPlugin: Plugin = {
  name: 'help',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^prestage-help$/ }, ({ path }) => ({ path, namespace: 'help' }));
    bundler.onLoad({ filter: /.*/, namespace: 'help' }, () => ({
      contents: moduleOf(guidePages()),
      loader: 'js',
      resolveDir: root,
      watchFiles: guideFiles().map((file) => join(folder, file)),
    }));
  },
};

function moduleOf(pages: readonly GuidePage[]): string {
  const files = [...new Set(pages.flatMap(({ pictures }) => pictures.map(({ file }) => file)))];
  const imports = files.map((file, index) => `import picture${index} from './${file}';`);
  const made = pages.map(({ id, title, html, sections, pictures }) => {
    const put = pictures.map(
      ({ placeholder, file }) => `.replace(${JSON.stringify(placeholder)}, picture${files.indexOf(file)})`,
    );
    return `{ id: ${JSON.stringify(id)}, title: ${JSON.stringify(title)}, html: ${JSON.stringify(html)}${put.join('')}, sections: ${JSON.stringify(sections)} }`;
  });
  return [...imports, `export const helpPages = [${made.join(',\n')}];`].join('\n');
}
