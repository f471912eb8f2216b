import { InvalidArgumentError, Option } from 'commander';
import { sanitizeForDisplay } from '../../core/base/display';
import { defaultOperator } from '../jobs/open-station';

/** `--operator NAME`, the same for every command that records who did something. */
export function operatorOption(): Option {
  return new Option('--operator <name>', 'name of the operator (default: your user name)').argParser(
    parseOperator,
  );
}

/** Who does it: the operator that was named, or whoever sits at the keyboard. */
export function operatorOf(named: string | undefined): string {
  return named ?? parseOperator(defaultOperator());
}

/** A record names somebody: a name of which nothing is left to read is none. */
function parseOperator(text: string): string {
  const name = sanitizeForDisplay(text, 200);
  if (name === '') throw new InvalidArgumentError('It must have visible characters.');
  return name;
}
