import { spawn } from 'node:child_process';
import type { Picture } from './live-machine';

/** What stands on a screen, read by a program that is not ours (Tesseract), with the places of the words. */

export interface Word {
  readonly text: string;
  /** Its middle, in points of the screen. */
  readonly x: number;
  readonly y: number;
}

/** Letters of a screen are too small for it as they are. */
const factor = 3;

/** The words of a picture, line by line. Keys can be pressed meanwhile. */
export async function linesOf(picture: Picture): Promise<Word[][]> {
  // Sparse text, in no order: a screen is no page of a book.
  const args = ['stdin', 'stdout', '--psm', '11', '--dpi', '288', 'tsv'];
  const told = await tesseract(args, enlarged(picture));
  const lines = new Map<string, Word[]>();
  // level, page, block, paragraph, line, word, left, top, width, height, confidence, text
  for (const row of told.split('\n').slice(1)) {
    const columns = row.split('\t');
    const text = (columns[11] ?? '').trim();
    if (columns[0] !== '5' || text === '') continue;
    const [left = 0, top = 0, width = 0, height = 0] = columns.slice(6, 10).map(Number);
    const word = { text, x: (left + width / 2) / factor, y: (top + height / 2) / factor };
    const line = columns.slice(1, 5).join('.');
    lines.set(line, [...(lines.get(line) ?? []), word]);
  }
  return [...lines.values()];
}

async function tesseract(args: readonly string[], input: Buffer): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = spawn('tesseract', args, { env: { ...process.env, OMP_THREAD_LIMIT: '1' } });
    let [said, wrong] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (said += piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (wrong += piece));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(said);
      else reject(new Error(`tesseract: ${wrong}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** The text of a picture, a line for each of its own. */
export function textOf(lines: readonly (readonly Word[])[]): string {
  return lines.map((words) => words.map(({ text }) => text).join(' ')).join('\n');
}

/** Where a text stands: the middle of its first word to its last. @returns null: it is not there */
export function placeOf(
  lines: readonly (readonly Word[])[],
  text: RegExp,
): { readonly x: number; readonly y: number } | null {
  for (const words of lines) {
    const match = text.exec(words.map((word) => word.text).join(' '));
    if (match === null) continue;
    let at = 0;
    const hit = words.filter((word) => {
      const [from, to] = [at, at + word.text.length];
      at = to + 1;
      return to > match.index && from < match.index + match[0].length;
    });
    const [first, last] = [hit[0], hit.at(-1)];
    if (first !== undefined && last !== undefined) return { x: (first.x + last.x) / 2, y: first.y };
  }
  return null;
}

/** The picture in grey and larger, each point between its neighbours: PGM, P5. */
function enlarged({ width, height, points }: Picture): Buffer {
  const grey = new Float32Array(width * height);
  for (let at = 0; at < grey.length; at += 1) {
    const place = at * 3;
    grey[at] = 0.3 * (points[place] ?? 0) + 0.59 * (points[place + 1] ?? 0) + 0.11 * (points[place + 2] ?? 0);
  }
  const [wide, high] = [width * factor, height * factor];
  const head = Buffer.from(`P5\n${wide} ${high}\n255\n`, 'latin1');
  const out = Buffer.alloc(head.length + wide * high);
  head.copy(out);
  for (let y = 0; y < high; y += 1) {
    const row = Math.min(y / factor, height - 1);
    const [above, below] = [Math.floor(row) * width, Math.min(Math.floor(row) + 1, height - 1) * width];
    const down = row - Math.floor(row);
    for (let x = 0; x < wide; x += 1) {
      const column = Math.min(x / factor, width - 1);
      const [left, right] = [Math.floor(column), Math.min(Math.floor(column) + 1, width - 1)];
      const across = column - left;
      const upper = (grey[above + left] ?? 0) * (1 - across) + (grey[above + right] ?? 0) * across;
      const lower = (grey[below + left] ?? 0) * (1 - across) + (grey[below + right] ?? 0) * across;
      out[head.length + y * wide + x] = upper * (1 - down) + lower * down;
    }
  }
  return out;
}
