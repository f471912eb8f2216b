import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli';
import { temporaryArea } from '../support/global-setup';
import { makeBench } from '../support/virtual-bench';

/** The helper that is started before the command line is read (station/cli/early-helper.ts). */

/** A file of a process in /proc; empty where it is gone. */
function part(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** What the first thread of a process started. */
const childrenOf = (pid: number): string[] =>
  part(String(pid), `task/${pid}/children`)
    .split(' ')
    .filter((child) => child !== '');

/** Helpers that run with this folder as TMPDIR, which nobody else has. */
const helpersWith = (folder: string): string[] =>
  readdirSync('/proc').filter(
    (pid) =>
      /^\d+$/.test(pid) &&
      part(pid, 'environ').split('\0').includes(`TMPDIR=${folder}`) &&
      part(pid, 'cmdline').includes('helper.cjs'),
  );

describe('the helper that starts first', () => {
  it.each([
    ['is refused', ['apply', '--media'], 2],
    ['names a drive that is none', ['apply', '--media', '/nowhere.wim', '--disk', 'first'], 2],
  ])('ends with a command line that %s, and was told nothing', async (_what, args, status) => {
    const area = temporaryArea('early');
    const { status: ended } = await runCli(args, { env: { TMPDIR: area } });
    expect(ended).toBe(status);
    expect(helpersWith(area)).toEqual([]);
    expect(readdirSync(area)).toEqual([]);
  });

  it('is the one that the command works with', async () => {
    const area = temporaryArea('early');
    const bench = join(area, 'bench');
    await makeBench(bench, 1, '1G');
    const seen = new Set<string>();
    let look: NodeJS.Timeout | undefined;
    const run = await runCli(['drives', '--bench', bench, '--json'], {
      env: { TMPDIR: area },
      onStart: ({ pid }) => {
        look = setInterval(() => {
          for (const child of childrenOf(Number(pid))) {
            if (part(child, 'cmdline').includes('helper.cjs')) seen.add(child);
          }
        }, 20);
      },
    });
    clearInterval(look);
    expect(run.status, run.stderr).toBe(0);
    expect(seen.size).toBe(1);
    expect(helpersWith(area)).toEqual([]);
  });
});
