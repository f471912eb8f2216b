import { z } from 'zod';
import { baysSchema } from './bays';

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

const patternSchema = z
  .string()
  .min(1)
  .max(200)
  .refine(isUsablePattern, { message: 'must be a plain regular expression' });

/** What serials of one maker look like. */
export const serialPatternSchema = z.strictObject({
  /** Shown when a scan does not fit, for example "Dell service tag". */
  maker: z.string().min(1).max(60),
  /** The whole serial, upper case. */
  pattern: patternSchema,
});
export type SerialPattern = z.infer<typeof serialPatternSchema>;

export const themes = ['system', 'light', 'dark', 'high-contrast'] as const;
export const languages = ['en'] as const;

/** What the desktop app can be told. Every member has a default, so that an old file stays readable. */
export const deskSettingsSchema = z.strictObject({
  bays: baysSchema.default([]),
  /** When there are any, a machine's serial must fit one of them. */
  serialPatterns: z.array(serialPatternSchema).max(50).default([]),
  /** An operator's badge; the first group is the name. */
  badgePattern: patternSchema.default('^(?:OP|BADGE)[-: ](.{2,60})$'),
  /** A work order's barcode; the first group is the number. */
  workOrderPattern: patternSchema.default('^WO[-: ](.{1,60})$'),
  sounds: z.boolean().default(true),
  theme: z.enum(themes).default('system'),
  language: z.enum(languages).default('en'),
});
export type DeskSettings = z.infer<typeof deskSettingsSchema>;
export type Theme = DeskSettings['theme'];
