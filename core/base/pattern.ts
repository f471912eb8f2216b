import { z } from 'zod';

/** Parts of a pattern that may match any number of characters, or between two numbers of them. */
const variableRepeats = 3;

/**
 * Whether a text is a pattern that every scan can be compared with at once: a regular expression (JavaScript, flag u)
 * without what makes comparing take as long as one likes. That is a repeated group that holds a repetition or a
 * choice, a backreference, and more than three variable repetitions: a scan of 200 characters is then compared in a
 * few million steps at most.
 */
export function isUsablePattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
  } catch {
    return false;
  }
  // Escapes and character classes are one character each to what follows; a backreference is kept to be found.
  const plain = text
    .replace(/\\(?:[1-9]|k<)/g, '\u0001')
    .replace(/\\[pPu]\{[^}]*\}|\\./g, 'x')
    .replace(/\[[^\]]*\]/g, 'x');
  if (plain.includes('\u0001')) return false;
  const repeat = /[*+]|\{\d+,\d*\}/g;
  if ((plain.match(repeat) ?? []).length > variableRepeats) return false;
  if (waysThroughChoices(plain) > maxWays) return false;
  const open: { risky: boolean }[] = [];
  for (let at = 0; at < plain.length; at += 1) {
    const rest = plain.slice(at);
    if (rest.startsWith('(')) open.push({ risky: false });
    else if (rest.startsWith(')')) {
      const group = open.pop();
      const repeated = /^\)(?:[*+]|\{)/.test(rest);
      if (repeated && group?.risky === true) return false;
      const around = open.at(-1);
      if (around !== undefined && (repeated || group?.risky === true)) around.risky = true;
    } else if (/^(?:[*+|?]|\{\d)/.test(rest) && plain[at - 1] !== '(') {
      const around = open.at(-1);
      if (around !== undefined) around.risky = true;
    }
  }
  return true;
}

/** Ways to go through all choices of a pattern; with three repetitions beside them still a matter of milliseconds. */
const maxWays = 1000;

/** Each group that holds a choice multiplies the ways by its alternatives, whether or not they exclude each other. */
function waysThroughChoices(plain: string): number {
  let ways = 1;
  const choices = [1];
  for (const character of plain) {
    if (character === '(') choices.push(1);
    else if (character === ')') ways *= choices.pop() ?? 1;
    else if (character === '|') choices.push((choices.pop() ?? 1) + 1);
  }
  return ways;
}

/** A pattern that the settings may hold. */
export const patternSchema = z
  .string()
  .min(1)
  .max(200)
  .refine(isUsablePattern, { message: 'must be a plain regular expression' });

/** Longer texts are not compared with patterns: one with three repetitions is slow on them. */
export const longestPatternText = 200;
