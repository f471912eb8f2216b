import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB, MiB } from '../../core/base/units';
import { drivePastSchema, type DrivePast } from '../../core/ledger/drive-past';
import { runCli } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { heldPrograms } from '../support/held-programs';
import { Hold } from '../support/hold';
import { runAtTerminal } from '../support/refusal-run';
import {
  apply,
  applyArguments,
  makeStation,
  nextMachine,
  type RefusalStation,
} from '../support/refusal-station';
import { makeMedia, type MadeMedia } from '../support/wim';

let area: string;
let media: MadeMedia;

beforeAll(async () => {
  area = temporaryArea('drive-past');
  media = await makeMedia(join(area, 'media'), { smallFiles: 60 });
});
afterAll(() => {
  removeArea(area);
});

const today = new Date().toISOString().slice(0, 10);
const listForm = z.object({ drives: z.array(z.object({ past: drivePastSchema.nullable() })) });

async function listed(
  at: RefusalStation,
): Promise<{ readonly past: DrivePast | null; readonly text: string }> {
  const args = ['drives', '--bench', at.bench, '--state', at.state];
  const [json, text] = [await runHere([...args, '--json']), await runHere(args)];
  expect([json.status, text.status], json.stderr + text.stderr).toEqual([0, 0]);
  return { past: listForm.parse(JSON.parse(json.stdout)).drives[0]?.past ?? null, text: text.stdout };
}

/** What the question shows, which is answered with no. */
async function question(at: RefusalStation): Promise<string> {
  let shown = '';
  const run = await runAtTerminal(
    applyArguments(at, { media: media.path, yes: false }),
    join(at.folder, 'output.json'),
    (screen) => {
      shown = screen;
      return Promise.resolve('no');
    },
    { TMPDIR: at.temporary },
  );
  expect(run.status).toBe(3);
  return shown;
}

/** Whatever the drive had before. */
const again = ['--again', 'Tested once more'];

const write = async (at: RefusalStation, machine: string): Promise<void> => {
  const drives = [`${at.drives[0].id}=${machine}`];
  const run = await apply(at, { media: media.path, drives, more: again });
  expect(run.status, run.stdout).toBe(0);
};

/** Writes the drive for a machine, and has it give back other bytes than were written. */
async function failFor(at: RefusalStation, machine: string): Promise<void> {
  const hold = await Hold.at('verifying', join(area, `hold-${machine}`));
  try {
    const drives = [`${at.drives[0].id}=${machine}`];
    const args = applyArguments(at, { media: media.path, drives, more: again });
    const run = await runCli(args, {
      program: join(heldPrograms(), 'dist/prestage.cjs'),
      env: hold.environment,
      onStart: () => {
        void hold.reached(1).then(() => {
          const file = openSync(at.drives[0].path, 'r+');
          const other = Buffer.alloc(4096, 0x5a);
          for (let place = MiB; place < GiB - MiB; place += MiB) writeSync(file, other, 0, 4096, place);
          closeSync(file);
          hold.release();
        });
      },
    });
    expect(run.status, run.stdout).toBe(4);
    expect(run.stdout).toContain('verify-mismatch');
  } finally {
    hold.release();
  }
}

describe("a drive's past at the command line", () => {
  it('names the finished image, then the failure that took it, in list and question', async () => {
    const at = await makeStation(area, 'rewritten');
    expect(await listed(at)).toMatchObject({ past: { holds: null, lastBad: null, failures: 0 } });
    const [first, second] = [nextMachine(), nextMachine()];
    await write(at, first);
    const finished = await listed(at);
    expect(finished.past).toMatchObject({ holds: { machineSerial: first, shipped: null }, lastBad: null });
    expect(finished.text).toContain(`Holds the image for ${first}, not shipped`);
    expect(await question(at)).toContain(`Holds the image for ${first}, not shipped`);

    await failFor(at, second);
    const failed = await listed(at);
    expect(failed.past).toMatchObject({
      holds: null,
      lastBad: { state: 'failed', reason: 'Read-back failed', touched: true },
      failures: 1,
    });
    const words = `Failed once on ${today}: Read-back failed`;
    for (const text of [failed.text, await question(at)]) {
      expect(text).toContain(words);
      expect(text).not.toContain(first);
    }

    await write(at, second);
    expect((await listed(at)).past).toMatchObject({
      holds: { machineSerial: second },
      lastBad: null,
      failures: 0,
    });
  });

  it('holds nothing that was wiped elsewhere, and says where the image went', async () => {
    const at = await makeStation(area, 'shipped-then-wiped');
    const machine = nextMachine();
    await write(at, machine);
    const bundle = join(at.folder, 'lot.zip');
    const ship = ['ship', '--number', 'LOT-7', '--machine', machine, '--output', bundle, '--state', at.state];
    const shipped = await runHere(ship);
    expect(shipped.status, shipped.stderr).toBe(0);
    const words = `Holds the image for ${machine}, shipped as LOT-7`;
    expect((await listed(at)).text).toContain(words);
    expect(await question(at)).toContain(words);
    truncateSync(at.drives[0].path, 0);
    truncateSync(at.drives[0].path, GiB);
    expect((await listed(at)).past).toMatchObject({ holds: null, lastBad: null });
  });

  it('lists the drives all the same when the ledger cannot be read, and says so', async () => {
    const at = await makeStation(area, 'broken');
    await write(at, nextMachine());
    writeFileSync(join(at.state, 'ledger.db'), 'not a ledger');
    const run = await runHere(['drives', '--bench', at.bench, '--state', at.state, '--json']);
    expect(run.status).toBe(0);
    expect(run.stderr).toContain('note: what the drives hold is not known');
    expect(listForm.parse(JSON.parse(run.stdout)).drives[0]?.past).toBeNull();
  });
});
