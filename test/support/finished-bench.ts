import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { drivesAt, type CliResult } from './cli';
import { runHere } from './command-line';
import { makeBench } from './virtual-bench';

/** Finishes, verifies and ships the drives of a virtual bench through the command line. */

const benchForm = z.looseObject({
  drives: z.array(z.looseObject({ file: z.string(), serial: z.string(), bay: z.string() })),
});
const verifyForm = z.object({ machineSerial: z.string() });
const shipForm = z.object({
  machines: z.array(z.object({ machineSerial: z.string() })),
  leftOut: z.array(z.object({ machineSerial: z.string(), reason: z.string() })),
});
export type Shipped = z.infer<typeof shipForm>;

/** A bench, and the state folder of the station that writes its drives. */
export interface Place {
  readonly bench: string;
  readonly state: string;
}

/**
 * Makes a bench whose drives have one serial, as the drives of a USB dock have it.
 * @param area folder that bench and state are made in
 */
export async function place(area: string, name: string, drives: number): Promise<Place> {
  const bench = join(area, name);
  await makeBench(bench, drives, '1G');
  changeBench(bench, { serial: 'BRIDGE-0001' });
  return { bench, state: join(area, `${name}-state`) };
}

/** Changes what bench.json says of every drive. */
export function changeBench(bench: string, to: Readonly<Record<string, unknown>>): void {
  const file = join(bench, 'bench.json');
  const made = benchForm.parse(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(file, JSON.stringify({ ...made, drives: made.drives.map((drive) => ({ ...drive, ...to })) }));
}

export async function idIn({ bench }: Place, file: string): Promise<string> {
  const drive = (await drivesAt(bench)).find(({ path }) => path.endsWith(file));
  if (drive === undefined) throw new Error(`there is no drive ${file}`);
  return drive.id;
}

/** @param assignments `ID=SERIAL` */
export async function apply(
  { bench, state }: Place,
  media: string,
  assignments: readonly string[],
  options: readonly string[] = [],
): Promise<CliResult> {
  const drives = assignments.flatMap((assignment) => ['--drive', assignment]);
  const where = ['--bench', bench, '--state', state, '--layout', 'uefi', '--yes', '--json'];
  return await runHere(['apply', '--media', media, ...drives, ...where, ...options]);
}

export async function verify({ bench, state }: Place, id: string): Promise<CliResult> {
  return await runHere(['verify', '--drive', id, '--bench', bench, '--state', state, '--json']);
}

/** The machine that a good verification names. */
export function machineOf(run: CliResult): string {
  return verifyForm.parse(JSON.parse(run.stdout)).machineSerial;
}

export async function ship({ state }: Place, number: string): Promise<Shipped> {
  const output = join(dirname(state), `${number}.zip`);
  const run = await runHere(['ship', '--number', number, '--output', output, '--state', state, '--json']);
  if (run.status !== 0) throw new Error(run.stderr + run.stdout);
  return shipForm.parse(JSON.parse(run.stdout));
}
