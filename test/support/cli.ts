import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { listDrives as helperDrives } from '../../helper/drives/list-drives';
import { openCheckout } from './checkout';

/** The built program: tests use the same door as a user. */
export const prestage = join(openCheckout(), 'dist/prestage.cjs');

export interface CliResult {
  /** Exit status; 128 + signal number when a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Another than the built program. */
  readonly program?: string;
  /** Folder it runs in; the default is the test's. */
  readonly cwd?: string;
  /** Runs as another user; root only. */
  readonly uid?: number;
  /** Called as soon as the process runs. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Called with everything on standard error so far. */
  readonly onStderr?: (text: string, child: ChildProcess) => void;
}

/**
 * Runs `prestage` with an argv array, without a terminal and with an empty standard input. A JSON document that it
 * prints must have the form that the reference shows.
 */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = await run(args, options);
  // The measurements run outside of vitest, which alone can load the program's sources (SQL texts).
  if (process.env['VITEST'] !== undefined && args.includes('--json') && result.stdout !== '') {
    const { requireDocumentForm } = await import('./json-forms');
    await requireDocumentForm(args, result.stdout);
  }
  return result;
}

async function run(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return await new Promise((resolvePromise, reject) => {
    const child = spawn(process.execPath, [options.program ?? prestage, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    options.onStart?.(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
      options.onStderr?.(stderr, child);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const numbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
      resolvePromise({ status: code ?? 128 + (numbers[signal ?? ''] ?? 0), stdout, stderr });
    });
  });
}

const driveSchema = z.object({
  id: z.string(),
  path: z.string(),
  serial: z.string().nullable(),
  size: z.number(),
  logicalSectorSize: z.number(),
  contents: z.array(z.string()),
  diskGuid: z.string().nullable(),
  kind: z.string(),
  verdict: z.enum(['eligible', 'blocked']),
  reasons: z.array(z.object({ code: z.string(), message: z.string() })),
});
export type ListedDrive = z.infer<typeof driveSchema>;

/** `prestage drives --json`, parsed: the front door. What only wants to name a drive asks {@link drivesAt}. */
export async function listDrives(bench: string | null): Promise<ListedDrive[]> {
  const run = await runCli(['drives', '--json', ...(bench === null ? [] : ['--bench', bench])]);
  if (run.status !== 0) throw new Error(run.stderr);
  return z.object({ drives: z.array(driveSchema) }).parse(JSON.parse(run.stdout)).drives;
}

/**
 * Every drive as the helper lists it, without its health. Asked in this process: hundreds of tests begin with it, and most of
 * the time of {@link listDrives} goes into the starts of the command line and its helper.
 */
export async function drivesAt(bench: string): Promise<readonly ListedDrive[]> {
  return await helperDrives({ benchDirectory: bench, protectedPaths: [] });
}

/** The bench's own drives that may be written. */
export async function benchDrives(bench: string): Promise<ListedDrive[]> {
  return (await drivesAt(bench)).filter(({ verdict }) => verdict === 'eligible');
}

/** The drive of a bench that has one. */
export async function onlyDrive(bench: string): Promise<ListedDrive> {
  const [drive, ...others] = await benchDrives(bench);
  if (drive === undefined || others.length > 0) throw new Error('the bench does not have one drive');
  return drive;
}

const errorSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    remedy: z.string(),
    cause: z.string().nullable(),
    offset: z.number().optional(),
  }),
});

/** The error document of a `--json` run. */
export function errorOf(run: CliResult): z.infer<typeof errorSchema>['error'] {
  return errorSchema.parse(JSON.parse(run.stdout)).error;
}

const reportSchema = z.object({
  media: z.object({ sha256: z.string() }),
  render: z.object({ cached: z.boolean(), bytes: z.number(), seconds: z.number() }),
  jobs: z.array(
    z.object({
      drive: z.string(),
      machineSerial: z.string(),
      state: z.string(),
      reason: z
        .object({
          code: z.string(),
          message: z.string(),
          remedy: z.string(),
          offset: z.number().optional(),
          chunk: z.number().optional(),
        })
        .optional(),
      bytesWritten: z.number(),
      writeSeconds: z.number(),
      verifySeconds: z.number(),
      fingerprint: z.string(),
      ledgerEntry: z.number().nullable(),
    }),
  ),
});
export type ApplyReport = z.infer<typeof reportSchema>;

/** The report of `prestage apply --json`. */
export function reportOf(run: CliResult): ApplyReport {
  try {
    return reportSchema.parse(JSON.parse(run.stdout));
  } catch (error) {
    throw new Error(`no report (exit ${run.status}): ${run.stdout}\n${run.stderr}\n${String(error)}`, {
      cause: error,
    });
  }
}
