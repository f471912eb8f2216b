/**
 * Pictures of every state of the app in every theme, to look through in a browser: test-results/gallery/index.html.
 *   npm run gallery -- [part of a name]
 * With --documents [part of a name]: the pictures of README and guide, which are made again into docs/screens/.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppPreview } from './app-preview';
import { setUpCheckout } from './checkout';
import { documentPictures } from './app-document-pictures';
import { previews, themes } from './app-preview-states';
import { startDisplay } from './display';
import { temporaryArea } from './global-setup';

const root = resolve(import.meta.dirname, '../..');
const gallery = join(root, 'test-results/gallery');

/** One page without scripts: the theme is chosen by three radio buttons. */
function contents(names: readonly string[]): string {
  const choices = themes
    .map((theme) => `<label><input type="radio" name="theme" id="${theme}"> ${theme}</label>`)
    .join('\n    ')
    .replace('">', '" checked>');
  const shown = themes
    .map((theme) => `body:has(#${theme}:checked) figure:not(.${theme}) { display: none }`)
    .join('\n      ');
  const figures = names
    .flatMap((name) =>
      themes.map((theme) => {
        const file = `${name}-${theme}.png`;
        const image = `<a href="${file}"><img src="${file}" alt="${name}, ${theme}" loading="lazy"></a>`;
        return `<figure class="${theme}" id="${name}-${theme}">${image}<figcaption>${name}</figcaption></figure>`;
      }),
    )
    .join('\n    ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Prestage: ${names.length} states</title>
    <style>
      body { font: 16px system-ui; margin: 0; background: #8a8f96 }
      header { position: sticky; top: 0; padding: 12px 24px; background: #fff; display: flex; gap: 24px }
      main { display: grid; grid-template-columns: repeat(auto-fill, minmax(560px, 1fr)); gap: 24px; padding: 24px }
      figure { margin: 0; background: #fff; padding: 8px }
      img { width: 100% }
      ${shown}
    </style>
  </head>
  <body>
    <header><strong>${names.length} states</strong>
    ${choices}</header>
    <main>
    ${figures}
    </main>
  </body>
</html>
`;
}

/** Every state whose name has this part, in every theme. */
async function everyState(preview: AppPreview, part: string): Promise<void> {
  const chosen = Object.entries(previews).filter(([name]) => name.includes(part));
  if (chosen.length === 0) throw new Error(`No state has '${part}' in its name.`);
  rmSync(gallery, { recursive: true, force: true });
  mkdirSync(gallery, { recursive: true });
  for (const [name, one] of chosen) {
    await preview.show(one);
    for (const theme of themes) {
      await preview.setTheme(one.state, theme);
      await preview.picture(join(gallery, `${name}-${theme}.png`));
    }
    console.log(`${name}${preview.said().length === 0 ? '' : `: ${preview.said().join('; ')}`}`);
  }
  writeFileSync(join(gallery, 'index.html'), contents(chosen.map(([name]) => name)));
  console.log(`Open ${join(gallery, 'index.html')} in a browser.`);
}

async function documents(preview: AppPreview, part: string): Promise<void> {
  for (const [name, one] of Object.entries(documentPictures)) {
    if (!name.includes(part)) continue;
    await preview.show(one);
    for (const jobs of one.jobs ?? []) {
      await preview.page.waitForTimeout(500);
      await preview.push({ jobs: [...jobs] });
    }
    await preview.picture(join(root, 'docs/screens', `${name}.png`));
    console.log(`docs/screens/${name}.png`);
  }
}

const choice = process.argv[2] ?? '';
const area = temporaryArea('gallery');
const display = await startDisplay();
process.env['DISPLAY'] = display.name;
const closeCheckout = setUpCheckout();
const preview = await AppPreview.start(area);
try {
  await (choice === '--documents' ? documents(preview, process.argv[3] ?? '') : everyState(preview, choice));
} finally {
  await preview.end();
  await display.end();
  closeCheckout();
  rmSync(area, { recursive: true, force: true });
}
