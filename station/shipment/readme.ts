import { sanitizeForDisplay } from '../../core/base/display';
import { bundleNames } from '../../core/shipment/shipment';
import type { PageDetails } from './certificate';
import type { MachineContent } from './content';
import type { bundleTables } from './tables';
import { counted } from '../../core/base/plurals';

/** What README.txt tells the enterprise. */
export function readmeText(
  details: PageDetails,
  machines: readonly MachineContent[],
  tables: ReturnType<typeof bundleTables>,
): string {
  const names = new Set(tables.files.map(({ name }) => name));
  const lines: [string, string][] = [
    [bundleNames.shipment, 'signed list of all other files with their SHA-256'],
    [bundleNames.records, 'ledger entries of these machines, with signatures and proofs'],
    [bundleNames.key, 'the station’s public key'],
    [bundleNames.manifest, 'one line per machine, for spreadsheets and inventories'],
    ...(names.has(bundleNames.configmgr)
      ? ([[bundleNames.configmgr, 'for Configuration Manager, Import Computer Information']] as [
          string,
          string,
        ][])
      : []),
    ...(names.has(bundleNames.importScript)
      ? ([
          [
            bundleNames.importScript,
            'the same as a script that also pairs old and new computers: run it instead',
          ],
          [bundleNames.replaced, 'which machine replaces which computer'],
        ] as [string, string][])
      : []),
    ...[...names]
      .filter((name) => name.startsWith('autopilot'))
      .map((name): [string, string] => [name, 'for Windows Autopilot, at most 500 machines']),
    [bundleNames.packingList, 'packing list to check off on arrival'],
    [bundleNames.labels, 'one label per box, eight per A4 sheet (105 x 74 mm)'],
    [bundleNames.summary, 'summary of the shipment'],
    ['certificates/', 'one page per machine'],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const withdrawn = machines.flatMap(({ withdrawn: reason }) => (reason === null ? [] : [`- ${reason}`]));
  const left = tables.left.map(
    ({ file, machineSerial, reason }) => `- ${file}: machine ${machineSerial} ${reason}`,
  );
  const order =
    details.orderNumber === null ? 'no work order' : `work order ${sanitizeForDisplay(details.orderNumber)}`;
  return [
    `Shipment ${details.number}`,
    `${counted(details.machines, 'machine', 'machines')}, ${order}`,
    `Closed ${details.closedAt} at station ${sanitizeForDisplay(details.station.name)}`,
    `Station key ${details.station.keyFingerprint}`,
    '',
    'BEFORE YOU USE IT',
    '',
    'Compare the station key with the fingerprint that the depot gave you separately: the key in this',
    'file proves nothing by itself. Then run, on any machine with Prestage (no network needed):',
    '',
    '  prestage audit SHIPMENT.zip --trust FINGERPRINT --order WORKORDER.csv',
    '',
    'This checks all signatures, that every machine of your work order is there and was verified with',
    'the media you sent, and that no byte was changed. The exit code is 0 only if there are no findings.',
    'Do not import anything before that. Import the CSV files as they are: a spreadsheet program changes',
    'them when it saves them.',
    '',
    ...(withdrawn.length > 0 ? ['NOT VALID', '', 'Do not use these machines:', ...withdrawn, ''] : []),
    'FILES',
    '',
    ...lines.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`),
    '',
    ...(left.length > 0 ? ['NOT IN THE IMPORT FILES', '', ...left, ''] : []),
    'The media can contain your certificates and passwords; this bundle contains none of them.',
    '',
  ].join('\n');
}
