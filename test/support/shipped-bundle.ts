import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { z } from 'zod';
import { packZip, unpackZip, type BundleFile } from '../../station/shipment/zip';
import { makeBench } from './virtual-bench';
import { benchDrives, reportOf, type CliResult, type ListedDrive } from './cli';
import { runHere } from './command-line';
import { temporaryArea } from './global-setup';
import { makeMedia, type MadeMedia } from './wim';

/** A station that wrote two virtual drives and shipped them, for tests of its bundle. */

/** From bare drives to a bundle that the enterprise believes, and everything for which it must not. */

export let area: string;

export let state: string;
export let bench: string;
export let media: MadeMedia;
export let sha256: string;
export let drives: ListedDrive[];
export let bundle: string;
export let key: string;
export const machines = ['0042PF7', '5CD1234XY1'] as const;
const shipReport = z.object({
  number: z.string(),
  orderNumber: z.string().nullable(),
  file: z.string(),
  sha256: z.string(),
  ledgerEntry: z.number(),
  keyFingerprint: z.string(),
  machines: z.array(z.object({ machineSerial: z.string(), withdrawn: z.string().nullable() })),
  leftOut: z.array(z.object({ machineSerial: z.string(), reason: z.string() })),
  notImported: z.array(z.object({ machineSerial: z.string(), file: z.string(), reason: z.string() })),
});

export const auditReport = z.object({
  ok: z.boolean(),
  machines: z.array(z.object({ machineSerial: z.string(), doubts: z.number() })),
  doubts: z.array(z.object({ code: z.string(), machineSerial: z.string().nullable(), message: z.string() })),
});

export async function apply(
  on: readonly ListedDrive[],
  serials: readonly string[],
  more: readonly string[] = [],
): Promise<{ readonly batchId: string }> {
  const pairs = on.flatMap(({ id }, index) => ['--drive', `${id}=${serials[index] ?? ''}`]);
  const run = await runHere([
    ...['apply', '--media', media.path, '--bench', bench, '--state', state, '--yes', '--json'],
    ...pairs,
    ...more,
  ]);
  expect(reportOf(run).jobs.map(({ state: end }) => end)).toEqual(on.map(() => 'done'));
  return z.object({ batchId: z.string() }).parse(JSON.parse(run.stdout));
}

export async function ship(args: readonly string[]): Promise<CliResult> {
  return await runHere(['ship', '--state', state, '--json', ...args]);
}

export async function audit(file: string, args: readonly string[] = [], trust = key): Promise<CliResult> {
  return await runHere(['audit', file, '--trust', trust, '--training', '--json', ...args]);
}

/** Codes of what is in doubt; the exit code must go with them. */
export function findingsOf(run: CliResult): string[] {
  const report = auditReport.parse(JSON.parse(run.stdout));
  expect(run.status).toBe(report.doubts.length === 0 ? 0 : 4);
  expect(report.ok).toBe(report.doubts.length === 0);
  return [...new Set(report.doubts.map(({ code }) => code))].sort();
}

export function write(name: string, content: string | Uint8Array): string {
  const file = join(area, name);
  writeFileSync(file, content);
  return file;
}

/** The bundle with other files in it, packed as the station packs. */
export function repacked(name: string, change: (files: BundleFile[]) => BundleFile[]): string {
  return write(name, packZip(change(unpackZip(readFileSync(bundle)))));
}

/** Writes, ships and exports the key, once. Call it once, at the top of the test file. */
export function useShippedBundle(): void {
  beforeAll(async () => {
    area = temporaryArea('shipment');
    state = join(area, 'state');
    bench = join(area, 'bench');
    media = await makeMedia(join(area, 'media'));
    sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
    await makeBench(bench, 4);
    drives = await benchDrives(bench);
    await apply(drives.slice(0, 2), machines, ['--work-order', 'WO-1', '--expect-sha256', sha256]);
    bundle = join(area, 'S-1.zip');
    const run = await ship(['--order', 'WO-1', '--number', 'S-1', '--output', bundle]);
    expect(run.status, run.stderr).toBe(0);
    const report = shipReport.parse(JSON.parse(run.stdout));
    expect(report.machines.map(({ machineSerial }) => machineSerial)).toEqual(machines);
    key = report.keyFingerprint;
  });
  afterAll(() => {
    rmSync(area, { recursive: true, force: true });
  });
}
