import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli';
import { temporaryArea } from '../support/global-setup';
import { makeBench } from '../support/virtual-bench';

/** The helper that is started before the command line is read (station/cli/early-helper.ts). */

/** Helpers that run with this folder as TMPDIR, which nobody else has. */
function helpersWith(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const has = (file: string, part: string): boolean =>
        readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').includes(part);
      return (
        has('environ', `TMPDIR=${folder}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('helper')
      );
    } catch {
      // It ended meanwhile.
      return false;
    }
  });
}

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
    const look = setInterval(() => {
      for (const pid of helpersWith(area)) seen.add(pid);
    }, 20);
    const run = await runCli(['drives', '--bench', bench, '--json'], { env: { TMPDIR: area } });
    clearInterval(look);
    expect(run.status, run.stderr).toBe(0);
    expect(seen.size).toBe(1);
    expect(helpersWith(area)).toEqual([]);
  });
});
