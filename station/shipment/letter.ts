import type { LeftOut } from '../../core/import-csv';
import type { ShipmentClosed } from './records';

/** `README.txt`: what the enterprise has before it, and what to do with it. ASCII, lines end with CR LF. */
export function letter(
  { number, orderNumber, machines }: ShipmentClosed,
  facts: { readonly time: string; readonly keyFingerprint: string; readonly leftOut: readonly LeftOut[] },
): string {
  const { time, keyFingerprint, leftOut } = facts;
  const lines = [
    `Shipment ${number}`,
    '',
    `Closed ${time} (UTC). ${machines.length} machine${machines.length === 1 ? '' : 's'}` +
      (orderNumber === null ? '.' : `, order ${orderNumber}.`),
    '',
    'Check it before you import anything, with the key that the depot told you when you began to work together:',
    '',
    '  prestage audit SHIPMENT.zip --trust KEY [--order WORKORDER.csv]',
    '',
    `The key in this bundle has the fingerprint ${keyFingerprint}.`,
    'It proves nothing by itself: compare it with the one that you were told.',
    '',
    'What is in it',
    '',
    'shipment.json          every file with its SHA-256, signed by the station',
    "records.json           the entries of the station's ledger, signed, with proofs that they are in it",
    'manifest.csv           one line for each machine. Import it as text: a spreadsheet that just opens it',
    '                       drops leading zeros of serials',
    'configmgr-import.csv   for Configuration Manager, "Import Computer Information": name, GUID, MAC; no headings',
    'autopilot.csv          for Windows Autopilot, where hardware hashes were given',
    'certificates/          a page for each machine',
    'summary.pdf            the same on a few pages',
    'packing-list.pdf, labels.pdf   what lies in the boxes and is on them',
    "station-key.pub.pem    public half of the station's key",
    '',
    ...(leftOut.length === 0
      ? []
      : [
          'Not in configmgr-import.csv',
          '',
          ...leftOut.map(({ machineSerial, why }) => `${machineSerial} ${why}`),
          '',
        ]),
    'The self-signed certificate in prestaged media ends one year after it was made unless another date was chosen.',
    'Machines that are started after that fail: put the oldest to use first.',
  ];
  return `${lines.join('\r\n')}\r\n`;
}
