import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { benchDrives, prestage, reportOf, runCli } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { heldPrograms } from '../support/held-programs';
import { Hold } from '../support/hold';
import { makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** Tests hold a helper of their own. The one that ships cannot be held, whatever a user prepares for it. */

const bundles = ['helper.code', 'drive-worker'];
let area: string;
let media: MadeMedia;

beforeAll(async () => {
  area = temporaryArea('hold');
  media = await makeMedia(join(area, 'media'), { smallFiles: 10 });
});
afterAll(() => {
  removeArea(area);
});

async function applyArguments(name: string, count = 1): Promise<string[]> {
  const bench = join(area, `bench-${name}`);
  await makeBench(bench, count);
  const drives = await benchDrives(bench);
  return [
    ...['apply', '--media', media.path, '--bench', bench, '--state', join(area, `state-${name}`)],
    ...drives.flatMap(({ id }, index) => ['--drive', `${id}=HOLD0000${index + 1}`]),
    ...['--yes', '--json'],
  ];
}

const sourcesOf = (folder: string, bundle: string): string[] =>
  z
    .object({ sources: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(folder, `${bundle}.cjs.map`), 'utf8')))
    .sources.map((source) => source.replace(/^(\.\.\/)+/, ''));

describe('the helper that ships', () => {
  it('goes through every phase while somebody waits to hold it', async () => {
    const temporary = join(area, 't');
    let arrivals = 0;
    const hold = await Hold.at('erasing', temporary);
    hold.release();
    const server = createServer(() => (arrivals += 1));
    await new Promise<void>((listening) => server.listen(join(temporary, 'prestage-hold.sock'), listening));
    try {
      const run = await runCli(await applyArguments('ships'), { env: hold.environment });
      expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['done']);
      expect(arrivals).toBe(0);
    } finally {
      server.close();
    }
  });

  it.each(bundles)('has nothing of the tests in its %s', (bundle) => {
    const folder = resolve(prestage, '..');
    expect(sourcesOf(folder, bundle).filter((source) => source.startsWith('test/'))).toEqual([]);
    expect(readFileSync(join(folder, `${bundle}.cjs`), 'utf8')).not.toContain('prestage-hold');
  });

  it('would be told from one that can be held', () => {
    const held = readFileSync(join(heldPrograms(), 'dist/drive-worker.cjs'), 'utf8');
    expect(held).toContain('prestage-hold');
  });
});

describe('the helper of the tests', () => {
  it('is held until it is released, and then finishes', async () => {
    const hold = await Hold.at('sealing', join(area, 'h'));
    let released = false;
    const running = runCli(await applyArguments('held'), {
      program: join(heldPrograms(), 'dist/prestage.cjs'),
      env: hold.environment,
    }).then((run) => {
      expect(released).toBe(true);
      return run;
    });
    await Promise.race([hold.reached(1), running]);
    released = true;
    hold.release();
    expect(reportOf(await running).jobs.map(({ state }) => state)).toEqual(['done']);
  });
});

describe('drives that are read back together', () => {
  it('compare with what one of them has hashed, which is recorded', async () => {
    const hold = await Hold.at('verifying', join(area, 'w'));
    const program = join(heldPrograms(), 'dist/prestage.cjs');
    const running = runCli(await applyArguments('window', 5), { program, env: hold.environment });
    await Promise.race([hold.reached(5), running]);
    // One hashes all; the next one comes after it, while three more are being read back, and compares.
    for (const ended of [1, 2]) {
      hold.releaseOne();
      await Promise.race([hold.passed('sealing', ended), running]);
    }
    hold.release();
    expect(reportOf(await running).jobs.map(({ state }) => state)).toEqual(Array(5).fill('done'));
    const state = join(area, 'state-window');
    const { stdout } = await runCli(['ledger', 'export', '--format', 'json', '--state', state], { program });
    // Its keys are in the order of their letters.
    const found = [...stdout.matchAll(/(?:"chunksCompared":\s*(\d+),\s*)?"chunksVerified":\s*(\d+)/g)].map(
      ([, compared, all]) => ({ all: Number(all), compared: Number(compared ?? 0) }),
    );
    expect(found).toHaveLength(5);
    // But for the first, before which it was held, and those whose slots were taken by later ones.
    const most = Math.max(...found.map(({ compared }) => compared));
    expect(most).toBeGreaterThanOrEqual((found[0]?.all ?? 0) - 10);
    expect(Math.min(...found.map(({ compared }) => compared))).toBeLessThanOrEqual(4);
  });
});
