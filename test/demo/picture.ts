/**
 * Draws docs/demo.svg from what the demo prints: `npx tsx test/demo/picture.ts`, after a build. The rows of the
 * computer's own drives and the demo's temporary folder are left out; nothing else is changed.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const checkout = resolve(import.meta.dirname, '../..');
/** Pixels. */
const lineHeight = 16;
const width = 1000;

type LineClass = 'title' | 'command' | 'header' | 'text';

/** What a line of the demo is; `continued`: the line before it ends in a backslash. */
function classOf(line: string, continued: boolean): LineClass {
  if (line.startsWith('# ')) return 'title';
  if (line.startsWith('$ ') || continued) return 'command';
  return /^ *[A-Z][A-Z ]{3,}$/.test(line.replaceAll(/[^A-Za-z ]/g, '').trim()) ? 'header' : 'text';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Without what names the computer it ran on: its drives, and the demo's folder. */
function shortened(output: string): string[] {
  const lines = output.replaceAll(/\/tmp\/prestage-demo-\w+/g, '.').split('\n');
  const own = (line: string): boolean => / blocked /.test(line) || /^\s{40,}\S/.test(line);
  const first = lines.findIndex(own);
  return lines
    .flatMap((line, index) => {
      if (!own(line)) return [line];
      return index === first ? ['… (the computer’s own drives follow, each blocked with its reasons)'] : [];
    })
    .filter((line, index, all) => line !== '' || (all[index + 1]?.startsWith('# ') ?? false));
}

function picture(lines: readonly string[]): string {
  const rows = lines.map((line, index) => {
    const kind = classOf(line, lines[index - 1]?.endsWith('\\') ?? false);
    const words = escaped(line).replaceAll(
      /\b(eligible|PASS|done|verified)\b/g,
      '<tspan class="good">$1</tspan>',
    );
    const text = kind === 'text' ? words : escaped(line);
    return `<text x="14" y="${26 + index * lineHeight}" class="${kind}">${text}</text>`;
  });
  const height = 26 + lines.length * lineHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Output of npm run demo">`,
    '<style>',
    'text{font-size:12.4px;font-family:"DejaVu Sans Mono","Liberation Mono",Menlo,Consolas,monospace;fill:#d6dbe1;white-space:pre}',
    '.title{fill:#7fb2ff;font-weight:bold}.command{fill:#ffffff}.header{fill:#8b96a3}.good{fill:#7ddc8b}',
    '</style>',
    '<rect width="100%" height="100%" rx="8" fill="#14181d"/>',
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

const run = spawnSync('npx', ['--no-install', 'tsx', 'test/demo/demo.ts'], {
  cwd: checkout,
  encoding: 'utf8',
  // What is said on standard error is progress, which a still picture does not show.
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (run.status !== 0) throw new Error(`the demo ended with ${run.status ?? run.signal ?? ''}`);
writeFileSync(resolve(checkout, 'docs/demo.svg'), picture(shortened(run.stdout.trim())));
