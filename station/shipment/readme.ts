import { sanitizeForDisplay } from '../../core/base/display';
import { bundleNames } from '../../core/shipment/shipment';
import type { PageFacts } from './certificate';
import type { MachineContent } from './content';
import type { bundleTables } from './tables';

/** What README.txt tells the enterprise. */
export function readmeText(
  facts: PageFacts,
  machines: readonly MachineContent[],
  tables: ReturnType<typeof bundleTables>,
): string {
  const names = new Set(tables.files.map(({ name }) => name));
  const lines: [string, string][] = [
    [bundleNames.shipment, 'lists every other file with its SHA-256; signed'],
    [bundleNames.records, 'what the station’s ledger says of these machines, signed and provable'],
    [bundleNames.key, 'the station’s public key'],
    [bundleNames.manifest, 'a line a machine, for spreadsheets and inventories'],
    ...(names.has(bundleNames.configmgr)
      ? ([[bundleNames.configmgr, 'for Configuration Manager, Import Computer Information']] as [
          string,
          string,
        ][])
      : []),
    ...[...names]
      .filter((name) => name.startsWith('autopilot'))
      .map((name): [string, string] => [name, 'for Windows Autopilot, 500 machines at most']),
    [bundleNames.packingList, 'to tick off what arrives'],
    [bundleNames.labels, 'a label a box, eight on a sheet of A4 (105 x 74 mm)'],
    [bundleNames.summary, 'the shipment on paper'],
    ['certificates/', 'a page a machine'],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const withdrawn = machines.flatMap(({ withdrawn: reason }) => (reason === null ? [] : [`- ${reason}`]));
  const left = tables.left.map(
    ({ file, machineSerial, reason }) => `- ${file}: machine ${machineSerial} ${reason}`,
  );
  const order = facts.orderNumber === null ? 'no order' : `order ${sanitizeForDisplay(facts.orderNumber)}`;
  return [
    `Shipment ${facts.number}`,
    `${facts.machines} ${facts.machines === 1 ? 'machine' : 'machines'}, ${order}`,
    `Closed ${facts.closedAt} at station ${sanitizeForDisplay(facts.station.name)}`,
    `Station key ${facts.station.keyFingerprint}`,
    '',
    'FIRST',
    '',
    'Compare the station key with the fingerprint that the depot told you on another way. The key in',
    'this file proves nothing by itself. Then, on any machine with Prestage and without a network:',
    '',
    '  prestage audit SHIPMENT.zip --trust FINGERPRINT --order WORKORDER.csv',
    '',
    'It checks signatures, that every machine of your order is there and was verified with the media',
    'you sent, and that no byte was changed. It ends with exit code 0 only when nothing is in doubt.',
    'Import nothing before. Opening and saving a CSV in a spreadsheet changes it: import the file as',
    'it lies here.',
    '',
    ...(withdrawn.length > 0 ? ['NOT VALID', '', 'Do not use these machines:', ...withdrawn, ''] : []),
    'FILES',
    '',
    ...lines.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`),
    '',
    ...(left.length > 0 ? ['NOT IN THE FILES FOR IMPORT', '', ...left, ''] : []),
    'The media can hold certificates and passwords of yours; this bundle holds none of it.',
    '',
  ].join('\n');
}
