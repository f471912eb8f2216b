import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { clearSecrets } from '../../core/machine-files/clear-secrets';
import { computerNameProblem, sharedNames } from '../../core/machine-files/computer-name';
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

/** What is wrong with one machine's name or files. */
export interface MachineFileProblem {
  readonly code: 'computer-name-invalid' | 'machine-file-unfilled';
  readonly machineSerial: string;
  /** A whole clause that names the machine. */
  readonly what: string;
}

/**
 * Fills all files for all machines. Everything that is wrong is told at once.
 * @param others machines that are written at another time, and must not have the name of one of these
 * @returns by serial
 * @throws PrestageError computer-name-invalid, machine-file-unfilled
 */
export function fillMachineFiles(
  chosen: ChosenMachineFiles,
  machines: readonly MachineValues[],
  others: readonly NamedMachine[],
): Map<string, FilledFile[]> {
  const { filled, problems } = tryMachineFiles(chosen, machines, others);
  const [first] = problems;
  if (first === undefined) return filled;
  const same = problems.filter(({ code }) => code === first.code);
  const counted = `${same.length} ${first.code === 'computer-name-invalid' ? 'computer names cannot be used' : 'problems'}`;
  const one =
    first.code === 'computer-name-invalid'
      ? 'A computer name cannot be used'
      : 'A machine file cannot be filled';
  throw new PrestageError({
    code: first.code,
    message:
      same.length === 1
        ? `${one}: ${first.what}.`
        : first.code === 'computer-name-invalid'
          ? `${counted}.`
          : `Machine files cannot be filled: ${counted}.`,
    cause: same.length === 1 ? null : listed(same.map(({ what }) => what)),
  });
}

/** The same, and all that is wrong: names first. Files are not looked at where names cannot be used. */
export function tryMachineFiles(
  { files }: ChosenMachineFiles,
  machines: readonly MachineValues[],
  others: readonly NamedMachine[],
): { readonly filled: Map<string, FilledFile[]>; readonly problems: readonly MachineFileProblem[] } {
  const named = machines.filter((machine) => files.some((file) => asksForName(file, machine)));
  const filled = new Map<string, FilledFile[]>();
  const nameProblems = namesWrong(named, others);
  if (nameProblems.length > 0) return { filled, problems: nameProblems };
  const problems: MachineFileProblem[] = [];
  const given: NamedMachine[] = [];
  for (const machine of machines) {
    const own: FilledFile[] = [];
    for (const file of files) {
      const result = fillTemplate(file, machine);
      const names = 'problems' in result ? [] : namesGiven(file, result.text);
      given.push(...names.map((computerName) => ({ serial: machine.serial, computerName })));
      const wrong =
        'problems' in result
          ? result.problems
          : [...(file.kind === 'xml' ? xmlProblems(result.text) : []), ...nameProblemsOf(names)];
      problems.push(
        ...wrong.map((what) => ({
          ...{ code: 'machine-file-unfilled' as const, machineSerial: machine.serial },
          what: `machine ${shown(machine.serial)}, ${file.path}: ${what}`,
        })),
      );
      if ('problems' in result) continue;
      const content = Buffer.from(result.text, 'utf8');
      const sha256 = createHash('sha256').update(content).digest('hex');
      own.push({ path: file.path, bytes: file.bytes, sha256, content });
    }
    filled.set(machine.serial, own);
  }
  if (problems.length > 0) return { filled, problems };
  // Put together by a template, they were not known before.
  return { filled, problems: sharedAmong(given, [...others, ...fixedNames(files, machines, others)]) };
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

function nameProblemsOf(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const what = computerNameProblem(name);
    return what === null ? [] : [`the name ${shown(name)} ${what}`];
  });
}

function namesWrong(
  machines: readonly MachineValues[],
  others: readonly NamedMachine[],
): MachineFileProblem[] {
  const problems = machines.flatMap(({ serial, computerName }): MachineFileProblem[] => {
    const what = computerName === undefined ? null : computerNameProblem(computerName);
    if (what === null) return [];
    return [wrongName(serial, `the name ${shown(computerName ?? '')} of machine ${shown(serial)} ${what}`)];
  });
  return [...problems, ...sharedAmong(machines, others)];
}

function wrongName(machineSerial: string, what: string): MachineFileProblem {
  return { code: 'computer-name-invalid', machineSerial, what };
}

/** Names that two machines have, of which one is among these: a problem for each machine but the first that has it. */
function sharedAmong(
  machines: readonly NamedMachine[],
  others: readonly NamedMachine[],
): MachineFileProblem[] {
  const serials = new Set(machines.map(({ serial }) => serial));
  const all = [...others.filter(({ serial }) => !serials.has(serial)), ...machines];
  return sharedNames(all).flatMap(({ name, serials: [one, other] }) => {
    if (!serials.has(one) && !serials.has(other)) return [];
    const what = `machines ${shown(one)} and ${shown(other)} have one computer name, ${shown(name)}`;
    return [wrongName(other, what)];
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
