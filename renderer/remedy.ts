import type { ErrorData } from '../core/base/errors';
import { errorReference } from '../core/base/error-reference';
import type { Text } from './text';

/** A command of Prestage, or an option of one; not one that is given to the program before it. */
const ofPrestage = /\bprestage [a-z]|(?<!\b(?:hdparm|wimlib-imagex)[\w ]*)(?:^|[\s(])--[a-z]/;

/**
 * What to do now, as the page says it: in the app's own words where the remedy is the general one of its code or speaks of commands of
 * Prestage. What was said for this very case stands: a command of the system with the name of an interface helps whoever has a terminal.
 */
export function remedyInApp(
  { code, remedy }: Pick<ErrorData, 'code' | 'remedy'>,
  { remedies }: Pick<Text, 'remedies'>,
): string {
  const isGeneral = remedy === errorReference[code].remedy || ofPrestage.test(remedy);
  return isGeneral ? (remedies[code] ?? remedy) : remedy;
}
