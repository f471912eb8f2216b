import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { machineWorkSchema, workPath } from '../../core/contract/agent-bytes';
import { timeouts } from '../../core/base/timeouts';
import { confirmationOf } from '../../core/drive/drive';
import type { LedgerRecord } from '../../core/ledger/record';
import { exitCodes } from '../../station/cli/exit-codes';
import { heldPrograms } from '../support/held-programs';
import { Hold } from '../support/hold';
import { errorCodeOf } from '../../core/base/system-error';
import { HelperClient } from '../../station/helper-client/helper-client';
import { HelperProcess } from '../../station/helper-client/helper-process';
import { ledgerExportSchema } from '../../station/ledger/export';
import { reportOf } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { Running, serveRack } from '../support/rack';
import { makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/**
 * What a machine of the rack does at the end. This computer is none: nothing here may turn it off. Programs that would are replaced by
 * ones that only note that they were called, and are never to be.
 */

const root = resolve(import.meta.dirname, '../..');
let area: string;
let media: MadeMedia;
let called: string;
let path: string;
const running: Running[] = [];
let scenes = 0;

beforeAll(async () => {
  area = temporaryArea('rack-end');
  media = await makeMedia(join(area, 'media'));
  const bin = join(area, 'bin');
  mkdirSync(bin);
  called = join(area, 'called');
  for (const name of ['systemctl', 'efibootmgr', 'poweroff', 'reboot', 'shutdown']) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >>'${called}'\n`);
    chmodSync(join(bin, name), 0o755);
  }
  path = `${bin}:${process.env['PATH'] ?? ''}`;
});
afterEach(async () => {
  for (const program of running.splice(0)) await program.stop();
  // Whatever else a test has found: nobody was turned off.
  expect(existsSync(called) ? readFileSync(called, 'utf8') : '').toBe('');
});
afterAll(() => {
  removeArea(area);
});

/** @param held programs that a test holds */
async function scene(
  serial: string,
  held: { readonly env: NodeJS.ProcessEnv; readonly program?: string } = { env: {} },
): Promise<{ state: string; machine: Running; drive: string }> {
  const name = String((scenes += 1));
  const state = join(area, `state-${name}`);
  mkdirSync(state);
  const { station, address, fingerprint } = await serveRack(state, ['--closed-network']);
  running.push(station);
  const bench = join(area, `bench-${name}`);
  await makeBench(bench, 1);
  const machine = new Running(
    ['agent', '--station', address, '--fingerprint', fingerprint, '--bench', bench, '--serial', serial],
    { TMPDIR: area, ...held.env, PATH: path },
    held.program,
  );
  running.push(machine);
  await machine.says(/is admitted/);
  const empty = join(area, `station-${name}`);
  await makeBench(empty, 1);
  const listed = z
    .object({ drives: z.array(z.object({ id: z.string() })) })
    .parse(JSON.parse((await runHere(['drives', '--json', '--bench', empty, '--state', state])).stdout));
  return { state, machine, drive: present(listed.drives.find(({ id }) => id.includes('@'))).id };
}

async function apply(state: string, drive: string, ...options: readonly string[]): Promise<string> {
  const run = await runHere([
    ...['apply', '--media', media.path, '--drive', drive, '--state', state, '--yes', '--json', ...options],
  ]);
  return present(reportOf(run).jobs[0]).state;
}

async function recordsOf(state: string): Promise<LedgerRecord[]> {
  const run = await runHere(['ledger', 'export', '--format', 'json', '--state', state]);
  return ledgerExportSchema.parse(JSON.parse(run.stdout)).entries.map(({ json }) => json.record);
}

/** What the ledger says of each machine's end, as the entry, its line of the CSV, and the line of `ledger list`. */
async function ends(state: string): Promise<unknown[]> {
  const exported = await runHere(['ledger', 'export', '--format', 'json', '--state', state]);
  const { entries } = ledgerExportSchema.parse(JSON.parse(exported.stdout));
  const csv = (await runHere(['ledger', 'export', '--format', 'csv', '--state', state])).stdout.split('\r\n');
  const at = present(csv[0]).split(',').indexOf('atEnd');
  const listed = z
    .object({ entries: z.array(z.object({ sequence: z.int(), result: z.string() })) })
    .parse(JSON.parse((await runHere(['ledger', 'list', '--json', '--state', state])).stdout));
  const jobs = new Set(
    entries.flatMap(({ json: { record } }) => (record.kind === 'job-ended' ? [record.job.jobId] : [])),
  );
  return entries.flatMap(({ sequence, json: { record } }) => {
    if (record.kind !== 'machine-ended') return [];
    const line = present(csv.find((one) => one.startsWith(`${sequence},`))).split(',');
    const { machineSerial, verdict, told, end } = record;
    const result = listed.entries.find((one) => one.sequence === sequence)?.result;
    expect(jobs).toContain(record.jobId);
    return [{ machineSerial, verdict, told, end, csv: [line[2], line[3], line[at]], listed: result }];
  });
}

async function recorded(state: string): Promise<(string | undefined)[]> {
  return (await recordsOf(state)).flatMap((record) =>
    record.kind === 'job-ended' ? [record.job.agent?.atEnd] : [],
  );
}

describe('at the end of its batch a machine', () => {
  it('that is a virtual bench only says that it would turn off, after its record is written', async () => {
    const { state, machine, drive } = await scene('5CD1234XY1');
    const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
    expect(await apply(state, drive, '--at-end', 'off', '--expect-sha256', sha256)).toBe('done');
    await machine.says(/Machine 5CD1234XY1 passed\. It would turn off now: a virtual bench does not/);
    expect(await recorded(state)).toEqual(['off']);
    expect(await ends(state)).toEqual([
      {
        ...{ machineSerial: '5CD1234XY1', verdict: 'passed', told: 'off' },
        end: { state: 'confirmed', did: 'said' },
        ...{ csv: ['5CD1234XY1', 'end-confirmed', 'off'], listed: 'end-confirmed' },
      },
    ]);
    expect((await runHere(['ledger', 'verify', '--state', state])).status).toBe(0);
    // It goes with the machine's other entries, onto its certificate, and through the audit.
    const bundle = join(area, `bundle-${String(scenes)}.zip`);
    const shipped = ['ship', '--machine', '5CD1234XY1', '--number', 'S-1', '--output', bundle];
    expect((await runHere([...shipped, '--state', state])).status).toBe(0);
    const exported = await runHere(['ledger', 'export', '--format', 'json', '--state', state]);
    const key = present(ledgerExportSchema.parse(JSON.parse(exported.stdout)).keyFingerprint);
    const audit = ['audit', bundle, '--trust', key, '--training'];
    const audited = await runHere([...audit, '--json']);
    expect(JSON.parse(audited.stdout)).toMatchObject({
      ...{ doubts: [], notes: [] },
      machines: [{ atEnd: { told: 'off', end: { state: 'confirmed', did: 'said' } } }],
    });
    expect((await runHere(audit)).stdout).toMatch(/at the end +1 machine: told to switch off, confirmed/);
  });

  it('waits, where nobody has said otherwise', async () => {
    const { state, machine, drive } = await scene('5CD1234XY2');
    expect(await apply(state, drive)).toBe('done');
    await machine.says(/Machine 5CD1234XY2 passed\.$/);
    expect(machine.text).not.toContain('would');
    expect(await recorded(state)).toEqual(['wait']);
    expect(await ends(state)).toMatchObject([{ told: 'wait', end: { state: 'confirmed', did: 'wait' } }]);
  });

  it('does as the settings say, as the order says before that, and as the command says before both', async () => {
    const { state, machine, drive } = await scene('5CD1234XY3');
    writeFileSync(join(state, 'settings.json'), JSON.stringify({ atEnd: 'restart' }));
    expect(await apply(state, drive)).toBe('done');
    await machine.says(/It would restart now/);
    const file = join(state, 'order.json');
    const order = { version: 1, number: 'WO-1', atEnd: 'off', machines: [{ serial: '5CD1234XY3' }] };
    writeFileSync(file, JSON.stringify(order));
    expect((await runHere(['order', 'open', file, '--state', state])).status).toBe(0);
    expect(await apply(state, drive, '--again', 'as ordered')).toBe('done');
    await machine.says(/It would turn off now/);
    expect(await apply(state, drive, '--at-end', 'wait', '--again', 'once more')).toBe('done');
    expect(await recorded(state)).toEqual(['restart', 'off', 'wait']);
  });
});

it('Ctrl+C ends in seconds while the machine does not answer, and its job is recorded as cancelled', async () => {
  const hold = await Hold.at('writing', join(area, 'hold'));
  const held = { env: hold.environment, program: join(heldPrograms(), 'dist/prestage.cjs') };
  const { state, machine, drive } = await scene('5CD1234XY4', held);
  const given = ['--media', media.path, '--drive', drive, '--state', state, '--yes', '--at-end', 'off'];
  const applying = new Running(['apply', ...given]);
  running.push(applying);
  await hold.reached(1);
  machine.child.kill('SIGSTOP');
  const before = performance.now();
  expect(await applying.stop()).toBe(exitCodes.cancelled);
  expect(performance.now() - before).toBeLessThan(timeouts.rackGoodbye + 15_000);
  machine.child.kill('SIGKILL');
  hold.release();
  const records = await recordsOf(state);
  expect(records.map(({ kind }) => kind)).toEqual(['job-started', 'job-ended', 'machine-ended']);
  expect(records[1]).toMatchObject({ end: { state: 'cancelled' } });
  // Nobody had it turn off: it did not pass.
  expect(records[2]).toMatchObject({ verdict: 'stopped', told: 'wait', end: { state: 'not-confirmed' } });
});

describe('the helper of an agent', () => {
  /** As an agent starts it on a machine that is none: this computer. */
  async function tell(args: readonly string[], atEnd: 'wait' | 'off' | 'restart'): Promise<string> {
    const process_ = new HelperProcess({
      file: process.execPath,
      args: [join(root, 'dist/helper.cjs'), ...args],
      environment: { PATH: path, TMPDIR: area },
    });
    const client = new HelperClient(process_);
    try {
      await client.greet('test');
      return (await client.call('tellMachine', { verdict: 'passed', text: '', atEnd })).did;
    } catch (error) {
      return errorCodeOf(error) ?? String(error);
    } finally {
      await client.dispose();
    }
  }

  it.each(['off', 'restart'] as const)(
    'does not have a computer go %s that was not started for it',
    async (atEnd) => {
      expect(await tell(['--agent', join(area, 'nobody.sock')], atEnd)).toBe('live-only');
    },
  );

  it('has a virtual bench say it, and no helper but an agent’s does it at all', async () => {
    expect(await tell(['--agent', join(area, 'nobody.sock'), join(area, 'bench')], 'off')).toBe('said');
    expect(await tell([], 'off')).toBe('helper-protocol');
  });

  it('tells its agent what the screen is to show', async () => {
    const told: unknown[] = [];
    const server = createServer((request, response) => {
      request.on('data', (piece: Buffer) => told.push(request.url, JSON.parse(piece.toString())));
      request.on('end', () => response.end());
    });
    const socket = join(area, 'agent.sock');
    await new Promise<void>((done) => server.listen(socket, done));
    expect(await tell(['--agent', socket, join(area, 'bench')], 'off')).toBe('said');
    await new Promise((done) => server.close(done));
    expect(told[0]).toBe(workPath);
    expect(machineWorkSchema.parse(told[1])).toEqual({
      ...{ state: 'ended', verdict: 'passed', text: '', atEnd: 'off', isDone: false },
    });
  });

  it('tells it that a verdict is over when the drive is held, what is done then, and when it is let go', async () => {
    const told: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (piece: Buffer) => {
        const work = machineWorkSchema.parse(JSON.parse(piece.toString()));
        const [before] = told.slice(-1);
        const now = work.state === 'working' ? work.job : work.state;
        if (now !== before) told.push(now);
      });
      request.on('end', () => response.end());
    });
    const socket = join(area, 'work.sock');
    await new Promise<void>((done) => server.listen(socket, done));
    const benchDirectory = join(area, 'bench-work');
    await makeBench(benchDirectory, 1, '64M');
    const client = new HelperClient(
      new HelperProcess({
        file: process.execPath,
        args: [join(root, 'dist/helper.cjs'), '--agent', socket, benchDirectory],
        environment: { PATH: path, TMPDIR: area },
      }),
    );
    try {
      await client.greet('test');
      const listing = { benchDirectory, protectedPaths: [] };
      const drive = present((await client.call('listDrives', listing)).drives[0]);
      await client.call('tellMachine', { verdict: 'passed', text: '', atEnd: 'wait' });
      const asked = { driveId: drive.id, confirmed: confirmationOf(drive) };
      const held = await client.call('reserveDrives', { ...listing, drives: [asked] });
      const { reservation } = present(held.reservations[0]);
      const stallMilliseconds = 60_000;
      await client.call('prepareSanitise', { reservation, stallMilliseconds });
      const erase = { method: 'overwrite' as const, from: 0, samples: [], begun: false };
      const ofThis = { reservation, stallMilliseconds, progressToken: randomUUID() };
      await client.call('sanitiseDrive', { ...ofThis, ...erase, run: randomUUID() });
      await client.call('checkSize', ofThis);
      await client.call('releaseDrive', { reservation });
      await expect.poll(() => told.at(-1), { timeout: 5000 }).toBe('none');
    } finally {
      await client.dispose();
      server.close();
    }
    expect(told).toEqual(['ended', 'queued', 'sanitising', 'sizing', 'none']);
  });
});
