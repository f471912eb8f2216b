import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { templateProblems } from '../../core/machine-files/fill-template';
import { xmlForbidden, xmlPitfall } from '../../core/machine-files/xml-pitfalls';
import {
  kindOfPath,
  largestTemplate,
  machineFileComplaints,
  machineFileListSchema,
  type MachineFile,
  type MachineFileEntry,
} from '../../core/machine-files/machine-file';
import { inFileOrder, recipeProblemText, type RecipeProblem } from '../../core/recipe/recipe-problems';
import { parseForm, readFormText } from '../recipe/read-recipe';

/** Reads lists of machine files, and the templates that they name. */

const listSchema = z.strictObject({ machineFiles: machineFileListSchema.min(1) });

/**
 * Reads a list of its own (YAML), with its templates.
 * @throws PrestageError machine-files-invalid
 */
export function readMachineFiles(file: string): MachineFile[] {
  const path = resolve(file);
  const text = readFormText(path, (_path, what) => invalidList(path, [what]));
  const { value } = parseForm(text, path, {
    noun: 'a list of machine files',
    schema: listSchema,
    soundness: ({ machineFiles }) => machineFileComplaints(machineFiles),
    invalid: (_path, problems: readonly RecipeProblem[]) =>
      invalidList(path, inFileOrder(problems).map(recipeProblemText)),
  });
  return withTemplates(value.machineFiles, path);
}

/**
 * The files of a list with what their templates hold. Each template is looked at as far as no machine is needed.
 * @param listedIn absolute path of the file that lists them: templates lie beside it
 * @throws PrestageError machine-files-invalid
 */
export function withTemplates(entries: readonly MachineFileEntry[], listedIn: string): MachineFile[] {
  const problems: string[] = [];
  const files = entries.map(({ path, kind = kindOfPath(path), template, bytes }): MachineFile => {
    const file = { path, kind, template: '', bytes };
    if (template === undefined) return file;
    const text = readTemplate(resolve(dirname(listedIn), template), kind);
    const named = `the template ${sanitizeForDisplay(template, 200)}`;
    if ('problem' in text) {
      problems.push(`${named} ${text.problem}`);
      return file;
    }
    const filled = { ...file, template: text.text };
    const wrong = templateProblems(filled);
    const broken = kind === 'xml' ? xmlProblem(text.text.replaceAll(/\{\{[^{}]*\}\}/g, 'x')) : null;
    problems.push(...[...wrong, ...(broken === null ? [] : [broken])].map((one) => `${named}: ${one}`));
    return filled;
  });
  if (problems.length > 0) throw invalidList(listedIn, problems);
  return files;
}

/** In a plain text the byte order mark stays: Windows PowerShell and others know UTF-8 by it, and by nothing else. */
function readTemplate(
  path: string,
  kind: MachineFile['kind'],
): { readonly text: string } | { readonly problem: string } {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { problem: 'is not a file' };
    if (stat.size > largestTemplate) return { problem: `is larger than ${largestTemplate} bytes` };
    return {
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: kind === 'text' }).decode(readFileSync(path)),
    };
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return { problem: 'is not there' };
    return { problem: error instanceof TypeError ? 'is not a text in UTF-8' : 'cannot be read' };
  }
}

/** What keeps a text from being XML as Windows reads it, as a clause; null when it is. */
export function xmlProblem(text: string): string | null {
  const unread = xmlForbidden(text);
  if (unread !== null) return unread;
  try {
    // With the check before it: without, the parser takes almost anything. The package that is to take its place is young.
    // oxlint-disable-next-line typescript/no-deprecated
    const parsed: unknown = new XMLParser({ processEntities: false }).parse(text, true);
    const roots = Object.entries(parsed ?? {}).filter(([name]) => !/^[?#]/.test(name));
    const one = roots.length === 1 && !Array.isArray(roots[0]?.[1]);
    if (!one) return 'it is not well-formed XML (it must have one outermost element)';
    const pitfall = xmlPitfall(text);
    return pitfall === null ? null : `it is not well-formed XML (${pitfall})`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `it is not well-formed XML (${sanitizeForDisplay(why, 200)})`;
  }
}

function invalidList(path: string, problems: readonly string[]): PrestageError {
  const [first = ''] = problems;
  const what = problems.length === 1 ? `cannot be used: ${first}` : `has ${problems.length} errors`;
  return new PrestageError({
    code: 'machine-files-invalid',
    message: `The list of machine files in ${sanitizeForDisplay(basename(path), 200)} ${what}.`,
    cause: problems.length === 1 ? null : problems.map((one) => sanitizeForDisplay(one, 400)).join('\n'),
  });
}
