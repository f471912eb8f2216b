import type { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { assertNever } from '../base/errors';

/** What is wrong with a recipe, in words, with its place in the file. */

export interface RecipeProblem {
  /** Line and column of the file, both from 1 on; null when it is about the whole file. */
  readonly at: { readonly line: number; readonly column: number } | null;
  /** Without the place, in lower case at its start but for names, without a full stop. */
  readonly message: string;
}

/** A problem as one line: `line 3, column 5: …`. */
export function recipeProblemText({ at, message }: RecipeProblem): string {
  return at === null ? message : `line ${at.line}, column ${at.column}: ${message}`;
}

/** In the order of the file; what is about all of it comes first. */
export function inFileOrder(problems: readonly RecipeProblem[]): RecipeProblem[] {
  const place = ({ at }: RecipeProblem): number =>
    at === null ? 0 : at.line * 10_000 + Math.min(at.column, 9_999);
  return problems.toSorted((a, b) => place(a) - place(b));
}

/** Where in the recipe something stands, as it is shown: `packages[2].id`, from 1 on. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step + 1}]`;
    const name = sanitizeForDisplay(String(step), 60);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** One complaint of the schema: where it is to be shown, and its words. */
export interface RecipeComplaint {
  /** To the value, or with `key` to the object that has that key. */
  readonly path: readonly PropertyKey[];
  /** A member that should not be there: its name is what is to be shown. */
  readonly key?: string;
  readonly message: string;
}

/**
 * The words of what the schema found.
 * @param valueAt what stands in the recipe at a path; undefined when nothing does
 * @param noun what is read, with its article
 */
export function complaintsOf(
  issues: readonly z.core.$ZodIssue[],
  valueAt: (path: readonly PropertyKey[]) => unknown,
  noun = 'a recipe',
): RecipeComplaint[] {
  return issues.flatMap((issue): RecipeComplaint[] => {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') {
      const where = path.length === 0 ? noun : pathText(path);
      return issue.keys.map((key) => ({
        ...{ path, key },
        message: `${where} has no member '${sanitizeForDisplay(key, 60)}'`,
      }));
    }
    const value = valueAt(path);
    const name = pathText(path);
    if (value === undefined && path.length > 0) {
      return [{ path: path.slice(0, -1), message: `${name} is missing` }];
    }
    const subject = name === '' ? noun : name;
    return [{ path, message: `${subject} ${wordsOf(issue, value)}` }];
  });
}

type OtherIssue = Exclude<z.core.$ZodIssue, { code: 'unrecognized_keys' }>;

function wordsOf(issue: OtherIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords(issue.expected, value);
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'is empty';
      return `must be ${issue.minimum} or more`;
    case 'too_big':
      if (issue.origin === 'string') return `is longer than ${issue.maximum} characters`;
      if (issue.origin === 'array') return `has more than ${issue.maximum} members`;
      return `must be ${issue.maximum} or less`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}, and is ${shown(value)}`;
    case 'invalid_union':
      return isObject(value)
        ? `must have a ${issue.discriminator ?? 'kind'} that is known`
        : typeWords('object', value);
    case 'invalid_format':
      return `${issue.message}, and is ${shown(value)}`;
    case 'custom':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
      return issue.message;
    default:
      return assertNever(issue);
  }
}

function typeWords(expected: string, value: unknown): string {
  const wanted: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list, with a dash before each of its members',
    object: 'a group of members with names',
  };
  const want = `must be ${wanted[expected] ?? expected}`;
  if (value === null) return `${want}, and is empty`;
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `${want}: put ${shown(value)} in quotation marks`;
  }
  if (ArrayBuffer.isView(value)) return `${want}, and is binary`;
  if (typeof value === 'number' && expected === 'int') return `${want}, and is ${shown(value)}`;
  const got = Array.isArray(value) ? 'a list' : isObject(value) ? 'a group of members' : shown(value);
  return `${want}, and is ${got}`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${sanitizeForDisplay(value, 60)}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'empty';
  return Array.isArray(value) ? 'a list' : 'a group of members';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
