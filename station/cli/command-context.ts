import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import type { Helpers } from '../helper-client/helpers';
import { exitCodes, type ExitCode } from './exit-codes';
import type { Output } from './output';

/** What a command works with. */
export interface CommandContext {
  /** Aborted when the operator cancels. */
  readonly signal: AbortSignal;
  readonly output: Output;
  /** Started when first used, ended after the command. */
  readonly helpers: Helpers;
  /** Folder given with --state, absolute; null for the XDG places. For station/state/state-paths.ts. */
  readonly stateDirectory: string | null;
}

/** What the frame gives to all commands, and what it hears from them. */
export interface Program extends Omit<CommandContext, 'stateDirectory'> {
  exitCode: ExitCode;
}

/**
 * What a command does. Its exit code is `good` when it gives none. It throws what it refuses.
 * @param options as commander parsed them
 * @param args the arguments that are not options
 */
export type CommandBody<Options extends object> = (
  context: CommandContext,
  options: Options,
  args: readonly string[],
) => Promise<ExitCode | undefined>;

const programs = new WeakMap<Command, Program>();

/** Binds the frame to the root of all commands. */
export function bindProgram(root: Command, program: Program): void {
  programs.set(root, program);
}

/** Makes a commander action of a command's body: `command.action(commandAction(body))`. */
export function commandAction<Options extends object>(
  body: CommandBody<Options>,
): (...received: unknown[]) => Promise<void> {
  return async (...received) => {
    // Commander gives the arguments one by one, then the options, then the command.
    const command = received.at(-1) as Command;
    const program = programs.get(rootOf(command));
    if (program === undefined) throw new Error('the command is not part of a program');
    const options = command.opts<Options & { state?: string }>();
    const { signal, output, helpers } = program;
    const stateDirectory = options.state === undefined ? null : resolve(options.state);
    const code = await body({ signal, output, helpers, stateDirectory }, options, command.args);
    program.exitCode = code ?? exitCodes.good;
  };
}

/** `--json`, with the form of what it prints. The frame reads it too (program.ts). */
class JsonOption extends Option {
  constructor(readonly form: z.ZodType) {
    super('--json', 'one JSON document on standard output');
  }
}

/**
 * `--json` of a command.
 * @param form what it prints; scripts rely on it. The tests hold every document against it, docs/reference shows it.
 */
export function jsonOption(form: z.ZodType): Option {
  return new JsonOption(form);
}

const printed = new WeakMap<Command, z.ZodType>();

/** Says what a command prints that writes JSON without `--json`. */
export function prints(command: Command, form: z.ZodType): Command {
  printed.set(command, form);
  return command;
}

/** The form of the JSON that a command prints; null when it prints none. */
export function formOf(command: Command): z.ZodType | null {
  const option = command.options.find((one) => one instanceof JsonOption);
  return option?.form ?? printed.get(command) ?? null;
}

const failures = new WeakMap<Command, string>();

/** Says when a command ends with exit code 4: below its help, and in docs/reference. */
export function failsWhen(command: Command, when: string): Command {
  failures.set(command, when);
  return command.addHelpText('after', `\nExit code ${exitCodes.failed}: ${when}`);
}

/** When a command ends with exit code 4; null when it never does. */
export function failureOf(command: Command): string | null {
  return failures.get(command) ?? null;
}

/** `--state DIR`, the same for every command that needs the station's state. */
export function stateOption(): Option {
  return new Option('--state <dir>', 'state folder: ledger, key, settings and image cache');
}

/** `--bench DIR`, the same for every command that looks at drives. */
export function benchOption(): Option {
  return new Option('--bench <dir>', 'use the virtual bench in this folder, not the real drives');
}

/** Parses the value of an option that counts from 1. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, at least 1.');
  return Number(text);
}

function rootOf(command: Command): Command {
  let root = command;
  while (root.parent !== null) root = root.parent;
  return root;
}
