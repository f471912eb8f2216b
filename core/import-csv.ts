import type { MachineFacts } from './machine';

/**
 * The files that the enterprise imports. Neither importer knows quotes: a value that would need them is refused, and
 * never changed. Each value's form is already narrow (core/machine.ts, core/serial.ts).
 */

/** One machine as an importer wants to know it. */
export interface ImportedMachine {
  readonly machineSerial: string;
  readonly facts: MachineFacts;
}

export interface ImportFile {
  readonly name: string;
  /** ASCII, lines end with CR LF. */
  readonly text: string;
}

export interface LeftOut {
  readonly machineSerial: string;
  /** Ends a sentence that begins with the machine. */
  readonly why: string;
}

export interface ImportFiles {
  readonly files: readonly ImportFile[];
  readonly leftOut: readonly LeftOut[];
}

/** Neither separator, nor quote, nor line end, nor anything that is not ASCII; no blank at an end. */
const plainValue = /^(?:[!#-+\--~](?:[ !#-+\--~]*[!#-+\--~])?)?$/;

/** @throws Error for a value that the importer would misread: the schemas should not have let it in */
function line(values: readonly string[]): string {
  const odd = values.find((value) => !plainValue.test(value));
  if (odd !== undefined) throw new Error(`not plain enough for an import file: ${JSON.stringify(odd)}`);
  return `${values.join(',')}\r\n`;
}

/**
 * Configuration Manager, Import Computer Information: `NAME,SMBIOS-GUID,MAC`, one computer a line, no headings. Wants a
 * name, and at least one of GUID and MAC; of several MACs it takes one, the first.
 * @returns no file when no machine can be imported
 */
export function configMgrImport(machines: readonly ImportedMachine[]): ImportFiles {
  const leftOut: LeftOut[] = [];
  let text = '';
  for (const { machineSerial, facts } of machines) {
    const { computerName, uuid, macs } = facts;
    const mac = macs?.[0];
    if (computerName === undefined) leftOut.push({ machineSerial, why: 'has no computer name' });
    else if (uuid === undefined && mac === undefined) {
      leftOut.push({ machineSerial, why: 'has neither an SMBIOS UUID nor a MAC' });
    } else text += line([computerName, uuid ?? '', mac ?? '']);
  }
  return { files: text === '' ? [] : [{ name: 'configmgr-import.csv', text }], leftOut };
}

export const autopilotHeadings = [
  'Device Serial Number',
  'Windows Product ID',
  'Hardware Hash',
  'Group Tag',
  'Assigned User',
] as const;

/** Rows that Autopilot takes at once. */
export const autopilotRows = 500;

/**
 * Windows Autopilot: exact headings, ANSI, no quotes, no other columns, 500 rows a file. Only machines whose hardware
 * hash was given; the others are nothing that is missing.
 */
export function autopilotImport(machines: readonly ImportedMachine[]): ImportFiles {
  const rows = machines.flatMap(({ machineSerial, facts: { hardwareHash } }) =>
    hardwareHash === undefined ? [] : [line([machineSerial, '', hardwareHash, '', ''])],
  );
  const files: ImportFile[] = [];
  for (let first = 0; first < rows.length; first += autopilotRows) {
    const number = first / autopilotRows + 1;
    files.push({
      name: number === 1 ? 'autopilot.csv' : `autopilot-${number}.csv`,
      text: line(autopilotHeadings) + rows.slice(first, first + autopilotRows).join(''),
    });
  }
  return { files, leftOut: [] };
}
