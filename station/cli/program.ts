import { setMaxListeners } from 'node:events';
import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { atStart, sanitizeForDisplay } from '../../core/base/display';
import { errorReference } from '../../core/base/error-reference';
import { isCancellation, PrestageError } from '../../core/base/errors';
import { elevationContext, quietSudo } from '../helper-client/elevation';
import { Helpers, type HelpersOptions } from '../helper-client/helpers';
import { bindProgram, type Program } from './command-context';
import { loadCommands } from './commands';
import { exitCodeMeanings, exitCodes, type ExitCode } from './exit-codes';
import { cannotWrite } from '../ledger/export-file';
import { logEvent } from '../state/log-file';
import { beginCommandLog } from './command-log';
import { Output } from './output';
import { refuseTypingErrors, withHelpLast } from './typing-errors';

export interface CommandLine {
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly version: string;
  /** What starts the helper. */
  readonly helper: HelpersOptions['helper'];
  /** One that runs already; null: none does. */
  readonly startedHelper?: HelpersOptions['started'];
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Aborted when the operator cancels. */
  readonly signal: AbortSignal;
}

/** Runs one command line to its end, helpers included. @returns the exit code. Never throws. */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const output = outputOf(line);
  beginCommandLog(line, output);
  const code = afterOutput(await runWithOutput(line, output), output);
  logEvent('info', 'command-ended', { exitCode: code, seconds: Math.round(performance.now()) / 1000 });
  return code;
}

function outputOf({ args, stdout, stderr }: CommandLine): Output {
  return new Output({
    // Read here too: a line that commander refuses must still be answered in the form that was asked for.
    json: args.includes('--json'),
    stdout,
    stderr,
    terminal: stderr.isTTY === true,
  });
}

async function runWithOutput(line: CommandLine, output: Output): Promise<number> {
  const { args, signal } = line;
  // Every drive of a rack listens to it; Node would take more than ten for a leak, and say so.
  setMaxListeners(0, signal);
  const helpers = new Helpers({
    helper: line.helper,
    started: line.startedHelper,
    client: `prestage ${line.version}`,
    signal,
    fallback: () => quietSudo(elevationContext()),
    onStderr: (text) => {
      output.message(text);
    },
    onEvent: logEvent,
  });
  const program: Program = { signal, output, helpers, exitCode: exitCodes.good };
  try {
    const root = await rootCommand(line, output);
    bindProgram(root, program);
    refuseTypingErrors(root, args);
    await root.parseAsync(withHelpLast(args), { from: 'user' });
    return program.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.good;
    return report(error, output, signal);
  } finally {
    output.endProgress();
    await helpers.dispose();
    await output.flush();
  }
}

/** What a command ends with once everything was printed: a result that was lost is not a good end. */
function afterOutput(code: number, output: Output): number {
  if (output.lost === null) return code;
  const holds = 'What the command was to do is done.';
  const data = output.failure(cannotWrite('Standard output', output.lost, null, holds));
  return code === exitCodes.good ? errorReference[data.code].exitCodes[0] : code;
}

function report(error: unknown, output: Output, signal: AbortSignal): ExitCode {
  const data = output.failure(error);
  logEvent(signal.aborted || isCancellation(error) ? 'info' : 'error', 'refused', { error: data });
  // Whatever a command trips over after it was cancelled, cancelled is what it was.
  if (signal.aborted || isCancellation(error)) return exitCodes.cancelled;
  return errorReference[data.code].exitCodes[0];
}

/**
 * All commands, with what each takes and answers, or the one that `first` names. Without streams: docs/reference is made from
 * it too.
 */
export async function prestageCommand(version: string, first?: string): Promise<Command> {
  const root = new Command('prestage')
    .description(
      'Writes one prestaged Windows image to a rack of drives, verifies every drive, and keeps a signed record.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    // A command that has subcommands can have options of its own, by the names of theirs.
    .enablePositionalOptions()
    .addHelpText('after', exitCodeHelp());
  for (const command of await loadCommands(version, first)) root.addCommand(command);
  return root;
}

async function rootCommand({ args, version, stdout, stderr }: CommandLine, output: Output): Promise<Command> {
  const root = await prestageCommand(version, args[0]);
  frame(root, {
    writeOut: (text) => {
      // With --json standard output is for the document alone.
      (output.json ? stderr : stdout).write(text);
    },
    writeErr: (text) => {
      stderr.write(text);
    },
    // Said by report(), in the form of every other error.
    outputError: () => undefined,
  });
  return root;
}

function exitCodeHelp(): string {
  const lines = Object.entries(exitCodeMeanings).map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`);
  return ['', 'Exit codes:', ...lines].join('\n');
}

/** Makes a command and all below it throw what is wrong with the command line, in our form. */
function frame(command: Command, streams: OutputConfiguration): void {
  command.configureOutput(streams);
  command.exitOverride((error) => {
    if (error.exitCode === 0) throw error;
    throw usageError(command, error);
  });
  for (const below of command.commands) frame(below, streams);
}

function usageError(command: Command, error: CommanderError): PrestageError {
  let name = command.name();
  for (let above = command.parent; above !== null; above = above.parent) name = `${above.name()} ${name}`;
  const missing = error.code === 'commander.help';
  const text = sanitizeForDisplay(error.message.replace(/^error: /, ''), 400);
  return new PrestageError({
    code: 'usage',
    message: missing ? 'A command is missing.' : atStart(text),
    remedy: `See ${name} --help`,
  });
}
