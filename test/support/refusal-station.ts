import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import type { ErrorCode } from '../../core/base/errors';
import { benchState, makeBench } from './virtual-bench';
import { benchDrives, errorOf, listDrives, type CliResult, type ListedDrive } from './cli';
import { runHere } from './command-line';

/** A bench and a state folder, of which every test says that nothing in them was touched. */
export interface RefusalStation {
  /** Holds all of it. */
  readonly folder: string;
  readonly bench: string;
  readonly state: string;
  /** Folder for temporary files, for the runs alone. */
  readonly temporary: string;
  readonly drives: readonly [ListedDrive, ...ListedDrive[]];
}

export async function makeStation(
  area: string,
  name: string,
  { drives = 1, size = '1G' }: { drives?: number; size?: string } = {},
): Promise<RefusalStation> {
  const folder = join(area, name);
  const bench = join(folder, 'bench');
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  await makeBench(bench, drives, size);
  const [first, ...others] = await benchDrives(bench);
  if (first === undefined || others.length !== drives - 1) throw new Error('the bench is not as it was made');
  return { folder, bench, state: join(folder, 'state'), temporary, drives: [first, ...others] };
}

/** The drive that is at this path now, as the bench's. */
export async function listedOn(station: RefusalStation, path: string): Promise<ListedDrive> {
  const drive = (await listDrives(station.bench)).find((one) => one.path === path);
  if (drive === undefined) throw new Error(`nothing is listed at ${path}`);
  return drive;
}

let machines = 0;
/** A serial that no run has used before. */
export const nextMachine = (): string => `MACHINE${String((machines += 1)).padStart(4, '0')}`;

export interface ApplyOptions {
  readonly media: string;
  /** `ID=SERIAL`; the default is the first drive for a machine of its own. */
  readonly drives?: readonly string[];
  /** Another than the station's. */
  readonly state?: string;
  /** Another than the station's; null asks for the machine's own drives. */
  readonly bench?: string | null;
  /** The default is true. */
  readonly yes?: boolean;
  readonly more?: readonly string[];
}

/** The arguments of `prestage apply … --json`. */
export function applyArguments(station: RefusalStation, options: ApplyOptions): string[] {
  const bench = options.bench === undefined ? station.bench : options.bench;
  const drives = options.drives ?? [`${station.drives[0].id}=${nextMachine()}`];
  return [
    ...['apply', '--media', options.media, '--state', options.state ?? station.state, '--json'],
    ...(bench === null ? [] : ['--bench', bench]),
    ...(options.yes === false ? [] : ['--yes']),
    ...drives.flatMap((drive) => ['--drive', drive]),
    ...(options.more ?? []),
  ];
}

/** Runs `prestage apply … --json` without a terminal. */
export async function apply(station: RefusalStation, options: ApplyOptions): Promise<CliResult> {
  return await runHere(applyArguments(station, options), { env: { TMPDIR: station.temporary } });
}

/** Runs `prestage verify … --json` on one of the station's drives: the first, unless another id is given. */
export async function verify(
  { bench, state, drives: [first] }: RefusalStation,
  id: string = first.id,
): Promise<CliResult> {
  return await runHere(['verify', '--drive', id, '--bench', bench, '--state', state, '--json']);
}

export interface Refusal {
  readonly code: ErrorCode;
  /** What the message must name: the file, the drive and its bay, the serial, the tool. */
  readonly names: readonly string[];
  /** What else the error must say: in the cause, or in the remedy. */
  readonly cause?: string;
  readonly remedy?: string;
  /** The default is 3. */
  readonly status?: 2 | 3;
}

export interface Untouched {
  /** Another state folder than the station's. */
  readonly state?: string;
  /** The ledger cannot be read, on purpose: its files are compared instead. */
  readonly ledgerUnreadable?: boolean;
  /** The file of a drive that is swap space in use. */
  readonly swap?: string;
}

/** What must be the same before and after. */
interface Snapshot {
  readonly drives: string;
  readonly ledger: string;
  readonly images: readonly string[];
  readonly temporary: readonly string[];
}

const ledgerSchema = z.object({ entries: z.array(z.looseObject({ hash: z.string() })) });

async function snapshot(station: RefusalStation, untouched: Untouched): Promise<Snapshot> {
  const state = untouched.state ?? station.state;
  return {
    drives: benchState(station.bench, untouched.swap),
    ledger: untouched.ledgerUnreadable === true ? ledgerBytes(state) : await ledgerEntries(state),
    images: namesBelow(join(state, 'renders')),
    temporary: namesBelow(station.temporary),
  };
}

/** Hash of a ledger's files → what the command line listed of them. */
const listed = new Map<string, string>();

/**
 * The ledger's entries, by the command line; a ledger that was never made has none. The same bytes are
 * listed once only.
 */
export async function ledgerEntries(state: string): Promise<string> {
  if (!existsSync(state) || !statSync(state).isDirectory()) return '[]';
  const bytes = ledgerBytes(state);
  const known = listed.get(bytes);
  if (known !== undefined) return known;
  const run = await runHere(['ledger', 'list', '--json', '--state', state]);
  expect(run.status, run.stderr).toBe(0);
  const entries = JSON.stringify(ledgerSchema.parse(JSON.parse(run.stdout)).entries);
  listed.set(bytes, entries);
  return entries;
}

/** Hash of all that the ledger is kept in; SQLite's index of its log is made again with each opening. */
function ledgerBytes(state: string): string {
  const hash = createHash('sha256');
  for (const name of ['ledger.db', 'ledger-head.json', 'ledger.db-wal']) {
    const file = join(state, name);
    // An empty log is as good as none.
    if (existsSync(file) && statSync(file).size > 0) hash.update(name).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Every name below a folder, hidden ones too; none when it is not there. */
function namesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

/** Fails unless a run was refused: exit status, one document that says why, what, and what to do. */
export function expectRefusal(run: CliResult, refusal: Refusal): void {
  const said = `${run.stdout}\n${run.stderr}`;
  expect(run.status, said).toBe(refusal.status ?? 3);
  // One document and nothing else: what was printed is what it parses to.
  const document: unknown = JSON.parse(run.stdout);
  expect(run.stdout).toBe(`${JSON.stringify(document, null, 2)}\n`);
  expect(Object.keys(z.looseObject({}).parse(document))).toEqual(['error']);

  const error = errorOf(run);
  expect(error.code, said).toBe(refusal.code);
  for (const name of refusal.names) expect(error.message).toContain(name);
  expect(error.remedy.trim()).not.toBe('');
  if (refusal.cause !== undefined) expect(error.cause).toContain(refusal.cause);
  if (refusal.remedy !== undefined) expect(error.remedy).toContain(refusal.remedy);
  // People read the same on standard error.
  expect(run.stderr).toContain(error.remedy);
}

/** Runs what must be refused, and looks at drives, ledger, disk image cache and temporary files around it. */
export async function expectRefused(
  station: RefusalStation,
  run: () => Promise<CliResult>,
  refusal: Refusal,
  untouched: Untouched = {},
): Promise<void> {
  const before = await snapshot(station, untouched);
  expectRefusal(await run(), refusal);
  const after = await snapshot(station, untouched);
  expect(after).toEqual(before);
  expect(after.images.filter((name) => /^\.(?:making|in-use)-/.test(basename(name)))).toEqual([]);
}
