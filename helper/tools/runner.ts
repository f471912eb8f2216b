import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { sanitizeForDisplay } from '../../core/base/display';
import { cancelled, PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { toolPackages, type ToolName } from './requirements';

/** The one way in which the helper runs other programs. */

export interface ToolOptions {
  /** Aborting stops the tool and makes the call fail with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the tool is stopped and the call fails; none when absent. */
  readonly timeout?: number;
  /** Milliseconds for its end when it was asked to stop, and once more when it was killed; timeouts.toolKill when absent. */
  readonly killAfter?: number;
  /** Bytes of address space the tool may have, for tools that read what others made. */
  readonly memoryLimit?: number;
  /** A program of ours, with its arguments, that starts the tool: the tool's path and arguments are its last ones. */
  readonly before?: readonly string[];
  /** Called with each piece of standard output as it comes. */
  readonly onOutput?: (text: string) => void;
  /**
   * Takes standard output as it comes, and nothing of it is kept: for output without a limit, as the list of a media file
   * with millions of files. What it throws stops the tool and is thrown on.
   */
  readonly stream?: (piece: Buffer) => void;
  /**
   * A file that standard output goes to instead: some tools open /dev/stdout by name, which the sockets that Node
   * gives its children do not allow.
   */
  readonly outputFile?: string;
  /** A file that standard input comes from; otherwise there is none. */
  readonly inputFile?: string;
  /** Bytes of standard output that are kept in the result; the default is 256 MiB. */
  readonly outputLimit?: number;
  /** So many bytes of standard output are wanted: then the tool is stopped, and its status counts as 0. */
  readonly firstBytes?: number;
  /** What the tool reads from its standard input; without it, it has none. */
  readonly input?: Buffer;
  /** What the tool reads from its descriptor 3: a secret, which no argument, file or environment may hold. */
  readonly secret?: Buffer;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ToolResult {
  /** What the tool was told. */
  readonly args: readonly string[];
  /** Exit status, or 128 + signal number as a shell gives it. */
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Bytes of standard error that are kept, the last ones. */
const stderrLimit = 1024 * 1024;

type StopReason = 'signal' | 'timeout' | 'output' | 'enough' | 'stream';

/**
 * Finds a tool on PATH, with the sbin folders added: they are missing from a plain user's PATH on Debian.
 * @throws PrestageError tool-missing, naming the package
 */
export function findTool(tool: ToolName): string {
  const folders = [
    ...(process.env['PATH'] ?? '').split(':'),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    '/usr/bin',
    '/bin',
  ];
  for (const folder of folders) {
    if (!folder.startsWith('/')) continue;
    const candidate = join(folder, tool);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  throw new PrestageError({
    code: 'tool-missing',
    message: `The tool ${tool} is not installed.`,
    remedy: `Install the package ${toolPackages[tool]} (sudo apt-get install ${toolPackages[tool]}), then try again.`,
  });
}

/**
 * Runs one tool with an argv array: no shell, C locale. Resolves with any exit status;
 * what a status means is the caller's to say.
 * @throws PrestageError tool-missing, tool-failed (could not start, time-out), cancelled
 */
export async function runTool(
  tool: ToolName,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  const limit = options.memoryLimit;
  const [command = '', ...argv] = [
    ...(limit === undefined ? [] : [findTool('prlimit'), `--as=${limit}`]),
    ...(options.before ?? []),
    findTool(tool),
    ...args,
  ];
  if (options.signal?.aborted === true) throw cancelled(tool);
  const outputLimit = options.outputLimit ?? 256 * 1024 * 1024;
  const killAfter = options.killAfter ?? timeouts.toolKill;

  const outputFile = options.outputFile === undefined ? null : openSync(options.outputFile, 'wx', 0o600);
  const inputFile = options.inputFile === undefined ? null : openSync(options.inputFile, 'r');
  return await new Promise<ToolResult>((resolve, reject) => {
    const child = spawn(command, argv, {
      stdio: [
        inputFile ?? (options.input === undefined ? 'ignore' : 'pipe'),
        outputFile ?? 'pipe',
        'pipe',
        options.secret === undefined ? 'ignore' : 'pipe',
      ],
      env: { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'C', ...options.environment },
    });
    const output: Buffer[] = [];
    let outputBytes = 0;
    let stderr = '';
    let stoppedBy: StopReason | null = null;
    let stopTimer: NodeJS.Timeout | undefined;
    let streamError: unknown;
    let ended = false;

    const stop = (why: StopReason): void => {
      if (stoppedBy !== null) return;
      stoppedBy = why;
      child.kill('SIGTERM');
      stopTimer = setTimeout(() => {
        child.kill('SIGKILL');
        stopTimer = setTimeout(leave, killAfter);
      }, killAfter);
    };
    // A drive that hangs keeps its tool in the kernel, where no signal reaches it: nobody waits for that, and nothing of it keeps this process.
    const leave = (): void => {
      for (const pipe of child.stdio) pipe?.destroy();
      child.unref();
      settle(null, 'SIGKILL');
    };
    const onAbort = (): void => {
      stop('signal');
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => {
            stop('timeout');
          }, options.timeout);

    for (const [pipe, bytes] of [
      [child.stdio[0], options.input],
      [child.stdio[3], options.secret],
    ] as const) {
      if (!(pipe instanceof Writable)) continue;
      // A tool that ends without reading all of it has said why by its status.
      pipe.on('error', () => undefined);
      pipe.end(bytes);
    }
    child.stdout?.on('data', (piece: Buffer) => {
      if (options.stream !== undefined) {
        if (stoppedBy !== null) return;
        try {
          options.stream(piece);
        } catch (error) {
          streamError = error;
          stop('stream');
        }
        return;
      }
      outputBytes += piece.length;
      if (outputBytes > outputLimit) stop('output');
      else output.push(piece);
      if (outputBytes >= (options.firstBytes ?? Infinity)) stop('enough');
      options.onOutput?.(piece.toString('utf8'));
    });
    child.stderr?.on('data', (piece: Buffer) => {
      stderr = (stderr + piece.toString('utf8')).slice(-stderrLimit);
    });
    const finish = (): boolean => {
      if (ended) return false;
      ended = true;
      clearTimeout(timer);
      clearTimeout(stopTimer);
      options.signal?.removeEventListener('abort', onAbort);
      if (outputFile !== null) closeSync(outputFile);
      if (inputFile !== null) closeSync(inputFile);
      return true;
    };
    child.on('error', (error) => {
      if (finish()) reject(toolFailed(tool, `could not be started: ${error.message}`, stderr));
    });
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (!finish()) return;
      if (stoppedBy === 'signal') reject(cancelled(tool));
      else if (stoppedBy === 'timeout') reject(toolFailed(tool, 'did not respond in time', stderr));
      else if (stoppedBy === 'output') reject(toolFailed(tool, 'printed too much output', stderr));
      else if (stoppedBy === 'stream') reject(asError(streamError));
      else {
        const status = stoppedBy === 'enough' ? 0 : (code ?? 128 + signalNumber(signal));
        resolve({ args, status, stdout: Buffer.concat(output).subarray(0, options.firstBytes), stderr });
      }
    };
    child.on('close', settle);
  });
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 9 : signal === 'SIGSEGV' ? 11 : signal === 'SIGABRT' ? 6 : 15;
}

/** Words by which tools say that something was not done as asked, though they end with 0. */
const warningWords =
  /warn|fail|error|not be able|could ?n[o']t|cannot|can't|unable|ignor|skip|lost|invalid|too (?:long|large|small)|truncat|conver|collision|exists|clash/i;

/**
 * Lines in which a tool that ended with 0 warns of something, safe to show: what it made may not be what was asked. The paths that
 * it was told are no words of its own: a folder may be called `failed`.
 * @param harmless lines that were looked at and say nothing of what was made
 */
export function warningsOf(
  { args, stderr }: Pick<ToolResult, 'args' | 'stderr'>,
  harmless: readonly RegExp[] = [],
): string[] {
  const paths = args.flatMap((arg) => (arg.includes('/') ? [arg.slice(arg.indexOf('/'))] : []));
  const ownWords = (line: string): string => paths.reduce((rest, path) => rest.replaceAll(path, ''), line);
  return stderr
    .split(/[\r\n]+/)
    .filter((line) => warningWords.test(ownWords(line)) && !harmless.some((pattern) => pattern.test(line)))
    .map((line) => sanitizeForDisplay(line, 400));
}

/** The last non-empty line a tool wrote to standard error, safe to show. */
export function lastWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return sanitizeForDisplay(lines.at(-1) ?? '', 400);
}

/** A tool that failed in a way that has no better name. */
export function toolFailed(tool: ToolName, what: string, stderr: string): PrestageError {
  return new PrestageError({
    code: 'tool-failed',
    message: `The tool ${tool} ${what}.`,
    cause: sanitizeForDisplay(stderr, 4000) || null,
    remedy: `Try again. If it happens again, check that the package ${toolPackages[tool]} is installed correctly.`,
  });
}
