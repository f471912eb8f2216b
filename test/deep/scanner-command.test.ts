import { spawn, spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { checkCode } from '../../core/scan/check-code';
import { characterAt, keyOfCharacter, type KeyboardLayout } from '../../core/scan/keyboard-layouts';
import { scannerForm } from '../../station/cli/scanner-command';
import { prestage } from '../support/cli';

/** The scanner check of a terminal. */

function piped(input: string, ...more: string[]): ReturnType<typeof spawnSync> & { stdout: string } {
  return spawnSync(process.execPath, [prestage, 'scanner', ...more], { input, encoding: 'utf8' });
}

it('reads a scan from standard input', () => {
  const run = piped(`]C0${checkCode}\n`, '--json');
  expect(run.status).toBe(0);
  expect(scannerForm.parse(JSON.parse(run.stdout))).toMatchObject({
    result: 'read',
    keyboards: [],
    found: { aim: ']C0', control: 'sent', after: ['Enter'], problems: [] },
  });
});

/** What a computer set to one keyboard makes of what a scanner types on another. */
function changedBy(computer: KeyboardLayout, scanner: KeyboardLayout): string {
  return Array.from(checkCode, (character) => {
    const key = keyOfCharacter(scanner, character);
    return key === null ? character : (characterAt(computer, key.code, key.level) ?? '');
  }).join('');
}

it('says which keyboards explain a changed scan, and that speed is not known', () => {
  const run = piped(`${changedBy('de', 'us')}\n`);
  expect(run.status).toBe(0);
  expect(run.stdout).toContain('computer de, scanner us');
  expect(run.stdout).toMatch(/speed +not known/);
});

it('ends with 4 for another code, and for a scanner that must be changed', () => {
  const other = piped('5CD1234XY2\n');
  expect(other.status).toBe(4);
  expect(other.stdout).toContain('Not the code of the scanner check: “5CD1234XY2”');
  const prefixed = piped(`D${checkCode}\n`);
  expect(prefixed.status).toBe(4);
  expect(prefixed.stdout).toContain('Turn off the prefix');
});

/** Runs it in a pseudo-terminal, and types when it asks for the scan. */
async function inTerminal(typed: string): Promise<{ status: number | null; text: string }> {
  const command = `'${process.execPath}' '${prestage}' scanner`;
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null']);
  return await new Promise((resolve, reject) => {
    let text = '';
    let asked = false;
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (asked || !text.includes('Scan the code')) return;
      asked = true;
      child.stdin.write(typed);
    });
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, text });
    });
  });
}

it('reads a scan in a terminal, which ends with a pause', async () => {
  const { status, text } = await inTerminal(`${checkCode}\r\r`);
  expect(text).toContain('came through as printed');
  expect(text).toMatch(/behind +Enter, Enter/);
  expect(status).toBe(0);
});

it('is cancelled in a terminal by Ctrl+C', async () => {
  expect((await inTerminal('\u0003')).status).toBe(130);
});
