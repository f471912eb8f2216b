import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MiB } from '../../core/base/units';
import type { AppRequest } from '../../core/contract/app';
import type { ShownErase } from '../../core/sanitise/choose';
import { sanitisedSchema, type Sanitised } from '../../core/sanitise/sanitised';
import { TestApp } from '../support/app-service';
import { benchDrives, errorOf, reportOf, runCli, type CliResult, type ListedDrive } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops, isRoot } from '../support/loop';
import { ModelledDrive, ModelledPrograms } from '../support/modelled-drive';
import { pdfText } from '../support/pdf-text';
import { present } from '../support/present';
import { makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/**
 * What a SATA drive hides is opened and erased with it: the real helper and hdparm on a model of a drive (modelled-drive.c), which
 * obeys READ NATIVE MAX, SET MAX, ACCESSIBLE MAX ADDRESS and DEVICE CONFIGURATION as the standards say, or does not.
 */

let area: string;
let programs: ModelledPrograms;
let media: MadeMedia;
let scenes = 0;
beforeAll(async () => {
  if (!isRoot) return;
  area = temporaryArea('hidden-areas');
  programs = await ModelledPrograms.build(area);
  media = await makeMedia(join(area, 'media'), { smallFiles: 3 });
});
afterAll(() => {
  detachAllLoops();
  if (isRoot) removeArea(area);
});

const old = Buffer.from('what the last owner kept');
const secret = Buffer.from('what the last owner hid');
/** Bytes that a drive hides, and sectors of them. */
const hidden = 4 * MiB;
const sectors = hidden / 512;

interface Scene {
  readonly drive: ListedDrive;
  readonly model: ModelledDrive;
  /** Bytes that the drive has without what it hides, and with it. */
  readonly size: number;
  readonly whole: number;
  readonly content: string;
  readonly bench: string;
  readonly state: string;
  readonly run: (...args: string[]) => Promise<CliResult>;
  readonly sanitise: (...more: string[]) => Promise<CliResult>;
}

/** A drive of 16 MiB, or more, that hides 4 MiB behind them. `native` and `real` are in its facts where it does. */
async function scene(
  facts: (whole: number) => Readonly<Record<string, number | string>>,
  size = 16 * MiB,
): Promise<Scene> {
  const number = (scenes += 1);
  const [bench, state] = [join(area, `bench-${number}`), join(area, `state-${number}`)];
  const whole = size + hidden;
  await makeBench(bench, 1, `${whole / MiB}M`);
  const content = present((await benchDrives(bench))[0]).path;
  const fd = openSync(content, 'r+');
  for (let at = 0; at < 16 * MiB; at += 65_536) writeSync(fd, old, 0, old.length, at);
  for (let at = size; at < whole; at += 65_536) writeSync(fd, secret, 0, secret.length, at);
  fsyncSync(fd);
  closeSync(fd);
  attachLoop(content, 512, size);
  const drive = present((await benchDrives(bench))[0]);
  expect(drive.size).toBe(size);
  const model = new ModelledDrive('ata', drive.path, join(area, `model-${number}`), {
    ...{ serial: drive.serial ?? '', visible: size / 512, native: size / 512, offers: 0xf000 },
    ...facts(whole / 512),
  });
  const run: Scene['run'] = async (...args) =>
    await programs.run([...args, '--bench', bench, '--state', state, '--json'], model);
  const sanitise: Scene['sanitise'] = async (...more) =>
    await run('sanitise', '--drive', drive.id, '--yes', ...more);
  return { drive, model, size, whole, content, bench, state, run, sanitise };
}

const hpa = (whole: number): Record<string, number> => ({ native: whole });

function sanitisedOf(run: CliResult): Sanitised & { readonly drive: string } {
  try {
    return z.object({ drive: z.string(), ...sanitisedSchema.shape }).parse(JSON.parse(run.stdout));
  } catch (error) {
    throw new Error(`no report (exit ${run.status}): ${run.stdout}\n${run.stderr}`, { cause: error });
  }
}

const holds = ({ content }: Scene, what: Buffer): boolean => readFileSync(content).includes(what);
const erasures = ({ state }: Scene): string[] => readdirSync(join(state, 'erasures'));
const listed = async ({ bench }: Scene): Promise<ListedDrive> => present((await benchDrives(bench))[0]);
const told = ({ model }: Scene): string => model.facts['sent'] ?? '';

/** The drive as `prestage drives` tells of it. */
async function inList(at: Scene, ...more: string[]): Promise<unknown> {
  const { id } = await listed(at);
  const form = z.object({ drives: z.array(z.looseObject({ id: z.string() })) });
  const { drives } = form.parse(JSON.parse((await at.run('drives', ...more)).stdout));
  return drives.find((one) => one.id === id);
}

async function entries({ state }: Scene): Promise<Record<string, unknown>[]> {
  const form = z.object({
    entries: z.array(z.object({ json: z.object({ record: z.record(z.string(), z.unknown()) }) })),
  });
  const { stdout } = await runCli(['ledger', 'export', '--format', 'json', '--state', state]);
  return form.parse(JSON.parse(stdout)).entries.map(({ json }) => json.record);
}

describe.skipIf(!isRoot).concurrent('a drive that hides an area', () => {
  it.each([
    ['a host protected area', hpa, '37 b412', 'hpa'],
    ['one by ACS-3 (AMAC)', (whole: number) => ({ native: whole, amac: 1 }), '78 b412', 'hpa'],
    ['a configuration (DCO)', (whole: number) => ({ real: whole }), 'b1c0 b412', 'dco'],
  ] as const)('%s: it is opened, is one drive with the rest, and is purged', async (_, facts, sent, kind) => {
    const at = await scene(facts);
    const done = sanitisedOf(await at.sanitise('--level', 'purge'));
    expect(done).toMatchObject({
      ...{ outcome: 'erased', nist: 'purge', method: 'ata-sanitize-block', before: { size: at.whole } },
      hidden: [{ kind, bytes: hidden, reached: true, opened: true }],
    });
    expect(told(at)).toBe(sent);
    expect([holds(at, old), holds(at, secret)]).toEqual([false, false]);
    // It is listed as a larger drive, with another id.
    const now = await listed(at);
    expect([now.size, now.id === done.drive, now.id === at.drive.id]).toEqual([at.whole, true, false]);
    expect(erasures(at)).toEqual([]);
  });

  it('of both kinds: the protected area first, because a configuration is restored only without one', async () => {
    const at = await scene((whole) => ({ native: whole - 2048, real: whole }));
    const done = sanitisedOf(await at.sanitise());
    expect(done).toMatchObject({ outcome: 'erased', nist: 'purge', before: { size: at.whole } });
    expect(done.hidden.map(({ kind, opened }) => [kind, opened])).toEqual([
      ['hpa', true],
      ['dco', true],
    ]);
    expect(told(at)).toBe('37 b1c0 b412');
    expect(holds(at, secret)).toBe(false);
  });

  it('is overwritten and read back over all of it where it cannot erase itself; papers tell', async () => {
    const at = await scene((whole) => ({ native: whole, offers: 0 }));
    const certificate = join(area, 'grown.pdf');
    const done = sanitisedOf(await at.sanitise('--certificate', certificate));
    expect(done).toMatchObject({ outcome: 'erased', nist: 'clear', bytesReadBack: at.whole });
    expect(holds(at, secret)).toBe(false);
    expect(pdfText(readFileSync(certificate)).join(' ')).toMatch(
      /host protected area \(HPA\) of 4\.0 MiB: opened, and erased with it/,
    );
    // Its beginning is told of by either size, until its end is.
    const records = await entries(at);
    expect(records.map(({ drive }) => (drive as { size: number }).size)).toEqual([
      at.size,
      at.whole,
      at.whole,
    ]);
    const begun = join(area, 'grown-begun.pdf');
    const made = await runCli([
      'ledger',
      'certificate',
      '--state',
      at.state,
      '--entry',
      '1',
      '--output',
      begun,
    ]);
    expect(made.status, made.stderr).toBe(0);
    expect(readFileSync(begun).equals(readFileSync(certificate))).toBe(true);
    expect((await runCli(['ledger', 'verify', '--state', at.state])).status).toBe(0);
    const csv = await runCli(['ledger', 'export', '--format', 'csv', '--state', at.state]);
    expect(csv.stdout).toContain(`hpa ${hidden} opened`);
  });

  it('is shown with the size that it will have, before anything starts', async () => {
    const at = await scene(hpa);
    expect(await inList(at, '--erase')).toMatchObject({
      erase: { lift: at.whole, hidden: [{ kind: 'hpa', bytes: hidden }] },
    });
    const where = ['--bench', at.bench, '--state', at.state];
    const { stdout } = await programs.run(['drives', '--erase', ...where], at.model);
    expect(stdout).toMatch(/block erase \(purge\)\. It hides 4\.0 MiB \(HPA\)\. .* which then has 20\.0 MiB/);
    expect(told(at)).toBe('');
  });

  it('keeps it where that is wanted, which is recorded', async () => {
    const at = await scene(hpa);
    expect(errorOf(await at.sanitise('--keep-hidden-areas', '--level', 'purge')).code).toBe(
      'sanitise-too-weak',
    );
    const done = sanitisedOf(await at.sanitise('--keep-hidden-areas'));
    expect(done).toMatchObject({ outcome: 'erased', nist: 'clear', before: { size: at.size } });
    expect(done.hidden).toEqual([{ kind: 'hpa', bytes: hidden, reached: false, left: true }]);
    expect([told(at), holds(at, old), holds(at, secret)]).toEqual(['b412', false, true]);
    expect((await listed(at)).id).toBe(at.drive.id);
  });
});

describe.skipIf(!isRoot).concurrent('a drive that does not give up what it hides', () => {
  it.each([
    ['because that is locked', { maxlocked: 1 }, /It refused: SET_MAX_ADDRESS\(_EXT\) failed/],
    ['because it did so once since it has power', { once: 1 }, /It refused/],
    ['though it says yes', { keeps: 1 }, /stayed as it was/],
    ['in the eyes of the kernel', { deaf: 1 }, /still sees its old size/],
  ])('%s: is a clear, and its area is named as not reached', async (_, facts, why) => {
    const at = await scene((whole) => ({ native: whole, ...facts }));
    const done = sanitisedOf(await at.sanitise());
    expect(done).toMatchObject({ outcome: 'erased', nist: 'clear', before: { size: at.size } });
    expect(done.hidden).toMatchObject([
      { kind: 'hpa', reached: false, why: expect.stringMatching(why) as string },
    ]);
    expect([told(at), holds(at, old), holds(at, secret)]).toEqual(['37 b412', false, true]);
    expect(erasures(at)).toEqual([]);
  });

  it('is not erased where a purge is demanded, and the record says so', async () => {
    const at = await scene((whole) => ({ native: whole, maxlocked: 1 }));
    const run = await at.sanitise('--level', 'purge');
    expect(run.status).toBe(4);
    expect(sanitisedOf(run)).toMatchObject({
      outcome: 'not-erased',
      why: expect.stringMatching(
        /did not give up its hidden area.*A purge is demanded: nothing was erased/,
      ) as string,
    });
    expect([told(at), holds(at, old), holds(at, secret)]).toEqual(['37', true, true]);
    expect((await entries(at)).at(-1)).toMatchObject({ sanitised: { outcome: 'not-erased' } });
    expect(erasures(at)).toEqual([]);
  });

  it('has a frozen configuration: whether it hides one is not known, and it is no purge', async () => {
    const at = await scene((whole) => ({ real: whole, dcofrozen: 1 }));
    expect(errorOf(await at.sanitise('--level', 'purge'))).toMatchObject({
      code: 'sanitise-too-weak',
      cause: expect.stringContaining('DCO') as string,
    });
    expect(sanitisedOf(await at.sanitise())).toMatchObject({ outcome: 'erased', nist: 'clear', hidden: [] });
    expect([told(at), holds(at, secret)]).toEqual(['b412', true]);
  });

  it('gives up only a part: is not erased at all, and is confirmed anew', async () => {
    // Of a configuration that stays when the protected area is gone, the size is neither the old nor the confirmed one.
    const at = await scene((whole) => ({ native: whole - 2048, real: whole, dcokeeps: 1 }));
    const run = await at.sanitise();
    expect(errorOf(run).code).toBe('drive-changed');
    expect([holds(at, old), holds(at, secret)]).toEqual([true, true]);
    expect((await listed(at)).size).toBe(at.whole - 2048 * 512);
  });
});

describe.skipIf(!isRoot).concurrent('a drive that lies', () => {
  it.each([
    ['tells another serial once it is open', { becomes: 'ANOTHER1' }, /serial was .* and is now ANOTHER1/],
    ['grows beyond what was shown', { jumps: 2048 }, /it now has \d+ bytes, and \d+ were confirmed/],
    ['hides more once it is open', { swells: 4096 }, /hides more than was shown/],
  ])('and %s, is not erased', async (_, facts, why) => {
    // What it grows by is there in its file.
    const at = await scene((whole) => ({ native: whole - sectors / 2, ...facts }));
    const run = await at.sanitise();
    expect([run.status, errorOf(run).code]).toEqual([3, 'drive-changed']);
    expect(errorOf(run).message).toMatch(why);
    expect([told(at), holds(at, old), holds(at, secret)]).toEqual(['37', true, true]);
    expect((await entries(at)).at(-1)).toMatchObject({ sanitised: { outcome: 'not-known' } });
  });

  it('about its native size, is found out by what is read back', async () => {
    const at = await scene((whole) => ({ native: whole, lies: 1 }));
    expect(sanitisedOf(await at.sanitise())).toMatchObject({
      outcome: 'not-erased',
      before: { size: at.whole },
    });
  });
});

describe.skipIf(!isRoot).concurrent('a power cut', () => {
  it('between opening and erasing: the drive that came back larger goes on, and the record tells what it hid', async () => {
    const at = await scene((whole) => ({ native: whole, offers: 0, security: 0x01, dies: 0xf1 }));
    expect(errorOf(await at.sanitise()).code).toBe('helper-died');
    expect([told(at), (await listed(at)).size]).toEqual(['37', at.whole]);
    expect(erasures(at)).toHaveLength(2);
    const { id } = await listed(at);
    expect(await inList(at)).toMatchObject({ past: { lastBad: { state: 'erase-unfinished' } } });
    const done = sanitisedOf(await at.run('sanitise', '--drive', id, '--yes'));
    expect(done).toMatchObject({
      ...{ outcome: 'erased', before: { size: at.whole } },
      hidden: [{ kind: 'hpa', bytes: hidden, reached: true, opened: true }],
    });
    expect([told(at), holds(at, secret)]).toEqual(['37 f1 f3 f4', false]);
    expect(erasures(at)).toEqual([]);
  });

  it('before it was opened: it begins again as it was', async () => {
    const at = await scene((whole) => ({ native: whole, dies: 0x37 }));
    expect(errorOf(await at.sanitise()).code).toBe('helper-died');
    expect((await listed(at)).id).toBe(at.drive.id);
    expect(sanitisedOf(await at.sanitise())).toMatchObject({ outcome: 'erased', before: { size: at.whole } });
    expect([told(at), holds(at, secret), erasures(at)]).toEqual(['37 b412', false, []]);
  });
});

describe.skipIf(!isRoot).concurrent('a job on a drive that hides an area', () => {
  const big = 1024 * MiB;
  const apply = async (at: Scene, ...more: string[]): Promise<CliResult> =>
    await at.run(
      ...['apply', '--media', media.path, '--layout', 'uefi', '--drive', `${at.drive.id}=HIDING001`, '--yes'],
      ...['--sanitise', ...more],
    );

  it('writes the image for the size that it has then, and is verified as that', async () => {
    const at = await scene(hpa, big);
    expect(reportOf(await apply(at)).jobs).toMatchObject([{ state: 'done' }]);
    const now = await listed(at);
    expect(now.size).toBe(at.whole);
    const ended = (await entries(at)).findLast(({ kind }) => kind === 'job-ended');
    expect(ended).toMatchObject({
      job: { drive: { id: now.id, size: at.whole } },
      sanitised: { outcome: 'erased', nist: 'purge', hidden: [{ opened: true }] },
    });
    const read = await at.run('verify', '--drive', now.id);
    expect(read.status, read.stdout + read.stderr).toBe(0);
    expect(erasures(at)).toEqual([]);
  });

  it('is not written where it keeps it, and is where that is wanted', async () => {
    const at = await scene((whole) => ({ native: whole, maxlocked: 1 }), big);
    const report = reportOf(await apply(at));
    expect(report.jobs).toMatchObject([{ state: 'failed', reason: { code: 'drive-not-erased' } }]);
    expect([told(at), holds(at, old)]).toEqual(['37', true]);
    const kept = await apply(at, '--keep-hidden-areas', '--again', 'It keeps its area');
    expect(reportOf(kept).jobs).toMatchObject([{ state: 'done' }]);
    expect([told(at), holds(at, secret)]).toEqual(['37 b412', true]);
  });
});

describe.skipIf(!isRoot).concurrent('the app', () => {
  const open = async (at: Scene): Promise<TestApp> => {
    const app = await TestApp.open(at.state, at.bench, programs.helperFor(at.model));
    await app.until(({ drives }) => drives.drives.some(({ id }) => id === at.drive.id), 'the drive');
    await app.handlers.setBatch({ operator: 'Mia' });
    return app;
  };
  // Loop devices are no hardware: their plans tell nothing, and what would be shown of a drive is given here.
  const shownAs = (size: number): ShownErase => ({
    ...{ method: 'ata-sanitize-block', nist: 'clear', lift: { size, nist: 'purge' } },
  });
  const wish = (app: TestApp, { drive: { id } }: Scene, shown: ShownErase): AppRequest<'eraseDrives'> => {
    const { attachment } = present(app.state.drives.drives.find((one) => one.id === id));
    return { drives: [{ driveId: id, attachment, shown }], reason: null };
  };

  it('erases what was shown, and follows the drive to its new id', async () => {
    const at = await scene((whole) => ({ native: whole, left: 4 }));
    const app = await open(at);
    try {
      await app.handlers.eraseDrives(wish(app, at, shownAs(at.whole)));
      const ended = await app.until(
        ({ erasures, drives }) =>
          erasures.some(({ status }) => status === 'ended') &&
          drives.drives.some(({ size }) => size === at.whole),
        'an erase that has ended',
      );
      const { id } = present(ended.drives.drives.find(({ size }) => size === at.whole));
      expect(ended.erasures).toMatchObject([
        { driveId: id, sanitised: { outcome: 'erased', nist: 'purge' } },
      ]);
      await app.handlers.dismissErase({ driveId: id });
      await app.until(({ erasures }) => erasures.length === 0, 'no card');
    } finally {
      await app.service.close();
    }
    expect(holds(at, secret)).toBe(false);
  });

  it('touches nothing where the drive would have another size than was shown', async () => {
    const at = await scene(hpa);
    const app = await open(at);
    try {
      await app.handlers.eraseDrives(wish(app, at, shownAs(at.whole + 512)));
      const { erasures } = await app.until(
        (state) => state.erasures.some(({ status }) => status === 'failed'),
        'a refusal',
      );
      expect(erasures).toMatchObject([{ driveId: at.drive.id, error: { code: 'sanitise-changed' } }]);
    } finally {
      await app.service.close();
    }
    expect([told(at), holds(at, old), await entries(at)]).toEqual(['', true, []]);
  });

  it('shows the card of a job at the drive that it has become', async () => {
    const at = await scene((whole) => ({ native: whole, left: 4 }), 1024 * MiB);
    const app = await open(at);
    try {
      await app.service.jobs.start({
        ...{ mediaPath: media.path, imageIndex: 1, layoutName: 'uefi', expectSha256: null, operator: 'Mia' },
        ...{ assignments: [{ driveId: at.drive.id, machineSerial: 'HIDING002' }], benchDirectory: at.bench },
        ...{ againReason: null, workOrder: null, bays: [], healthRules: [], checkSize: false, proof: null },
        ...{ sanitise: true, eraseShown: new Map([[at.drive.id, shownAs(at.whole)]]) },
      });
      const { jobs, drives } = await app.until(
        (state) => state.jobs.some(({ state: job }) => ['done', 'failed'].includes(job.state)),
        'a job that has ended',
      );
      const { id } = present(drives.drives.find(({ size }) => size === at.whole));
      expect(jobs).toMatchObject([{ driveId: id, state: { state: 'done' } }]);
    } finally {
      await app.service.close();
    }
    expect(holds(at, secret)).toBe(false);
  });
});
