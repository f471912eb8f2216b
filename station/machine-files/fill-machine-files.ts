import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { clearSecrets } from '../../core/machine-files/clear-secrets';
import { computerNameProblem, sharedName } from '../../core/machine-files/computer-name';
import {
  asksForName,
  fillTemplate,
  withPlaceholdersAs,
  type MachineValues,
} from '../../core/machine-files/fill-template';
import { answerFileNames, jsonNames } from '../../core/machine-files/names-given';
import { type MachineFile, type RecordedMachineFile, type Slot } from '../../core/machine-files/machine-file';
import { readMachineFiles, xmlProblem } from './read-machine-files';

/** Which list of machine files counts for a batch, and what its files say for each machine. */

/** One machine's file, as it will lie on its drive. */
export interface FilledFile extends RecordedMachineFile {
  readonly content: Buffer;
}

/** The list that counts, and in words where it comes from. */
export interface ChosenMachineFiles {
  readonly files: readonly MachineFile[];
  /** Such as `the media's manifest`; null: there is no list. */
  readonly source: string | null;
}

/**
 * One list counts: the one that was given, else the media's, else the station's.
 * @param given file that was given for this batch; null: none
 * @param brought those of the media's signed manifest
 * @param setting file that the settings name
 * @throws PrestageError machine-files-invalid
 */
export function chooseMachineFiles(
  given: string | null,
  brought: readonly MachineFile[] | undefined,
  setting: string | null | undefined,
): ChosenMachineFiles {
  if (given !== null) return { files: readMachineFiles(given), source: named(given) };
  if (brought !== undefined) return { files: brought, source: "the media's signed manifest" };
  if (setting !== undefined && setting !== null) {
    return { files: readMachineFiles(setting), source: `${named(setting)}, from the settings` };
  }
  return { files: [], source: null };
}

function named(file: string): string {
  return sanitizeForDisplay(basename(file), 200);
}

export function slotsOf({ files }: ChosenMachineFiles): Slot[] {
  return files.map(({ path, bytes }) => ({ path, bytes }));
}

/** A machine and its name, if it has one. */
interface NamedMachine {
  readonly serial: string;
  readonly computerName?: string | undefined;
}

/** What to know of the files before anything is erased. */
export function machineFileNotices({ files, source }: ChosenMachineFiles): string[] {
  if (source === null) return [];
  const list = files.map(({ path }) => path).join(', ');
  const secrets = files.flatMap((file) =>
    clearSecrets(file).map(
      (what) => `the template of ${file.path} holds ${what}: whoever has the drive can read it`,
    ),
  );
  return [`each drive gets its machine's own ${list} (${source})`, ...secrets];
}

/**
 * Fills all files for all machines. Everything that is wrong is told at once.
 * @param others machines that are written at another time, and must not have the name of one of these
 * @returns by serial
 * @throws PrestageError computer-name-invalid, machine-file-unfilled
 */
export function fillMachineFiles(
  { files }: ChosenMachineFiles,
  machines: readonly MachineValues[],
  others: readonly NamedMachine[],
): Map<string, FilledFile[]> {
  const named = machines.filter((machine) => files.some((file) => asksForName(file, machine)));
  requireNames(named, others);
  const problems: string[] = [];
  const given: NamedMachine[] = [];
  const filled = new Map<string, FilledFile[]>();
  for (const machine of machines) {
    const own: FilledFile[] = [];
    for (const file of files) {
      const result = fillTemplate(file, machine);
      const names = 'problems' in result ? [] : namesGiven(file, result.text);
      given.push(...names.map((computerName) => ({ serial: machine.serial, computerName })));
      const wrong =
        'problems' in result
          ? result.problems
          : [...(file.kind === 'xml' ? xmlProblems(result.text) : []), ...nameProblems(names)];
      problems.push(...wrong.map((what) => `machine ${shown(machine.serial)}, ${file.path}: ${what}`));
      if ('problems' in result) continue;
      const content = Buffer.from(result.text, 'utf8');
      const sha256 = createHash('sha256').update(content).digest('hex');
      own.push({ path: file.path, bytes: file.bytes, sha256, content });
    }
    filled.set(machine.serial, own);
  }
  const [first] = problems;
  if (first === undefined) {
    // Put together by a template, they were not known before.
    requireOwnNames([...given], [...others, ...fixedNames(files, machines, others)]);
    return filled;
  }
  throw new PrestageError({
    code: 'machine-file-unfilled',
    message:
      problems.length === 1
        ? `A machine file cannot be filled: ${first}.`
        : `Machine files cannot be filled: ${problems.length} problems.`,
    cause: problems.length === 1 ? null : listed(problems),
  });
}

function xmlProblems(text: string): readonly string[] {
  const problem = xmlProblem(text);
  return problem === null ? [] : [problem];
}

/** Computer names that a file gives, filled or not. */
function namesGiven({ kind }: Pick<MachineFile, 'kind'>, text: string): string[] {
  if (kind === 'xml') return answerFileNames(text);
  return kind === 'json' ? jsonNames(text) : [];
}

/**
 * A name that stands in a template as it is, is the name of every machine: also of the next one of the order, which may be written
 * at another time.
 */
function fixedNames(
  files: readonly MachineFile[],
  machines: readonly MachineValues[],
  others: readonly NamedMachine[],
): NamedMachine[] {
  const written = new Set(machines.map(({ serial }) => serial));
  const other = others.find(({ serial }) => !written.has(serial));
  if (other === undefined) return [];
  // A name with a percent sign is one that differs from machine to machine.
  const names = files.flatMap((file) => namesGiven(file, withPlaceholdersAs(file.template, '%')));
  return names.map((computerName) => ({ serial: other.serial, computerName }));
}

function nameProblems(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const what = computerNameProblem(name);
    return what === null ? [] : [`the name ${shown(name)} ${what}`];
  });
}

function requireNames(machines: readonly MachineValues[], others: readonly NamedMachine[]): void {
  const problems = machines.flatMap(({ serial, computerName }) => {
    const what = computerName === undefined ? null : computerNameProblem(computerName);
    return what === null ? [] : [`the name ${shown(computerName ?? '')} of machine ${shown(serial)} ${what}`];
  });
  refuseNames([...problems, ...sharedNames(machines, others)]);
}

/** @throws PrestageError computer-name-invalid */
function requireOwnNames(machines: readonly NamedMachine[], others: readonly NamedMachine[]): void {
  const serials = new Set(machines.map(({ serial }) => serial));
  refuseNames(
    sharedNames(
      machines,
      others.filter(({ serial }) => !serials.has(serial)),
    ),
  );
}

function sharedNames(machines: readonly NamedMachine[], others: readonly NamedMachine[]): string[] {
  const serials = new Set(machines.map(({ serial }) => serial));
  const shared = machines.length === 0 ? null : sharedName([...others, ...machines]);
  if (!shared?.serials.some((serial) => serials.has(serial))) return [];
  const [one, other] = shared.serials;
  return [`machines ${shown(one)} and ${shown(other)} have one computer name, ${shown(shared.name)}`];
}

/** @throws PrestageError computer-name-invalid where there is a problem */
function refuseNames(problems: readonly string[]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new PrestageError({
    code: 'computer-name-invalid',
    message:
      problems.length === 1
        ? `A computer name cannot be used: ${first}.`
        : `${problems.length} computer names cannot be used.`,
    cause: problems.length === 1 ? null : listed(problems),
  });
}

/** More are counted. */
const maxListed = 200;

function listed(problems: readonly string[]): string {
  const more = problems.length - maxListed;
  return [...problems.slice(0, maxListed), ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

function shown(text: string): string {
  return sanitizeForDisplay(text, 64);
}

/** What the record says of a machine's files. */
export function recordedFiles(files: readonly FilledFile[]): { machineFiles?: RecordedMachineFile[] } {
  if (files.length === 0) return {};
  return { machineFiles: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })) };
}
