import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppState } from '../../core/contract/app';
import type { MachineDetails } from '../../core/machine/machine';
import { ledgerEntrySchema } from '../../core/ledger/record';
import { commandBarcode } from '../../core/scan/scan';
import { appSettingsSchema } from '../../core/settings/settings';
import { thisMachineSchema, type ThisMachine } from '../../core/machine/this-machine';
import { timeouts } from '../../core/base/timeouts';
import { z } from 'zod';
import { builtScript } from '../support/built-script';
import { reportOf, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { runThrough } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import {
  apply,
  applyArguments,
  expectRefused,
  makeStation,
  nextMachine,
  type RefusalStation,
} from '../support/refusal-station';
import { makeMedia, type MadeMedia } from '../support/wim';
import { TestApp } from '../support/app-service';

const uuid = '4C4C4544-0031-4710-8043-C3C04F373132';
const swapped = '44454C4C-3100-1047-8043-C3C04F373132';
const otherUuid = '4C4C4544-0056-3010-8033-B7C04F323733';
const dell: ThisMachine = {
  serial: 'C1GC712',
  facts: { uuid, model: 'Dell Inc. Inspiron 3542', macs: ['00:1B:44:11:3A:B7'] },
  refused: [],
  source: 'sysfs',
  needsPrivilege: false,
};

let area: string;
let media: MadeMedia;
let station: RefusalStation;

beforeAll(async () => {
  area = temporaryArea('machine');
  station = await makeStation(area, 'station', { drives: 3, size: '2G' });
  media = await makeMedia(join(area, 'media'));
});
afterAll(() => {
  removeArea(area);
});

/** What starts the real helper on a machine with this firmware. */
const helperOn = (found: ThisMachine): [string, ...string[]] => [
  process.execPath,
  ...[builtScript(resolve(import.meta.dirname, '../support/helper-on-machine.ts')), JSON.stringify(found)],
];

/** The whole command line, on a machine with this firmware. */
async function runOn(found: ThisMachine, args: readonly string[]): Promise<CliResult> {
  return await runThrough(helperOn(found), args);
}

const exportSchema = z.object({ entries: z.array(z.object({ json: ledgerEntrySchema })) });

/** What the ledger's job-ended entries say of a machine, the latest last. */
async function recordedDetails(state: string, serial: string): Promise<(MachineDetails | undefined)[]> {
  const { stdout } = await runHere(['ledger', 'export', '--format', 'json', '--state', state]);
  const { entries } = exportSchema.parse(JSON.parse(stdout));
  return entries
    .map(({ json }) => json.record)
    .flatMap((record) =>
      record.kind === 'job-ended' && record.job.machineSerial === serial ? [record.job.machine] : [],
    );
}

describe('prestage machine', () => {
  it('says what this machine says of itself, whatever that is', async ({ skip }) => {
    if (process.geteuid?.() !== 0) skip('asks for a password');
    const { status, stdout, stderr } = await runHere(['machine', '--json']);
    expect(status, stderr).toBe(0);
    const found = thisMachineSchema.parse(JSON.parse(stdout));
    expect(found.needsPrivilege).toBe(false);
    const plain = await runHere(['machine']);
    expect(plain.stdout).toContain(found.serial ?? 'serial     none');
    for (const mac of found.facts.macs ?? []) expect(plain.stdout).toContain(mac);
  });
  it('shows everything, and what it does not take', async () => {
    const refused = [{ what: 'mac', text: '00:1B:44:11:3A:B8', why: 'movable' }] as const;
    const { status, stdout } = await runOn({ ...dell, refused: [...refused] }, ['machine']);
    expect(status).toBe(0);
    for (const text of [
      'C1GC712',
      uuid,
      '00:1B:44:11:3A:B7',
      'Inspiron 3542',
      "mac '00:1B:44:11:3A:B8': a USB",
    ]) {
      expect(stdout).toContain(text);
    }
  });
});

describe('apply in the machine itself', () => {
  it('on this very machine: takes its serial, or says that there is none', async ({ skip }) => {
    if (process.geteuid?.() !== 0) skip('asks for a password');
    const { stdout } = await runHere(['machine', '--json']);
    const found = thisMachineSchema.parse(JSON.parse(stdout));
    const id = station.drives[0].id;
    const own = [`${id}=${found.serial ?? nextMachine()}`];
    if (found.serial === null) {
      await expectRefused(
        station,
        () => apply(station, { media: media.path, drives: [id], more: ['--this-machine'] }),
        {
          code: found.refused.some(({ what }) => what === 'serial') ? 'serial-placeholder' : 'serial-invalid',
          names: ['no serial'],
        },
      );
    } else {
      await expectRefused(
        station,
        () => apply(station, { media: media.path, drives: [`${id}=X9K2-OTHER`], more: ['--this-machine'] }),
        { code: 'machine-contradicts', names: ['X9K2-OTHER', found.serial] },
      );
      own.splice(0, 1, id);
    }
    const run = await apply(station, { media: media.path, drives: own, more: ['--this-machine'] });
    const [job] = reportOf(run).jobs;
    expect(job?.state).toBe('done');
    const details = Object.keys(found.facts).length === 0 ? undefined : found.facts;
    expect(await recordedDetails(station.state, job?.machineSerial ?? '')).toEqual([details]);
  });

  it('stops before anything is touched when another serial was given', async () => {
    const [{ id }] = station.drives;
    const args = applyArguments(station, {
      media: media.path,
      drives: [`${id}=7V03273`],
      more: ['--this-machine'],
    });
    await expectRefused(station, () => runOn(dell, args), {
      code: 'machine-contradicts',
      names: ['7V03273', 'C1GC712'],
      remedy: 'Nothing was touched',
    });
  });

  it('does so by the setting as well; an empty serial is not no serial', async () => {
    const state = join(area, 'on-machine');
    mkdirSync(state);
    writeFileSync(join(state, 'settings.json'), JSON.stringify({ desk: { onMachine: true } }));
    const [{ id }] = station.drives;
    const args = (drive: string): string[] =>
      applyArguments(station, { media: media.path, state, drives: [drive] });
    for (const [drive, code, name] of [
      [`${id}=7V03273`, 'machine-contradicts', 'C1GC712'],
      [`${id}=`, 'serial-invalid', 'empty'],
    ] as const) {
      await expectRefused(station, () => runOn(dell, args(drive)), { code, names: [name] }, { state });
    }
  });

  it('takes the serial from the firmware, and records what it knows', async () => {
    const id = station.drives[1]?.id ?? '?';
    const args = applyArguments(station, { media: media.path, drives: [id], more: ['--this-machine'] });
    const run = await runOn(dell, args);
    expect(reportOf(run).jobs).toMatchObject([{ state: 'done', machineSerial: 'C1GC712' }]);
    expect(await recordedDetails(station.state, 'C1GC712')).toEqual([dell.facts]);
  });
});

describe('the app', () => {
  const paired = async (app: TestApp, label: string): Promise<void> => {
    app.service.media.select(media.path);
    const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
    await app.handlers.expectHash({ sha256 });
    await app.until(
      ({ media: { status }, drives: { listed } }) => status === 'proved' && listed,
      'media and drives',
    );
    await app.scan('OP-Ada');
    expect((await app.scan(label))?.outcome).toMatchObject({
      result: 'accepted',
      effect: 'machine-waiting',
    });
  };
  const startByScan = async (app: TestApp): Promise<void> => {
    await app.scan(commandBarcode('START'));
    await sleep(timeouts.startRepeat + 50);
    await app.scan(commandBarcode('START'));
  };
  const ended = ({ jobs }: AppState): boolean => jobs.length === 1 && jobs[0]?.endedAt !== null;

  it('takes several barcodes of one label, and they are in the record', async () => {
    const own = await makeStation(area, 'labels', { size: '2G' });
    const app = await TestApp.open(own.state, own.bench);
    try {
      await paired(app, '[)>\u001e06\u001d1P20XW0012US\u001dSPF2ABCDE\u001e\u0004');
      expect((await app.scan(uuid.toLowerCase()))?.outcome).toMatchObject({
        effect: 'facts-taken',
        kind: 'uuid',
      });
      expect((await app.scan(otherUuid))?.outcome).toMatchObject({
        result: 'refused',
        reason: 'contradicts',
      });
      expect((await app.scan('BAY 1'))?.outcome).toMatchObject({ effect: 'paired' });
      expect((await app.scan('001B44113AB7'))?.outcome).toMatchObject({
        effect: 'facts-taken',
        kind: 'mac',
      });
      const details = { model: '20XW0012US', uuid, macs: ['00:1B:44:11:3A:B7'] };
      const { pairing } = await app.handlers.getState({});
      expect(pairing.pairs).toMatchObject([{ machineSerial: 'PF2ABCDE', machine: details }]);
      await startByScan(app);
      await app.until(ended, 'an ended job');
      expect(await recordedDetails(own.state, 'PF2ABCDE')).toEqual([details]);
    } finally {
      await app.service.close();
    }
  });

  it('in the machine itself refuses what does not fit, and stores the UUID in the firmware’s form', async () => {
    const own = await makeStation(area, 'app-on-machine', { size: '2G' });
    const app = await TestApp.open(own.state, own.bench, helperOn(dell));
    try {
      const settings = { desk: { ...appSettingsSchema.parse({}), onMachine: true } };
      await app.handlers.changeSettings(settings);
      await paired(app, `SN: C1GC712; UUID: ${otherUuid}`);
      await app.scan('BAY 1');
      await startByScan(app);
      const { pairing, jobs } = await app.until(({ pairing: { refusal } }) => refusal !== null, 'a refusal');
      expect(pairing.refusal).toMatchObject({ code: 'machine-contradicts' });
      expect(jobs).toEqual([]);
      await app.scan(commandBarcode('UNDO'));
      await sleep(timeouts.startRepeat + 50);
      await app.scan(commandBarcode('UNDO'));
      await app.scan(`SN: C1GC712; UUID: ${swapped}; Asset: C-1`);
      await app.scan('BAY 1');
      await startByScan(app);
      await app.until(ended, 'an ended job');
      expect(await recordedDetails(own.state, 'C1GC712')).toEqual([{ ...dell.facts, assetTag: 'C-1' }]);
    } finally {
      await app.service.close();
    }
  });
});
