import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sanitisedSchema } from '../../core/sanitise/sanitised';
import { benchDrives, errorOf, reportOf, runCli } from '../support/cli';
import { runUntilCut } from '../support/power-cut';
import { removeArea, temporaryArea } from '../support/global-setup';
import { Hold } from '../support/hold';
import { present } from '../support/present';
import { pdfText } from '../support/pdf-text';
import { makeBench } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';

/** Drives are erased by the command line: alone, and before an image goes on. Virtual drives are overwritten and read back. */

let area: string;
beforeAll(() => {
  area = temporaryArea('sanitise');
});
afterAll(() => {
  removeArea(area);
});

const old = Buffer.from('what the last owner kept');
const state = (): string => join(area, 'state');
const bench = (): string => join(area, 'bench');

/** Leaves old data near the end of a drive, where no image reaches. */
function leave(path: string, at: number): void {
  const fd = openSync(path, 'r+');
  try {
    writeSync(fd, old, 0, old.length, at);
  } finally {
    closeSync(fd);
  }
}

describe('a drive with old data', () => {
  it('is erased, read back, written and recorded in one job; alone it needs a reason when it is finished', async () => {
    await makeBench(bench(), 2, '1G');
    const [first, second] = await benchDrives(bench());
    const drive = present(first);
    leave(drive.path, 900 * 1024 * 1024);
    const { path: media } = await makeMedia(join(area, 'media'), { smallFiles: 3 });
    const at = ['--bench', bench(), '--state', state(), '--json'];
    const applied = await runCli([
      'apply',
      '--media',
      media,
      '--sanitise',
      '--drive',
      `${drive.id}=ERASED001`,
      '--yes',
      ...at,
    ]);
    expect(reportOf(applied).jobs.map((job) => job.state)).toEqual(['done']);
    expect(applied.stderr).toContain('erasing securely');
    expect(readFileSync(drive.path).includes(old)).toBe(false);
    const exported = await runCli(['ledger', 'export', '--format', 'csv', '--state', state()]);
    const [head = '', line = ''] = exported.stdout.split('\r\n');
    expect(head).toMatch(/eraseMethod,eraseLevel,eraseOutcome,/);
    expect(line).toMatch(/,overwrite,clear,erased,/);

    const refused = await runCli(['sanitise', '--drive', drive.id, '--yes', ...at]);
    expect(errorOf(refused).code).toBe('drive-holds-finished');
    const again = await runCli(['sanitise', '--drive', drive.id, '--yes', '--again', 'Sent back', ...at]);
    expect(again.status, again.stderr).toBe(0);
    const form = z.strictObject({
      drive: z.string(),
      ...sanitisedSchema.shape,
      health: z.null(),
      ledgerEntry: z.int(),
    });
    const report = form.parse(JSON.parse(again.stdout));
    expect(report).toMatchObject({ outcome: 'erased', nist: 'clear', bytesReadBack: 1024 ** 3 });
    expect(report.before.table).toBe('gpt');
    expect(readdirSync(join(state(), 'erasures'))).toEqual([]);
    const listed = await runCli(['ledger', 'list', '--state', state(), '--json']);
    // The machine's finished drive is taken back before its drive is touched.
    expect(listed.stdout).toContain('erased on purpose: Sent back');

    const other = present(second);
    const wrong = await runCli([
      'sanitise',
      '--drive',
      other.id,
      '--yes',
      '--method',
      'nvme-sanitize-block',
      ...at,
    ]);
    expect(errorOf(wrong).code).toBe('sanitise-unavailable');
    const nobody = await runCli(['sanitise', '--drive', other.id, ...at]);
    expect(errorOf(nobody).code).toBe('not-confirmed');
    const drives = await runCli(['drives', '--erase', '--bench', bench(), '--state', state()]);
    expect(drives.stdout).toContain('Overwrite with zeros (clear)');
  });
});

describe('a drive that is erased for no machine', () => {
  it('has a certificate, lines and a past, and is refused where more is demanded', async () => {
    const small = join(area, 'small');
    await makeBench(small, 1, '64M');
    const drive = present((await benchDrives(small))[0]);
    const its = join(area, 'small-state');
    const at = ['--bench', small, '--state', its];
    const demand = ['--drive', drive.id, '--level', 'purge', '--yes', '--json', ...at];
    expect(errorOf(await runCli(['sanitise', ...demand])).code).toBe('sanitise-too-weak');
    const certificate = join(area, 'erased.pdf');
    const erase = ['sanitise', '--drive', drive.id, '--yes', '--certificate', certificate, ...at];
    const done = await runCli(erase);
    expect(done.status, done.stderr).toBe(0);
    const paper = JSON.stringify(pdfText(readFileSync(certificate)));
    expect(paper).toMatch(/ERASED.*Overwrite with zeros.*clear/s);
    // A certificate is never written over, and then nothing is erased.
    expect((await runCli(erase)).stderr).toContain('exists already');

    // Of the entry that it began, the certificate is that of its end; of what is no such entry there is none.
    const made = ['ledger', 'certificate', '--state', its, '--entry'];
    const begun = join(area, 'begun.pdf');
    expect((await runCli([...made, '1', '--output', begun])).status).toBe(0);
    expect(readFileSync(begun).equals(readFileSync(certificate))).toBe(true);
    const none = await runCli([...made, '3', '--output', join(area, 'none.pdf')]);
    expect(none.stderr).toContain('has no entry 3');

    const csv = await runCli(['ledger', 'export', '--format', 'csv', '--state', its]);
    expect(csv.stdout.split('\r\n').map((line) => line.split(',')[3])).toEqual([
      ...['result', 'erase-begun', 'erased', undefined],
    ]);
    const past = await runCli(['drives', ...at]);
    expect(past.stdout).toMatch(/Erased, \d{4}-/);
  });
});

describe('a power cut while a drive is erased', () => {
  it('leaves it unfinished in its past, alone and in a job, until it is erased again', async () => {
    const cut = join(area, 'cut-bench');
    await makeBench(cut, 2, '1G');
    const drives = await benchDrives(cut);
    const [alone, inJob] = [present(drives[0]), present(drives[1])];
    const cutState = join(area, 'cut-state');
    const at = ['--bench', cut, '--state', cutState, '--json'];
    const { path: media } = await makeMedia(join(area, 'cut-media'), { smallFiles: 3 });
    const commands = [
      ['sanitise', '--drive', alone.id, '--yes', ...at],
      ['apply', '--media', media, '--sanitise', '--drive', `${inJob.id}=ERASED002`, '--yes', ...at],
    ];
    for (const [index, command] of commands.entries()) {
      const hold = await Hold.at('sanitising', join(area, `cut-${index}`));
      const run = await runUntilCut(command, hold);
      expect(run.status).toBe(137);
    }
    const pasts = async (): Promise<unknown[]> => {
      const list = await runCli(['drives', ...at]);
      const form = z.object({ drives: z.array(z.looseObject({ id: z.string(), past: z.unknown() })) });
      const told = form.parse(JSON.parse(list.stdout)).drives;
      return [alone, inJob].map(({ id }) => told.find((one) => one.id === id)?.past);
    };
    const unfinished = {
      lastBad: { state: 'erase-unfinished', reason: 'Erase not finished', touched: true },
    };
    expect((await pasts())[0]).toMatchObject(unfinished);
    // The next command that opens the station finds the job that was left open.
    const again = await runCli(['sanitise', '--drive', alone.id, '--yes', ...at]);
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'erased' });
    expect(await pasts()).toMatchObject([{ lastBad: null }, unfinished]);
    const exported = await runCli(['ledger', 'export', '--format', 'json', '--state', cutState]);
    expect(exported.stdout).toContain('The erase was broken off');
    const rewritten = await runCli(commands[1] ?? []);
    expect(reportOf(rewritten).jobs.map((job) => job.state)).toEqual(['done']);
  });
});
