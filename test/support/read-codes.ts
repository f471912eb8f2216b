import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A code that a reader found on a page. */
export interface ReadCode {
  /** As ZBar names it: `QR-Code`, `CODE-128`. */
  readonly kind: string;
  readonly text: string;
  /** From 1. */
  readonly page: number;
}

/**
 * What a barcode reader that is not ours (ZBar) finds on the pages of a PDF, drawn by Poppler.
 * @param dotsPerInch as coarse as a poor scan where a test wants that
 */
export function readCodes(pdf: string, dotsPerInch = 150): ReadCode[] {
  const folder = mkdtempSync(join(tmpdir(), 'prestage-codes-'));
  try {
    execFileSync('pdftoppm', ['-r', String(dotsPerInch), '-png', pdf, join(folder, 'page')]);
    return readdirSync(folder)
      .sort()
      .flatMap((name, index) =>
        codesIn(join(folder, name)).map((code): ReadCode => ({ ...code, page: index + 1 })),
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** No others are printed, and its decoder of GS1 DataBar complains of lines that are none. */
const kinds = ['-Sdisable', '-Sqrcode.enable', '-Scode128.enable'];

/** What is in one picture; nothing where there is none, which ZBar tells by exit status 4. */
export function codesIn(picture: string): Omit<ReadCode, 'page'>[] {
  let said: string;
  try {
    said = execFileSync('zbarimg', ['--quiet', '--nodbus', ...kinds, picture], {
      ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    });
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 4) return [];
    throw error;
  }
  return said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [kind = ''] = line.split(':', 1);
      return { kind, text: line.slice(kind.length + 1) };
    });
}
