import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MiB } from '../../core/base/units';
import { sanitisedSchema, type Sanitised } from '../../core/sanitise/sanitised';
import { benchDrives, errorOf, runCli, type CliResult, type ListedDrive } from '../support/cli';
import { temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops, isRoot } from '../support/loop';
import { ModelledDrive, ModelledPrograms } from '../support/modelled-drive';
import { present } from '../support/present';
import { makeBench } from '../support/virtual-bench';

/**
 * Drives that erase themselves, through the command line: the real helper, nvme and hdparm on a model of a drive
 * (test/support/modelled-drive.c), which no emulation and no computer of ours has.
 */

let area: string;
let programs: ModelledPrograms;
let scenes = 0;
beforeAll(async () => {
  if (!isRoot) return;
  area = temporaryArea('erase-itself');
  programs = await ModelledPrograms.build(area);
});
afterAll(() => {
  detachAllLoops();
  if (isRoot) rmSync(area, { recursive: true, force: true });
});

const old = Buffer.from('what the last owner kept');

interface Scene {
  readonly drive: ListedDrive;
  readonly model: ModelledDrive;
  /** The file below the device. */
  readonly content: string;
  readonly state: string;
  readonly sanitise: (more?: readonly string[], signal?: AbortSignal) => Promise<CliResult>;
}

async function scene(
  kind: ModelledDrive['kind'],
  facts: ConstructorParameters<typeof ModelledDrive>[3],
): Promise<Scene> {
  const number = (scenes += 1);
  const [bench, state] = [join(area, `bench-${number}`), join(area, `state-${number}`)];
  await makeBench(bench, 1, '16M');
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
  return { drive, model, content, state, sanitise };
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

  it('and says that it has while it has not, is found out by the samples', async () => {
    const at = await scene('nvme', { offers: 0b010, lies: 1 });
    const run = await at.sanitise();
    expect(run.status).toBe(4);
    expect(sanitisedOf(run)).toMatchObject({
      outcome: 'not-erased',
      why: expect.stringContaining('The drive reported that it has erased itself, but') as string,
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
