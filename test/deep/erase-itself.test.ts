import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MiB } from '../../core/base/units';
import { sanitisedSchema, type Sanitised } from '../../core/sanitise/sanitised';
import { TestApp } from '../support/app-service';
import { benchDrives, errorOf, reportOf, runCli, type CliResult, type ListedDrive } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops, isRoot } from '../support/loop';
import { ModelledDrive, ModelledPrograms } from '../support/modelled-drive';
import { present } from '../support/present';
import { makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/**
 * Drives that erase themselves, through the command line: the real helper, nvme and hdparm on a model of a drive
 * (test/support/modelled-drive.c), which no emulation and no computer of ours has.
 */

let area: string;
let programs: ModelledPrograms;
let media: MadeMedia;
let scenes = 0;
beforeAll(async () => {
  if (!isRoot) return;
  area = temporaryArea('erase-itself');
  programs = await ModelledPrograms.build(area);
  media = await makeMedia(join(area, 'media'), { smallFiles: 3 });
});
afterAll(() => {
  detachAllLoops();
  if (isRoot) removeArea(area);
});

const old = Buffer.from('what the last owner kept');

interface Scene {
  readonly drive: ListedDrive;
  readonly model: ModelledDrive;
  /** The file below the device. */
  readonly content: string;
  readonly bench: string;
  readonly state: string;
  readonly sanitise: (more?: readonly string[], signal?: AbortSignal) => Promise<CliResult>;
  /** Writes the image to it, for machine ERASING01. */
  readonly apply: (more?: readonly string[]) => Promise<CliResult>;
}

async function scene(
  kind: ModelledDrive['kind'],
  facts: ConstructorParameters<typeof ModelledDrive>[3],
  size = '16M',
): Promise<Scene> {
  const number = (scenes += 1);
  const [bench, state] = [join(area, `bench-${number}`), join(area, `state-${number}`)];
  await makeBench(bench, 1, size);
  const content = present((await benchDrives(bench))[0]).path;
  const fd = openSync(content, 'r+');
  for (let at = 0; at < 16 * MiB; at += 65_536) writeSync(fd, old, 0, old.length, at);
  fsyncSync(fd);
  closeSync(fd);
  attachLoop(content);
  const drive = present((await benchDrives(bench))[0]);
  const model = new ModelledDrive(kind, drive.path, join(area, `model-${number}`), {
    serial: drive.serial ?? '',
    ...facts,
  });
  const at = ['--bench', bench, '--state', state, '--yes', '--json'];
  const sanitise: Scene['sanitise'] = async (more = [], signal) =>
    await programs.run(['sanitise', '--drive', drive.id, ...at, ...more], model, signal);
  const job = ['apply', '--media', media.path, '--layout', 'uefi', '--drive', `${drive.id}=ERASING01`];
  const apply: Scene['apply'] = async (more = []) => await programs.run([...job, ...at, ...more], model);
  return { drive, model, content, bench, state, sanitise, apply };
}

function sanitisedOf(run: CliResult): Sanitised {
  const form = z.object(sanitisedSchema.shape);
  try {
    return form.parse(JSON.parse(run.stdout));
  } catch (error) {
    throw new Error(`no report (exit ${run.status}): ${run.stdout}\n${run.stderr}`, { cause: error });
  }
}

const holdsOld = ({ content }: Scene): boolean => readFileSync(content).includes(old);
const erasures = ({ state }: Scene): string[] => readdirSync(join(state, 'erasures'));

/** Waits until the drive was told to erase itself. */
async function told({ model }: Scene): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((model.facts['sent'] ?? '') !== '') return;
    await sleep(50);
  }
  throw new Error('the drive was told nothing');
}

/** The helper that has this drive. */
function helperOf({ model }: Scene): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => {
    try {
      const [command, environment] = ['cmdline', 'environ'].map((file) =>
        readFileSync(`/proc/${pid}/${file}`, 'latin1'),
      );
      return (
        command?.includes('helper-modelled') === true &&
        environment?.includes(`MODEL_FILE=${model.file}\0`) === true
      );
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('the drive has no helper');
  return Number(found);
}

async function recorded({ state }: Scene): Promise<string> {
  return (await runCli(['ledger', 'export', '--format', 'json', '--state', state])).stdout;
}

describe.skipIf(!isRoot).concurrent('an NVMe drive that erases itself', () => {
  it('is told to erase its blocks, asked again where it gives no answer, and looked at', async () => {
    const at = await scene('nvme', { offers: 0b111, silent: 3 });
    // The first question is whether it is erasing itself already: what is not known then is no erase.
    const run = await at.sanitise();
    expect(sanitisedOf(run)).toMatchObject({
      outcome: 'erased',
      method: 'nvme-sanitize-block',
      nist: 'purge',
    });
    expect(at.model.facts).toMatchObject({ sent: '84', state: '1', silent: '0' });
    expect(holdsOld(at)).toBe(false);
    expect(erasures(at)).toEqual([]);
  });

  it.each([
    ['reached where Format takes all namespaces', { fna: 0b110 }, 'purge', [true]],
    ['not reached where it takes one', { fna: 0b100 }, 'clear', [false]],
    ['reached, and capacity in none is not', { fna: 0b110, spare: 4096 }, 'clear', [true, false]],
  ] as const)('and has a namespace that is not attached: %s', async (_, facts, nist, reached) => {
    const at = await scene('nvme', { offers: 0, unattached: 1, ...facts });
    const done = sanitisedOf(await at.sanitise());
    expect(done).toMatchObject({ outcome: 'erased', method: 'nvme-format-crypto', nist });
    expect(done.hidden.map((area) => area.reached)).toEqual(reached);
    expect(at.model.facts['sent']).toBe('80');
  });

  it('and says that it has while it has not, is found out by the samples', async () => {
    const at = await scene('nvme', { offers: 0b010, lies: 1 });
    const run = await at.sanitise();
    expect(run.status).toBe(4);
    expect(sanitisedOf(run)).toMatchObject({
      outcome: 'not-erased',
      why: expect.stringContaining(
        'still hold what was there before, though the drive reported that it has erased itself',
      ) as string,
    });
    expect(holdsOld(at)).toBe(true);
  });

  it('and fails at it, is told again, though nothing can be read or marked then', async () => {
    const at = await scene('nvme', { offers: 0b001, breaks: 1 });
    expect(sanitisedOf(await at.sanitise())).toMatchObject({
      outcome: 'not-erased',
      method: 'nvme-sanitize-crypto',
    });
    at.model.change({ breaks: 0 });
    // It held nothing that could be compared.
    expect(sanitisedOf(await at.sanitise()).outcome).toBe('not-known');
    expect(sanitisedOf(await at.sanitise()).outcome).toBe('erased');
    expect(at.model.facts).toMatchObject({ sent: '84 84 84', state: '1' });
  });

  it('and is cancelled, is not known to be erased, and is waited for the next time', async () => {
    const at = await scene('nvme', { offers: 0b100, left: 1000 });
    const cancel = new AbortController();
    const running = at.sanitise([], cancel.signal);
    await told(at);
    cancel.abort();
    const run = await running;
    expect(run.status).toBe(130);
    expect(sanitisedOf(run)).toMatchObject({
      outcome: 'not-known',
      why: expect.stringContaining('cannot be taken back') as string,
    });
    at.model.change({ left: 8 });
    const next = sanitisedOf(await at.sanitise());
    expect(next).toMatchObject({ outcome: 'erased', resumed: true, method: 'nvme-sanitize-overwrite' });
    // One pass, and told once.
    expect(at.model.facts).toMatchObject({ sent: '84', passes: '1' });
  });

  it('and loses its helper, as in a power cut, goes on and is still compared with what it held', async () => {
    const at = await scene('nvme', { offers: 0b010, left: 1000, lies: 1 });
    const running = at.sanitise();
    await told(at);
    process.kill(helperOf(at), 'SIGKILL');
    const run = await running;
    expect([run.status, errorOf(run).code]).toEqual([3, 'helper-died']);
    expect(erasures(at)).toHaveLength(1);
    at.model.change({ left: 8 });
    expect(sanitisedOf(await at.sanitise())).toMatchObject({ outcome: 'not-erased', resumed: true });
    expect(at.model.facts['sent']).toBe('84');
  });

  it('and was told by somebody else, is waited for and not claimed', async () => {
    const at = await scene('nvme', { offers: 0b010, state: 2, left: 4 });
    expect(sanitisedOf(await at.sanitise())).toMatchObject({
      outcome: 'not-known',
      why: expect.stringContaining('already erasing itself') as string,
    });
    expect(at.model.facts).toMatchObject({ state: '1', sent: '' });
  });
});

describe.skipIf(!isRoot).concurrent('a SATA drive that erases itself', () => {
  it.each([
    [0xf000, 'ata-sanitize-block', 'b412', 'purge'],
    // The model does not say that it turns.
    [0x5000, 'ata-sanitize-overwrite', 'b414', 'clear'],
  ] as const)('by Sanitize, word 59 %i: %s', async (offers, method, sent, nist) => {
    const at = await scene('ata', { offers });
    expect(sanitisedOf(await at.sanitise())).toMatchObject({ outcome: 'erased', method, nist });
    // Not told a number, it overwrites sixteen times.
    expect(at.model.facts).toMatchObject({ sent, passes: sent === 'b414' ? '1' : '0' });
    expect(holdsOld(at)).toBe(false);
  });

  it('and says that it has while it has not, is found out by the samples', async () => {
    const at = await scene('ata', { offers: 0x9000, lies: 1 });
    expect(sanitisedOf(await at.sanitise())).toMatchObject({ outcome: 'not-erased' });
  });

  it('by Security Erase: password, erase, and no password is left', async () => {
    const [enhanced, liar] = await Promise.all([
      scene('ata', { security: 0x21 }),
      scene('ata', { security: 0x01, lies: 1 }),
    ]);
    const runs = await Promise.all([enhanced.sanitise(), liar.sanitise()]);
    expect(runs.map((run) => sanitisedOf(run)).map(({ outcome, method }) => [outcome, method])).toEqual([
      ['erased', 'ata-security-erase-enhanced'],
      ['not-erased', 'ata-security-erase'],
    ]);
    for (const { model } of [enhanced, liar]) {
      expect(model.facts).toMatchObject({ sent: 'f1 f3 f4', enabled: '0', locked: '0' });
    }
    expect(await recorded(enhanced)).toContain("the ATA password 'prestage'");
  });

  it.each([
    ['locked by it', 1],
    ['open, where only the program had ended', 0],
  ])('and loses its power after the password was set, goes on with that: %s', async (_, locked) => {
    const at = await scene('ata', { security: 0x01, dies: 0xf3 });
    const broken = await at.sanitise();
    expect(errorOf(broken).code).toBe('helper-died');
    expect(at.model.facts).toMatchObject({ enabled: '1', locked: '1', password: 'prestage', sent: 'f1' });
    at.model.change({ locked });
    expect(sanitisedOf(await at.sanitise())).toMatchObject({ outcome: 'erased', resumed: true });
    expect(at.model.facts).toMatchObject({ sent: 'f1 f3 f4', enabled: '0', locked: '0' });
    expect(holdsOld(at)).toBe(false);
  });

  it('and goes on with a clear that was begun, is refused where a purge is demanded', async () => {
    const at = await scene('ata', { security: 0x01, dies: 0xf3 });
    expect(errorOf(await at.sanitise()).code).toBe('helper-died');
    expect(errorOf(await at.sanitise(['--level', 'purge'])).code).toBe('sanitise-too-weak');
    expect(at.model.facts).toMatchObject({ locked: '1', sent: 'f1' });
  });

  it.each([
    ['somebody else locked', { enabled: 1, locked: 1, password: 'theirs' }, 'drive-locked'],
    ['has a password of somebody else', { enabled: 1, password: 'theirs' }, 'drive-locked'],
    ['the firmware froze', { frozen: 1 }, 'drive-frozen'],
  ])('and that %s, is refused untouched', async (_, facts, code) => {
    const at = await scene('ata', { security: 0x01, ...facts });
    const run = await at.sanitise();
    expect([run.status, errorOf(run).code]).toEqual([3, code]);
    expect(at.model.facts['sent'] ?? '').toBe('');
    expect(holdsOld(at)).toBe(true);
  });
});

const ended = z.object({
  entries: z.array(z.object({ json: z.looseObject({ record: z.looseObject({ kind: z.string() }) }) })),
});
/** What the record says of the erase in the newest job. */
async function erasedInJob(at: Scene): Promise<unknown> {
  const { entries } = ended.parse(JSON.parse(await recorded(at)));
  return entries.findLast(({ json: { record } }) => record.kind === 'job-ended')?.json.record['sanitised'];
}

/** A drive whose Security Erase lost its power between the password and the erase: it is locked with our password. */
async function lockedByUs(): Promise<Scene> {
  const at = await scene('ata', { security: 0x01, dies: 0xf3 }, '1G');
  expect(errorOf(await at.sanitise()).code).toBe('helper-died');
  expect(at.model.facts).toMatchObject({ locked: '1', sent: 'f1' });
  return at;
}

async function openApp(at: Scene, order: string | null): Promise<TestApp> {
  const app = await TestApp.open(at.state, at.bench, programs.helperFor(at.model));
  await app.until(({ drives }) => drives.drives.some(({ id }) => id === at.drive.id), 'the drive');
  await app.handlers.changeSettings({ sanitise: true });
  await app.handlers.setBatch({ operator: 'Mia' });
  const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
  if (order !== null) {
    await app.handlers.openOrder({ number: 'WO-1', text: `serial,sha256\n${order},${sha256}\n` });
  }
  app.service.media.select(media.path);
  if (order === null) await app.handlers.expectHash({ sha256 });
  await app.until(({ media: { status } }) => status === 'proved', 'a proved media file');
  return app;
}

describe
  .skipIf(!isRoot)
  .concurrent('a drive that cannot be read before our unfinished erase of it has ended', () => {
    it('locked by its Security Erase, goes on in a job of the command line and is written', async () => {
      const at = await lockedByUs();
      const refused = await at.apply();
      expect([refused.status, errorOf(refused).code]).toEqual([3, 'drive-locked']);
      expect(errorOf(refused).message).toContain('It is not failing');
      expect(errorOf(refused).remedy).toContain('--sanitise');
      const check = ['drives', 'check', '--full', '--drive', at.drive.id, '--yes', '--json'];
      const where = ['--bench', at.bench, '--state', at.state];
      expect(errorOf(await programs.run([...check, ...where], at.model)).code).toBe('drive-locked');
      expect(at.model.facts).toMatchObject({ locked: '1', sent: 'f1' });

      const run = await at.apply(['--sanitise']);
      expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['done']);
      expect(at.model.facts).toMatchObject({ sent: 'f1 f3 f4', enabled: '0', locked: '0' });
      expect(await erasedInJob(at)).toMatchObject({
        ...{ outcome: 'erased', method: 'ata-security-erase', resumed: true },
      });
      expect(erasures(at)).toEqual([]);
    });

    it('begun in a job, goes on in the next one', async () => {
      const at = await scene('ata', { security: 0x01, dies: 0xf3 }, '1G');
      expect(reportOf(await at.apply(['--sanitise'])).jobs).toMatchObject([{ state: 'failed' }]);
      expect(at.model.facts).toMatchObject({ locked: '1', sent: 'f1' });
      // A job that failed asks why it is tried again.
      expect(errorOf(await at.apply(['--sanitise'])).code).toBe('drive-failed-before');
      const run = await at.apply(['--sanitise', '--again', 'The power failed']);
      expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['done']);
      expect(await erasedInJob(at)).toMatchObject({ outcome: 'erased', resumed: true });
    });

    it('still erasing itself, is waited for in a job', async () => {
      const at = await scene('nvme', { offers: 0b010, left: 1000 }, '1G');
      const running = at.sanitise();
      await told(at);
      process.kill(helperOf(at), 'SIGKILL');
      expect(errorOf(await running).code).toBe('helper-died');
      const busy = errorOf(await at.apply());
      expect([busy.code, busy.message]).toEqual(['drive-busy', expect.stringContaining('is erasing itself')]);
      at.model.change({ left: 5 });
      expect(reportOf(await at.apply(['--sanitise'])).jobs).toMatchObject([{ state: 'done' }]);
      expect(await erasedInJob(at)).toMatchObject({ outcome: 'erased', resumed: true });
      expect(at.model.facts).toMatchObject({ sent: '84' });
    });

    it('that failed at it, is told again in a job', async () => {
      const broken = await scene('nvme', { offers: 0b001, breaks: 1 }, '1G');
      expect(sanitisedOf(await broken.sanitise()).outcome).toBe('not-erased');
      broken.model.change({ breaks: 0 });
      // It gave out nothing that could be compared, and does now.
      expect(reportOf(await broken.apply(['--sanitise'])).jobs).toMatchObject([
        { state: 'failed', reason: { code: 'drive-erase-unknown' } },
      ]);
      const again = await broken.apply(['--sanitise', '--again', 'Not known']);
      expect(reportOf(again).jobs).toMatchObject([{ state: 'done' }]);
      expect(broken.model.facts).toMatchObject({ sent: '84 84 84', state: '1' });
    });

    it.each([
      [
        'is locked by somebody else',
        'ata',
        { security: 1, enabled: 1, locked: 1, password: 'theirs' },
        'drive-locked',
      ],
      [
        'was told to erase itself by somebody else',
        'nvme',
        { offers: 2, state: 2, left: 1000 },
        'drive-busy',
      ],
    ] as const)('but one that %s, is refused untouched with words for it', async (_, kind, facts, code) => {
      const at = await scene(kind, facts, '1G');
      for (const more of [[], ['--sanitise']]) {
        const run = await at.apply(more);
        expect([run.status, errorOf(run).code]).toEqual([3, code]);
      }
      expect(at.model.facts['sent'] ?? '').toBe('');
      expect(holdsOld(at)).toBe(true);
    });

    it.each([
      ['goes on at the START of the app', null],
      ['goes on in an open order', 'ERASING01'],
    ])('%s', async (_, order) => {
      const at = await lockedByUs();
      const app = await openApp(at, order);
      try {
        await app.handlers.pair({ machineSerial: 'ERASING01', driveId: at.drive.id });
        await app.handlers.arm({ armed: true });
        await app.handlers.start({ driveIds: [at.drive.id] });
        const { jobs } = await app.until(
          (state) => state.jobs.some(({ state: job }) => ['done', 'failed'].includes(job.state)),
          'a job that has ended',
        );
        expect(jobs).toMatchObject([{ state: { state: 'done' } }]);
      } finally {
        await app.service.close();
      }
      expect(at.model.facts).toMatchObject({ sent: 'f1 f3 f4', enabled: '0', locked: '0' });
      expect(await erasedInJob(at)).toMatchObject({ outcome: 'erased', resumed: true });
      if (order === null) return;
      const shown = await runCli(['order', 'show', '--state', at.state, '--json']);
      expect(JSON.parse(shown.stdout)).toMatchObject({ open: 0, machines: [{ state: 'done' }] });
    });
  });
