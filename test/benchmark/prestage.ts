import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BenchMedia } from './generate-wim';
import type { BenchDrive, BenchRack } from './bench-drives';
import { FirstByteWatch } from './first-byte';
import { MemoryWatch } from './memory';
import { dropCaches, run, timed, type BenchContext, type Took } from './tools';

const program = join(import.meta.dirname, '../../dist/prestage.cjs');
const loopDelayHook = join(import.meta.dirname, 'loop-delay.cjs');
/** Part of the helper's command line. */
const helperName = 'helper.cjs';

const drivesSchema = z.object({
  drives: z.array(
    z.object({
      id: z.string(),
      path: z.string(),
      verdict: z.string(),
      reasons: z.array(z.object({ message: z.string() })),
    }),
  ),
});

const applySchema = z.object({
  render: z.object({ cached: z.boolean(), bytes: z.number(), seconds: z.number() }),
  jobs: z.array(
    z.object({
      drive: z.string(),
      state: z.string(),
      reason: z.unknown().optional(),
      bytesWritten: z.number(),
      writeSeconds: z.number(),
      verifySeconds: z.number(),
    }),
  ),
});

/** One drive's job, in the order of the drives that were given. */
export interface JobFigures {
  readonly bytes: number;
  readonly writeSeconds: number;
  readonly verifySeconds: number;
}

const loopDelaySchema = z.object({ median: z.number(), p99: z.number(), worst: z.number() });

/** Of the whole command. */
export interface PlainFigures extends Took {
  /** Wall-clock seconds from its start to the first byte on any drive. */
  readonly firstByteSeconds: number;
  /** What making the disk image took, or checking it. */
  readonly renderSeconds: number;
  readonly renderCached: boolean;
  readonly jobs: readonly JobFigures[];
}

/** And of its processes. */
export interface ApplyFigures extends PlainFigures {
  /** How late the event loop of the command was, milliseconds; a look every 5 ms, so the least is about 5. */
  readonly loopDelay: z.infer<typeof loopDelaySchema>;
  /** Peak resident memory of the helper, in bytes. */
  readonly helperPeakBytes: number;
}

export interface ApplyRequest {
  readonly rack: BenchRack;
  readonly drives: readonly BenchDrive[];
  readonly media: BenchMedia;
  /** State folder: a new one makes a cold run, one that was used before a warm one. */
  readonly state: string;
  /** Programs, media and disk images stay in memory, as between two batches; otherwise the page cache is dropped. */
  readonly keepPageCache?: boolean;
  /** Called with the command's process id. */
  readonly onStart?: (pid: number) => void;
}

let machines = 0;

/** A serial that no job had before: the ledger refuses a machine that was done already. */
function nextMachine(): string {
  machines += 1;
  return `BENCH-MACHINE-${String(machines).padStart(5, '0')}`;
}

/** @throws Error when the command line program has not been built */
export async function requireProgram(): Promise<void> {
  await access(program).catch(() => {
    throw new Error(
      'dist/prestage.cjs is missing: run npm run build first, or leave its parts out with --only',
    );
  });
}

/** What is done beside the command. */
interface Watching {
  /** Options of Node. */
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs `prestage apply` on the drives; nothing is watched but when the first byte is on one.
 * @throws Error when a drive is blocked or a job does not end as done
 */
export async function applyUnwatched(
  context: BenchContext,
  request: ApplyRequest,
  { nodeArgs = [], environment = {} }: Watching = {},
): Promise<PlainFigures> {
  const { rack, drives, media, state, onStart } = request;
  const ids = await driveIds(context, rack, drives);
  const targets = ids.flatMap((id) => ['--drive', `${id}=${nextMachine()}`]);
  if (request.keepPageCache !== true) await dropCaches(context);
  const firstByte = new FirstByteWatch(drives.map(({ file }) => file));
  const { value, seconds, processorSeconds } = await timed(() =>
    run(
      process.execPath,
      [
        ...[...nodeArgs, program, 'apply', '--media', media.path, '--layout', 'uefi', '--bench', rack.folder],
        ...targets,
        ...['--operator', 'bench', '--state', state, '--yes', '--json'],
      ],
      { signal: context.signal, anyStatus: true, environment, ...(onStart === undefined ? {} : { onStart }) },
    ),
  ).finally(() => {
    firstByte.stop();
  });
  const { stdout, stderr, status } = value;
  if (status !== 0 && stdout.trim() === '') {
    throw new Error(`prestage apply ended with ${status ?? 'a signal'}: ${stderr.trim()}`);
  }
  const result = applySchema.parse(JSON.parse(stdout));
  const failed = result.jobs.filter((job) => job.state !== 'done');
  if (status !== 0 || failed.length > 0) {
    throw new Error(`prestage apply: ${JSON.stringify(failed)} ${stderr.trim()}`);
  }
  const firstByteSeconds = firstByte.seconds;
  if (firstByteSeconds === null) throw new Error('no drive was written to, though the jobs are done');
  return {
    seconds,
    processorSeconds,
    firstByteSeconds,
    renderSeconds: result.render.seconds,
    renderCached: result.render.cached,
    jobs: ids.map((id) => {
      const job = result.jobs.find(({ drive }) => drive === id);
      if (job === undefined) throw new Error('prestage apply reported no job for a drive');
      return { bytes: job.bytesWritten, writeSeconds: job.writeSeconds, verifySeconds: job.verifySeconds };
    }),
  };
}

/**
 * Runs `prestage apply` as {@link applyUnwatched} does, and watches its memory and its event loop, which takes of its time.
 * @throws Error when a drive is blocked or a job does not end as done
 */
export async function applyWithPrestage(context: BenchContext, request: ApplyRequest): Promise<ApplyFigures> {
  const loopDelayFile = join(context.folder, 'loop-delay.json');
  let watch: MemoryWatch | undefined;
  let helperPeakBytes: number | null | undefined;
  const onStart = (pid: number): void => {
    watch = new MemoryWatch(pid);
    request.onStart?.(pid);
  };
  const watching = {
    nodeArgs: ['--require', loopDelayHook],
    environment: { PRESTAGE_BENCH_LOOP_DELAY: loopDelayFile },
  };
  let figures: PlainFigures;
  try {
    figures = await applyUnwatched(context, { ...request, onStart }, watching);
  } finally {
    helperPeakBytes = await watch?.stop(helperName);
  }
  if (helperPeakBytes === undefined || helperPeakBytes === null) {
    throw new Error(`no process with '${helperName}' in its command line was seen`);
  }
  const loopDelay = loopDelaySchema.parse(JSON.parse(await readFile(loopDelayFile, 'utf8')));
  return { ...figures, loopDelay, helperPeakBytes };
}

/** Runs on new drives with a new state, and takes the state away. */
export async function applyCold(
  context: BenchContext,
  rack: BenchRack,
  count: number,
  media: BenchMedia,
): Promise<ApplyFigures> {
  await rack.renew();
  const state = join(context.folder, 'state-single');
  await rm(state, { recursive: true, force: true });
  try {
    return await applyWithPrestage(context, { rack, drives: rack.drives.slice(0, count), media, state });
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

async function driveIds(
  context: BenchContext,
  rack: BenchRack,
  drives: readonly BenchDrive[],
): Promise<string[]> {
  const { stdout } = await run(process.execPath, [program, 'drives', '--bench', rack.folder, '--json'], {
    signal: context.signal,
  });
  const listed = drivesSchema.parse(JSON.parse(stdout)).drives;
  return drives.map(({ device }) => {
    const drive = listed.find(({ path }) => path === device);
    if (drive === undefined) throw new Error(`prestage does not list ${device}`);
    if (drive.verdict !== 'eligible') {
      throw new Error(`${device} is blocked: ${drive.reasons.map(({ message }) => message).join('; ')}`);
    }
    return drive.id;
  });
}
