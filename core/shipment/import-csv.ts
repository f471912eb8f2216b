import type { MachineDetails } from '../machine/machine';
import { required } from '../base/required';

/**
 * The files that the enterprise's tools import. Both tools split lines at commas and know no quotes: a value that would
 * need them cannot be written, and its machine is left out and named.
 */

/** A machine as the imports know it. */
export interface ImportMachine {
  readonly serial: string;
  readonly details: MachineDetails;
}

/** A machine that a file does not hold, and why: `has no computer name`. */
export interface NotImported {
  readonly machineSerial: string;
  readonly reason: string;
}

export interface ImportFile {
  /** ASCII, so that it is the same in windows-1252 ("ANSI") and in UTF-8. */
  readonly text: string;
  readonly machines: number;
}

/** Why a value cannot stand between two commas without quotes, or does not mean the same in every code page. */
export function bareCellProblem(value: string): string | null {
  if (/[^\x20-\x7e]/.test(value)) return 'has characters that are not plain ASCII';
  if (/[",]/.test(value)) return 'has a comma or a quotation mark, which this file cannot contain';
  if (value !== value.trim()) return 'begins or ends with a space';
  if (/^[=+\-@]/.test(value)) {
    return `begins with ${value.slice(0, 1)}, which a spreadsheet reads as a formula`;
  }
  return null;
}

/** A machine that Configuration Manager can import. */
export interface ImportRow {
  readonly serial: string;
  readonly name: string;
  readonly uuid: string | null;
  readonly mac: string | null;
}

/**
 * What Configuration Manager can import: it finds a computer by GUID or MAC, so at least one is needed, and asks for a
 * NetBIOS name. In the order of the machines, each as what it is.
 */
export function importRows(
  machines: readonly ImportMachine[],
): readonly ({ readonly row: ImportRow } | { readonly left: NotImported })[] {
  const taken = new Map<string, string>();
  return machines.map(({ serial, details }) => {
    const { computerName: name, uuid } = details;
    const mac = wiredMac(details);
    const keys = [
      ...(name === undefined ? [] : [`name ${name.toUpperCase()}`]),
      ...(uuid === undefined ? [] : [`UUID ${uuid}`]),
      ...(mac === undefined ? [] : [`MAC ${mac}`]),
    ];
    const twice = keys.find((key) => taken.has(key));
    const reason =
      configmgrProblem(details) ??
      (twice === undefined
        ? null
        : `has the same ${twice} as machine ${required(taken.get(twice), `the machine with the ${twice}`)}`);
    if (reason !== null) return { left: { machineSerial: serial, reason } };
    for (const key of keys) taken.set(key, serial);
    const known = required(name, `the name of machine ${serial}`);
    return { row: { serial, name: known, uuid: uuid ?? null, mac: mac ?? null } };
  });
}

/** Configuration Manager, Import Computer Information: `NAME,SMBIOS-GUID,MAC` a computer, without headings. */
export function configmgrImport(machines: readonly ImportMachine[]): {
  readonly file: ImportFile;
  readonly left: readonly NotImported[];
} {
  const all = importRows(machines);
  const lines = all.flatMap((one) =>
    'row' in one ? [`${one.row.name},${one.row.uuid ?? ''},${one.row.mac ?? ''}\r\n`] : [],
  );
  const left = all.flatMap((one) => ('left' in one ? [one.left] : []));
  return { file: { text: lines.join(''), machines: lines.length }, left };
}

/** The MAC by which a machine is found when it starts from the network: the first that is not of Wi-Fi. */
function wiredMac({ macs = [], wifiMacs = [] }: MachineDetails): string | undefined {
  return macs.find((mac) => !wifiMacs.includes(mac));
}

function configmgrProblem(details: MachineDetails): string | null {
  const { computerName, uuid, macs = [] } = details;
  if (computerName === undefined) return 'has no computer name';
  const problem = bareCellProblem(computerName);
  if (problem !== null) return `has a computer name that ${problem}`;
  if (!/^[A-Za-z0-9-]{2,15}$/.test(computerName)) return 'has a computer name that is not a NetBIOS name';
  // Windows takes no name of digits alone, and a spreadsheet takes its leading zeros away.
  if (/^\d+$/.test(computerName)) return 'has a computer name of digits only, which Windows does not accept';
  const mac = wiredMac(details);
  if (uuid === undefined && mac === undefined) {
    return macs.length === 0
      ? 'has neither an SMBIOS UUID nor a MAC'
      : 'has no SMBIOS UUID and only the MAC of its Wi-Fi, by which Configuration Manager does not find it';
  }
  if (uuid !== undefined && !/^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/.test(uuid)) {
    return 'has an SMBIOS UUID in the wrong format';
  }
  return mac === undefined || /^[0-9A-F]{2}(?::[0-9A-F]{2}){5}$/.test(mac)
    ? null
    : 'has a MAC in the wrong format';
}

/** Why Intune would refuse the file because of a row, as a sentence about the machine goes on; null when it would not. */
function autopilotProblem(
  serial: string,
  hardwareHash: string,
  { groupTag, assignedUser }: MachineDetails,
  former: boolean,
): string | null {
  const cells = [
    ['a serial', serial],
    ['a Group Tag', groupTag],
    ['an assigned user', assignedUser],
  ] as const;
  for (const [what, value] of cells) {
    const problem = value === undefined ? null : bareCellProblem(value);
    if (problem !== null) return `has ${what} that ${problem}`;
  }
  // Intune, "Manually register devices with Windows Autopilot": one such serial makes the whole upload fail.
  if (serial.includes('.') && !former) {
    return 'has a serial with a dot, because of which Intune would refuse the whole file: register it by hand';
  }
  const base64 = /^[A-Za-z0-9+/]+={0,2}$/.test(hardwareHash);
  if (!base64) return 'has a hardware hash that is not base64';
  return hardwareHash.length % 4 === 0 || former
    ? null
    : 'has a hardware hash that is cut off: collect it again on the machine';
}

/**
 * Rows that Autopilot takes in one file; headings are case-sensitive, no quotes, no further columns, ANSI and not Unicode
 * (Microsoft Learn, "Manually register devices with Windows Autopilot").
 */
export const autopilotRows = 500;
const autopilotHeadings = 'Device Serial Number,Windows Product ID,Hardware Hash,Group Tag,Assigned User\r\n';

/**
 * Windows Autopilot's device files: machines whose hardware hash is known, in as many files as it takes. One row that
 * Intune does not take makes it refuse the whole file, so such a machine is left out and named.
 * @param former as files were made when dots in serials went in; only the audit of a bundle from then needs it
 */
export function autopilotImport(
  machines: readonly ImportMachine[],
  former = false,
): {
  readonly files: readonly ImportFile[];
  readonly left: readonly NotImported[];
} {
  const lines: string[] = [];
  const left: NotImported[] = [];
  const hashes = new Map<string, string>();
  for (const { serial, details } of machines) {
    const { hardwareHash } = details;
    // Most orders have none, and nobody misses the file then.
    if (hardwareHash === undefined) continue;
    const { groupTag = '', assignedUser = '' } = details;
    const problem = autopilotProblem(serial, hardwareHash, details, former);
    const other = hashes.get(hardwareHash);
    if (problem !== null) left.push({ machineSerial: serial, reason: problem });
    else if (other !== undefined) {
      left.push({ machineSerial: serial, reason: `has the same hardware hash as machine ${other}` });
    } else {
      hashes.set(hardwareHash, serial);
      lines.push(`${serial},,${hardwareHash},${groupTag},${assignedUser}\r\n`);
    }
  }
  const files: ImportFile[] = [];
  for (let first = 0; first < lines.length; first += autopilotRows) {
    const rows = lines.slice(first, first + autopilotRows);
    files.push({ text: autopilotHeadings + rows.join(''), machines: rows.length });
  }
  return { files, left };
}
