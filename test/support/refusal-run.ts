import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prestage, type CliResult } from './cli';

/** Longest that a run may take, in milliseconds: what waits for an answer nobody gives must end. */
const longest = 60_000;

interface Running {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Gets all output so far; what it gives back is typed. Asked no more once it gave something. */
  readonly answer?: (shown: string) => Promise<string | null>;
  /** A question that comes after the first: typed once this is shown. */
  readonly second?: SecondAnswer | undefined;
}

/** What is typed at a second question, which is known by what is shown before it. */
export interface SecondAnswer {
  readonly shown: string;
  readonly typed: string;
  /** What the second question ends with; the question before erasing when it is left out. */
  readonly ends?: string;
}

async function run(command: readonly [string, ...string[]], running: Running): Promise<CliResult> {
  const [file, ...args] = command;
  return await new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: [running.answer === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...running.env },
    });
    let stdout = '';
    let stderr = '';
    let asked = running.answer === undefined;
    const timer = setTimeout(() => child.kill('SIGKILL'), longest);
    let askedAgain = running.second === undefined;
    const offer = async (): Promise<void> => {
      if (!askedAgain && running.second !== undefined) {
        const [, after] = stdout.split(running.second.shown);
        if (after?.includes(running.second.ends ?? promptText) === true) {
          askedAgain = true;
          child.stdin?.write(`${running.second.typed}\r`);
          return;
        }
      }
      if (asked || running.answer === undefined || !stdout.includes(promptText)) return;
      asked = true;
      child.stdin?.write(`${(await running.answer(stdout)) ?? ''}\r`);
    };
    child.stdout?.on('data', (piece: Buffer) => {
      stdout += piece.toString();
      offer().catch((error: unknown) => {
        child.kill('SIGKILL');
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
    child.stderr?.on('data', (piece: Buffer) => (stderr += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ status: code ?? 137, stdout, stderr });
    });
  });
}

/** How the question before erasing ends. */
const promptText = "Type 'erase' to erase these drives:";

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Runs `prestage` at a terminal of its own (script(1) of util-linux), with standard output in a file.
 * @param answer called when it asks before erasing, with everything that was on the screen; returns what is
 * typed
 * @returns `stderr` is what was on the screen
 */
export async function runAtTerminal(
  args: readonly string[],
  outputFile: string,
  answer: (screen: string) => Promise<string>,
  env?: NodeJS.ProcessEnv,
  second?: SecondAnswer,
): Promise<CliResult> {
  const command = [process.execPath, prestage, ...args].map(quoted).join(' ');
  const shell = `exec ${command} > ${quoted(outputFile)}`;
  const ended = await run(['script', '--quiet', '--return', '--command', shell, '/dev/null'], {
    answer,
    second,
    env: { ...env, SHELL: '/bin/sh' },
  });
  return {
    status: ended.status,
    stdout: readFileSync(outputFile, 'utf8'),
    stderr: ended.stdout.replaceAll('\r\n', '\n'),
  };
}

/** Every file that a tool may be found as: on PATH, and where Prestage looks besides. */
function placesOf(tool: string): string[] {
  const folders = [
    ...(process.env['PATH'] ?? '').split(':'),
    ...['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'],
  ];
  const files = folders.map((folder) => join(folder, tool)).filter((file) => existsSync(file));
  return [...new Set(files.map((file) => realpathSync(file)))];
}

/**
 * Runs `prestage` on a machine where a tool is not installed: in a mount namespace of its own, where the
 * tool's file is covered by /dev/null, which nobody can execute. Root only. Ends with the process.
 */
export async function runWithoutTool(
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<CliResult> {
  const paths = placesOf(tool);
  if (paths.length === 0) throw new Error(`${tool} is not installed here to begin with`);
  const cover = paths.map((place) => `mount --bind /dev/null ${quoted(place)} && `).join('');
  const shell = `${cover}exec "$@"`;
  return await run(['unshare', '--mount', 'sh', '-c', shell, 'sh', process.execPath, prestage, ...args], {
    env,
  });
}

/** Puts a shell script of the name of a tool into a folder that can go first on PATH. */
export function standIn(folder: string, tool: string, script: string): void {
  const file = join(folder, tool);
  writeFileSync(file, `#!/bin/sh\nset -e\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Path of the tool itself, for a stand-in to go on with. */
export function realTool(tool: string): string {
  return execFileSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${quoted(tool)}`], {
    encoding: 'utf8',
  }).trim();
}
