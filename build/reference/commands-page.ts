/** docs/reference/commands.md: every command as its help says it. */
import type { Argument, Command, Option } from 'commander';
import { atStart } from '../../core/base/display';
import { failureOf, formOf } from '../../station/cli/command-context';
import { exitCodeMeanings } from '../../station/cli/exit-codes';
import { prestageCommand } from '../../station/cli/program';
import { commandForms } from './forms';
import { commandAnchors } from './json-page';

/** The commands that do something, by their names without `prestage`. */
export async function leafCommands(): Promise<ReadonlyMap<string, Command>> {
  const leaves = new Map<string, Command>();
  const visit = (command: Command, name: string): void => {
    if (doesSomething(command)) leaves.set(name, command);
    for (const below of command.commands) visit(below, `${name} ${below.name()}`.trim());
  };
  visit(await prestageCommand(''), '');
  return leaves;
}

/** One that only has others below it does nothing by itself. */
function doesSomething(command: Command): boolean {
  return command.commands.length === 0 || formOf(command) !== null;
}

/** Makes the page. @throws Error when a command prints a form that the reference does not have */
export async function commandsPage(): Promise<string> {
  const root = await prestageCommand('');
  requireForms(await leafCommands());
  return [
    '# Commands',
    `${root.description()} \`prestage --help\` lists the commands, \`prestage COMMAND --help\` explains one.`,
    'With `--json` a command prints one JSON document on standard output, and everything else on standard error. A drive is named by the ID that `prestage drives` shows.',
    '## Exit codes',
    Object.entries(exitCodeMeanings)
      .map(([code, meaning]) => `- \`${code}\`: ${meaning}`)
      .join('\n'),
    'Every command can end with 0, 1, 2, 3 and 130. Those that can end with 4 say when. [Errors](errors.md) has the exit code of each error.',
    ...root.commands.flatMap((command) => sectionsOf(command, 'prestage', '##')),
    '',
  ].join('\n\n');
}

function sectionsOf(command: Command, above: string, heading: string): string[] {
  const name = `${above} ${command.name()}`;
  const title = [`${heading} ${name}`, `${atStart(command.description())}.`];
  const below = command.commands.flatMap((one) => sectionsOf(one, name, `${heading}#`));
  if (!doesSomething(command)) return [...title, ...below];
  const usage = `\`\`\`\n${command.createHelp().commandUsage(command)}\n\`\`\``;
  const lines = [...command.registeredArguments.map(argumentLine), ...command.options.map(optionLine)];
  return [
    ...[...title, usage, lines.join('\n'), ...endingOf(command, name.replace('prestage ', ''))],
    ...below,
  ];
}

function argumentLine(argument: Argument): string {
  return `- \`${argument.variadic ? `<${argument.name()}...>` : `<${argument.name()}>`}\`: ${argument.description}.`;
}

function optionLine(option: Option): string {
  const sentences = [
    `- \`${option.flags}\`${option.mandatory ? ' (required)' : ''}: ${option.description}.`,
    option.argChoices === undefined
      ? ''
      : `One of ${option.argChoices.map((one) => `\`${one}\``).join(', ')}.`,
    defaultOf(option),
  ];
  return sentences.filter((text) => text !== '').join(' ');
}

/** An option that may be given several times begins with an empty list, which is nothing to tell. */
function defaultOf({ defaultValue }: Option): string {
  const text = defaultValue === undefined ? '' : String(defaultValue);
  return text === '' ? '' : `Default: \`${text}\`.`;
}

function endingOf(command: Command, name: string): string[] {
  const anchor = commandAnchors().get(name);
  const failure = failureOf(command);
  return [
    ...(anchor === undefined ? [] : [`JSON: [${name}](json.md#${anchor})`]),
    ...(failure === null ? [] : [`Exit code 4: ${failure}.`]),
  ];
}

function requireForms(leaves: ReadonlyMap<string, Command>): void {
  const known = new Map<string, unknown>(Object.entries(commandForms));
  for (const [name, command] of leaves) {
    if (formOf(command) !== (known.get(name) ?? null)) {
      throw new Error(`build/reference/forms.ts has another form for "prestage ${name}" than it prints`);
    }
  }
  for (const name of known.keys()) {
    if (!leaves.has(name)) {
      throw new Error(`build/reference/forms.ts: there is no command "prestage ${name}"`);
    }
  }
}
