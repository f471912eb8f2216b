import type { Command, Option } from 'commander';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';

/**
 * Typing errors that commander lets pass: where help is asked for, it prints help and looks at nothing else; and an option
 * without its value takes the next option for it.
 */

/**
 * Looks at the words of a command line before anything is done with them.
 * @throws PrestageError usage: an unknown command or option, with the nearest name; an option without its value
 */
export function refuseTypingErrors(root: Command, args: readonly string[]): void {
  const end = args.indexOf('--');
  const words = end === -1 ? args : args.slice(0, end);
  let command = root;
  let asksForHelp = words.some((word) => word === '--help' || word === '-h');
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.startsWith('-') && word !== '-') {
      const option = optionOf(command, word);
      if (option === undefined) {
        // Of short ones commander says so itself, where nobody asks for help; of a long one it would first say that the one
        // that was meant is missing. The frame reads --json wherever it stands.
        const looked = asksForHelp || word.startsWith('--');
        if (looked && !isHelp(word) && word !== '--json') throw unknown(command, 'option', word);
      } else if (option.required && !word.includes('=')) {
        at += 1;
        refuseMissingValue(command, option, words[at]);
      } else if (word.includes('=') && word.startsWith('--') && !option.required && !option.optional) {
        throw usage(command, `Option '${option.flags}' takes no value: '${shown(word)}'.`);
      }
    } else if (command.commands.length > 0) {
      if (word === 'help') {
        asksForHelp = true;
        continue;
      }
      const below = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (below === undefined) throw unknown(command, 'command', word);
      command = below;
    } else operands.push(word);
  }
  const surplus = operands[command.registeredArguments.length];
  const takesAny = command.registeredArguments.at(-1)?.variadic === true;
  if (asksForHelp && surplus !== undefined && !takesAny) {
    throw usage(command, `Nothing was expected at '${shown(surplus)}'.`);
  }
}

/**
 * `help ledger verify` as `ledger verify --help`: commander's own command knows one name only, and shows the help of that.
 * @param args a command line without typing errors
 */
export function withHelpLast(args: readonly string[]): string[] {
  const [first, ...names] = args;
  return first === 'help' ? [...names.filter((name) => name !== 'help'), '--help'] : [...args];
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}

/** The option that a word names; of `-xVALUE` and `--long=VALUE` too. */
function optionOf(command: Command, word: string): Option | undefined {
  const flag = word.startsWith('--') ? word.replace(/=.*$/s, '') : word.slice(0, 2);
  return command.options.find(({ long, short }) => long === flag || short === flag);
}

function refuseMissingValue(command: Command, option: Option, next: string | undefined): void {
  // Without a next word commander says so itself.
  if (next === undefined || !next.startsWith('-')) return;
  if (optionOf(command, next) === undefined && !isHelp(next)) return;
  throw usage(command, `Option '${option.flags}' has no value: '${shown(next)}' follows it.`);
}

function unknown(command: Command, what: 'command' | 'option', word: string): PrestageError {
  const names =
    what === 'command'
      ? [...command.commands.map((one) => one.name()), 'help']
      : [...command.options.flatMap(({ long }) => long ?? []), '--help'];
  const near = nearest(word.replace(/=.*$/s, ''), names);
  const meant = near === null ? '' : ` Did you mean '${near}'?`;
  return usage(command, `Unknown ${what} '${shown(word)}'.${meant}`);
}

function usage(command: Command, message: string): PrestageError {
  let name = command.name();
  for (let above = command.parent; above !== null; above = above.parent) name = `${above.name()} ${name}`;
  return new PrestageError({ code: 'usage', message, remedy: `See ${name} --help` });
}

/** The name that a word was meant for; null where none is like it: at most two letters in five may differ. */
export function nearest(word: string, names: readonly string[]): string | null {
  const close = names
    .map((name) => ({ name, steps: distance(word.toLowerCase(), name) }))
    .filter(({ name, steps }) => steps <= 0.4 * Math.max(name.length, word.length))
    .toSorted((a, b) => a.steps - b.steps);
  return close[0]?.name ?? null;
}

/** Letters to add, take away, replace or swap with their neighbour (optimal string alignment). */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= one.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const steps = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (same ? 0 : 1),
        swapped ? at(row - 2, column - 2) + 1 : Infinity,
      );
      rows[row]?.push(steps);
    }
  }
  return at(one.length, other.length);
}

function shown(word: string): string {
  return sanitizeForDisplay(word, 80);
}
