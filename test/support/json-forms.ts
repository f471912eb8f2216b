import type { Command } from 'commander';
import type { z } from 'zod';
import { formOf } from '../../station/cli/command-context';
import { failureForm } from '../../station/cli/output';
import { prestageCommand } from '../../station/cli/program';

/** All commands, made once: thousands of documents are looked at. */
let all: Promise<Command> | null = null;

/** The form of what a command line prints with `--json`; null when it names no command that prints any. */
export async function documentForm(args: readonly string[]): Promise<z.ZodType | null> {
  let command = await (all ??= prestageCommand(''));
  for (const word of args) {
    const below = command.commands.find((one) => one.name() === word);
    if (below === undefined) break;
    command = below;
  }
  // `prestage machine` is `prestage machine show`.
  const usual = command.commands.find((one) => one.name() === 'show');
  return formOf(command) ?? (usual === undefined ? null : formOf(usual));
}

/**
 * Holds a document that a command printed against its form: what the reference says is what is printed.
 * @throws Error that names the command and what differs
 */
export async function requireDocumentForm(args: readonly string[], text: string): Promise<void> {
  const value: unknown = JSON.parse(text);
  const form = await documentForm(args);
  if (failureForm.safeParse(value).success) return;
  const parsed = form?.safeParse(value);
  if (parsed?.success === true) return;
  const what = parsed?.error.message ?? 'the command has no form';
  throw new Error(`prestage ${args.join(' ')} printed another document than its form: ${what}\n${text}`);
}
