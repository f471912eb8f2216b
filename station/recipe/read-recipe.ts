import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  parseDocument,
  Parser,
  type CST,
  type Document,
  type Node,
} from 'yaml';
import type { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { counted } from '../../core/base/plurals';
import { errorCodeOf } from '../../core/base/system-error';
import { MiB } from '../../core/base/units';
import {
  complaintsOf,
  inFileOrder,
  recipeProblemText,
  type RecipeComplaint,
  type RecipeProblem,
} from '../../core/recipe/recipe-problems';
import { soundnessComplaints } from '../../core/recipe/recipe-rules';
import { recipeSchema, type Recipe, type RecipeContent, type RecipeImage } from '../../core/recipe/recipe';

/** Reads a recipe: YAML 1.2, the core schema and nothing more. What is wrong is told all at once, each with its place. */

/** A recipe with the file it came from. */
export interface ReadRecipe {
  /** Absolute. */
  readonly path: string;
  /** As it is written, with defaults. */
  readonly recipe: Recipe;
  /** Finds the place of a rule that is broken, for {@link recipeInvalid}. */
  readonly problemAt: (complaint: RecipeComplaint) => RecipeProblem;
}

/** Bytes. A recipe of a thousand packages has a tenth of it. */
export const largestRecipe = MiB;

/** Aliases (`*name`) that one recipe may unfold to. More is a file that is made to fill the memory. */
const maxAliases = 100;

/** @throws PrestageError recipe-unreadable, recipe-invalid */
export function readRecipe(file: string): ReadRecipe {
  const path = resolve(file);
  return parseRecipe(readFormText(path, unreadable), path);
}

/** What is read from YAML, and what is said where it cannot be. */
export interface YamlForm<T> {
  /** With its article: `a recipe`. */
  readonly noun: string;
  readonly schema: z.ZodType<T>;
  /** What it may not say, though each of its members is well formed. */
  readonly soundness: (value: T) => readonly RecipeComplaint[];
  readonly invalid: (path: string, problems: readonly RecipeProblem[]) => PrestageError;
}

const recipeForm: YamlForm<Recipe> = {
  noun: 'a recipe',
  schema: recipeSchema,
  soundness: soundnessComplaints,
  invalid: recipeInvalid,
};

/**
 * Reads the text of a recipe.
 * @param path absolute, for messages and for what stands in it
 * @throws PrestageError recipe-invalid
 */
export function parseRecipe(text: string, path: string): ReadRecipe {
  const { value, problemAt } = parseForm(text, path, recipeForm);
  return { path, recipe: value, problemAt };
}

/**
 * Reads a form that is written in YAML.
 * @param path absolute, for messages
 * @throws what `form.invalid` makes
 */
export function parseForm<T>(
  text: string,
  path: string,
  { noun, schema, soundness, invalid }: YamlForm<T>,
): { readonly value: T; readonly problemAt: ReadRecipe['problemAt'] } {
  const monster = monstrous(text);
  if (monster !== null) throw invalid(path, [{ at: null, message: monster }]);
  const lines = new LineCounter();
  let value: unknown;
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      strict: true,
      uniqueKeys: true,
      merge: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    });
    const broken = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
      at: placeOf(lines, pos[0]),
      message: syntaxWords(code, message),
    }));
    if (broken.length > 0) throw invalid(path, broken);
    value = document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    if (error instanceof PrestageError) throw error;
    throw invalid(path, [{ at: null, message: refusalWords(error) }]);
  }
  const problemAt = ({ path: steps, key, message }: RecipeComplaint): RecipeProblem => ({
    at: placeOf(lines, offsetOf(document, steps, key)),
    message,
  });
  const parsed = schema.safeParse(value ?? {});
  if (!parsed.success) {
    const valueAt = (steps: readonly PropertyKey[]): unknown => follow(value, steps);
    throw invalid(path, complaintsOf(parsed.error.issues, valueAt, noun).map(problemAt));
  }
  const unsound = soundness(parsed.data);
  if (unsound.length > 0) throw invalid(path, unsound.map(problemAt));
  return { value: parsed.data, problemAt };
}

/** The recipe with the paths of images and folders absolute: they begin at the recipe's folder. */
export function withAbsolutePaths({ recipe, path }: Pick<ReadRecipe, 'recipe' | 'path'>): Recipe {
  const folder = dirname(path);
  const { media } = recipe.operatingSystem;
  const image = (one: RecipeImage): RecipeImage =>
    one.file === undefined ? one : { ...one, file: resolve(folder, one.file) };
  const content = (list: readonly RecipeContent[]): RecipeContent[] =>
    list.map((one) => (one.folder === undefined ? one : { ...one, folder: resolve(folder, one.folder) }));
  return {
    ...recipe,
    bootImage: image(recipe.bootImage),
    operatingSystem: {
      ...recipe.operatingSystem,
      ...image(recipe.operatingSystem),
      ...(media === undefined ? {} : { media: resolve(folder, media) }),
    },
    packages: content(recipe.packages),
    applications: content(recipe.applications),
    driverPackages: content(recipe.driverPackages),
  };
}

/** More are counted. */
const maxListed = 500;

/** Every problem of a recipe, in the order of its lines. */
export function recipeInvalid(path: string, problems: readonly RecipeProblem[]): PrestageError {
  const listed = inFileOrder(problems).slice(0, maxListed);
  const more = problems.length - listed.length;
  const texts = [
    ...listed.map((problem) => sanitizeForDisplay(recipeProblemText(problem), 400)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
  const [first = ''] = texts;
  const what =
    texts.length === 1 ? `cannot be used: ${first}` : `has ${counted(problems.length, 'error', 'errors')}`;
  return new PrestageError({
    code: 'recipe-invalid',
    message: `The recipe ${shownName(path)} ${what}.`,
    cause: texts.length === 1 ? null : texts.join('\n'),
  });
}

/**
 * The text of a file in YAML.
 * @param unreadable makes the error: the path, and what is wrong, such as `is not there`
 */
export function readFormText(
  path: string,
  unreadable: (path: string, what: string, cause?: unknown) => PrestageError,
): string {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw unreadable(path, 'is not a file');
    if (stat.size > largestRecipe) throw unreadable(path, 'is larger than 1 MiB');
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof PrestageError) throw error;
    if (errorCodeOf(error) === 'ENOENT') throw unreadable(path, 'is not there');
    if (error instanceof TypeError) throw unreadable(path, 'is not a text in UTF-8', error);
    throw unreadable(path, 'cannot be read', error);
  }
}

function unreadable(path: string, what: string, cause?: unknown): PrestageError {
  return new PrestageError({
    code: 'recipe-unreadable',
    message: `The recipe ${shownName(path)} ${what}.`,
    cause: cause instanceof Error ? cause.message : null,
  });
}

function shownName(path: string): string {
  return sanitizeForDisplay(basename(path), 200);
}

function placeOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  // An empty file has no first line.
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Where a value, or the name of a member, begins. Of what is not there, the place of what should hold it. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], key?: string): number {
  let node: Node | null = document.contents;
  for (const step of path) {
    const below = childOf(node, step, document);
    if (below === null) break;
    node = below;
  }
  if (key !== undefined && isMap(node)) {
    const pair = node.items.find((one) => isPair(one) && isScalar(one.key) && String(one.key.value) === key);
    if (isNode(pair?.key)) return pair.key.range?.[0] ?? 0;
  }
  return node?.range?.[0] ?? 0;
}

function childOf(node: Node | null, step: PropertyKey, document: Document.Parsed): Node | null {
  const held = node !== null && 'resolve' in node ? (node.resolve(document) ?? null) : node;
  if (held === null || !('get' in held)) return null;
  const child: unknown = held.get(step, true);
  return isNode(child) ? child : null;
}

function follow(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (held, step) =>
      typeof held === 'object' && held !== null && Object.hasOwn(held, step)
        ? (held as Readonly<Record<PropertyKey, unknown>>)[step]
        : undefined,
    value,
  );
}

function syntaxWords(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab is used to indent: YAML takes blanks only';
    case 'DUPLICATE_KEY':
      return 'this member is there twice';
    case 'MULTIPLE_DOCS':
      return 'a second document begins here: a recipe has one';
    case 'TAG_RESOLVE_FAILED':
      return 'a tag (!…) is used, which a recipe cannot have';
    default:
      return `this is not valid YAML: ${sanitizeForDisplay(message.replace(/\.?\s*$/, ''), 200)}`;
  }
}

/** A recipe has five levels, of which each takes two of the parser. */
const maxDepth = 60;
/** A group of a recipe has fifteen members. */
const maxMembers = 500;

/**
 * What no recipe is, and what would keep the process busy for minutes or end it: what builds the document calls itself
 * for each level, and compares each member of a group with all others. @returns what is wrong, or null
 */
function monstrous(text: string): string | null {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) void token;
    if (parser.stack.length > maxDepth) return 'it is nested too deeply';
    const inner = parser.stack.at(-1);
    const isGroup = inner?.type === 'block-map' || inner?.type === 'flow-collection';
    if (isGroup && inner.items.length > maxMembers && !isList(inner)) {
      return `a group has more than ${maxMembers} members`;
    }
  }
  return null;
}

function isList(token: CST.BlockMap | CST.FlowCollection): boolean {
  return token.type === 'flow-collection' && token.start.source === '[';
}

function refusalWords(error: unknown): string {
  if (error instanceof ReferenceError) return 'its aliases (*name) unfold to more than a recipe holds';
  throw error;
}
