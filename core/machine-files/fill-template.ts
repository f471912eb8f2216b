import { sanitizeForDisplay } from '../base/display';
import { assertNever } from '../base/errors';
import { jsonMembers } from '../base/json-members';
import type { MachineDetails } from '../machine/machine';
import { isAutopilotFile, type MachineFile } from './machine-file';
import { placeholderInCdata } from './xml-pitfalls';

/** What a template can ask for, in the order in which it is listed. */
export const placeholders = [
  'computerName',
  'serial',
  'assetTag',
  'order',
  'uuid',
  'groupTag',
  'assignedUser',
  'model',
  'driverPack',
  'replaces',
] as const;
export type Placeholder = (typeof placeholders)[number];

/** What is known of one machine. Missing: nobody said it. */
export type MachineValues = Readonly<Partial<Record<Placeholder, string>>> & { readonly serial: string };

/** @param more what is not among the details of a machine */
export function machineValues(
  serial: string,
  details: MachineDetails | null,
  more: {
    readonly order?: string | undefined;
    readonly driverPack?: string | undefined;
    readonly replaces?: string | undefined;
  },
): MachineValues {
  const { computerName, assetTag, uuid, groupTag, assignedUser, model } = details ?? {};
  const all = { serial, computerName, assetTag, uuid, groupTag, assignedUser, model, ...more };
  return {
    serial,
    ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== '')),
  };
}

/** `{{name}}`, blanks around the name allowed. */
const mark = /\{\{([^{}]*)\}\}/g;

/** A template with something in the place of each placeholder, to be looked at. */
export function withPlaceholdersAs(template: string, standIn: string): string {
  return template.replaceAll(mark, () => standIn);
}

/** Every name that a template asks for, each once. */
export function placeholdersOf(template: string): string[] {
  return [...new Set([...template.matchAll(mark)].map(([, name = '']) => name.trim()))];
}

/** What is wrong with a template, whatever the machine; empty when nothing is. Each is a whole clause. */
export function templateProblems(file: MachineFile): string[] {
  if (file.kind === 'machine-json') return [];
  const known: readonly string[] = placeholders;
  const problems = placeholdersOf(file.template)
    .filter((name) => !known.includes(name))
    .map((name) => `the placeholder {{${sanitizeForDisplay(name, 60)}}} is not known`);
  if (/\{\{/.test(file.template.replaceAll(mark, ''))) problems.push('a placeholder is not closed with }}');
  if (file.template.includes('\0')) {
    problems.push('it holds null characters, as a text in UTF-16 does; files are written in UTF-8');
  }
  if (file.kind === 'xml') {
    const unescaped = placeholderInCdata(file.template);
    if (unescaped !== null) problems.push(unescaped);
    const encoding = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/i.exec(file.template)?.[1];
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
      problems.push(
        `it says that its encoding is ${sanitizeForDisplay(encoding, 30)}; files are written in UTF-8`,
      );
    }
  }
  return problems;
}

export type Filled = { readonly text: string } | { readonly problems: readonly string[] };

/**
 * Fills one template for one machine and pads it to the size of its slot: blanks, which none of the formats minds at its end.
 * Values are escaped for the kind of file. Whether XML is well-formed is for who has a parser (station/machine-files).
 * @returns the text, of exactly `file.bytes` bytes in UTF-8; or all that is wrong, each a whole clause
 */
export function fillTemplate(file: MachineFile, machine: MachineValues): Filled {
  const problems = templateProblems(file);
  const asked = file.kind === 'machine-json' ? [] : placeholdersOf(file.template);
  for (const name of placeholders) {
    if (asked.includes(name) && machine[name] === undefined) {
      problems.push(`nothing is known for {{${name}}}`);
    }
  }
  if (problems.length > 0) return { problems };
  const text =
    file.kind === 'machine-json'
      ? machineJson(machine)
      : file.template.replaceAll(mark, (_whole, name: string) =>
          escaped(machine[name.trim() as Placeholder] ?? '', file),
        );
  if (file.kind === 'json' || file.kind === 'machine-json') {
    try {
      JSON.parse(text);
      problems.push(...repeatedMembers(text));
    } catch {
      problems.push('it is no valid JSON when it is filled');
    }
  }
  if (isAutopilotFile(file.path) && /[^\x00-\x7f]/.test(text)) {
    problems.push('it holds characters beside ASCII, which Windows Autopilot cannot read');
  }
  const room = file.bytes - utf8Bytes(text);
  if (room < 0) {
    problems.push(`it has ${file.bytes - room} bytes when it is filled, and its place has ${file.bytes}`);
  }
  return problems.length > 0 ? { problems } : { text: text + ' '.repeat(room) };
}

/** Readers do not agree on which of two counts, and PowerShell takes neither, also where they differ in case only. */
function repeatedMembers(json: string): string[] {
  const { repeated } = jsonMembers(json, true);
  return [...new Set(repeated)].map((name) => `it has the member ${sanitizeForDisplay(name, 60)} twice`);
}

/** Bytes of a text in UTF-8. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const one of text) {
    const code = one.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function escaped(value: string, { kind }: MachineFile): string {
  switch (kind) {
    case 'xml':
      return value.replace(/[&<>"']/g, (one) => xmlNames[one] ?? one);
    case 'json':
    case 'machine-json':
      return ascii(JSON.stringify(value).slice(1, -1));
    case 'text':
      return value;
    default:
      return assertNever(kind);
  }
}

const xmlNames: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** JSON with all that is not ASCII as `\uXXXX`, which readers of any code page understand. */
function ascii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What a prestart command can read: the task sequence takes its computer name from `OSDComputerName`. */
function machineJson(machine: MachineValues): string {
  const { serial, computerName, assetTag, order, model, driverPack, replaces } = machine;
  const members = { serial, OSDComputerName: computerName, assetTag, order, model, driverPack, replaces };
  return ascii(`${JSON.stringify(members, null, 2)}\n`);
}

/** Whether a file says the computer's name: then the name must be one that Windows takes. */
export function asksForName(file: MachineFile, { computerName }: MachineValues): boolean {
  return file.kind === 'machine-json'
    ? computerName !== undefined
    : placeholdersOf(file.template).includes('computerName');
}
