import { countedGrouped, plural } from '../../core/base/plurals';

const machines = (value: number): string => countedGrouped(value, 'machine', 'machines');

/** Words of the Ship screen. */
export const shipText = {
  title: 'Ship',
  waiting: 'Finished, not shipped',
  waitingTable: 'Finished machines that are in no shipment',
  nothingWaits: 'Nothing to ship. A machine appears here when its drive has passed.',
  loading: 'Reading the ledger …',
  more: 'Only the newest are shown. To ship them all, run: prestage ship',
  order: 'Work order',
  allOrders: 'All work orders',
  noOrder: 'no work order',
  chooseAll: (value: number): string => `Select all ${value}`,
  chooseNone: 'Select none',
  sort: 'Sort by',
  sorts: { bay: 'Bay', machine: 'Serial', newest: 'Newest' },
  choose: (serial: string): string => `Select machine ${serial}`,
  columns: {
    bay: 'Bay',
    machine: 'Machine',
    name: 'Name',
    order: 'Work order',
    drive: 'Drive',
    finished: 'Finished (local)',
    rehearsal: 'Boot test',
  },
  rehearsed: (started: boolean | null): string =>
    started === null ? '–' : started ? 'boots' : 'does not boot',
  chosen: (value: number): string => `${machines(value)} selected`,
  number: 'Shipment number',
  numberHint: 'As on the delivery note. Letters, digits, and . _ / + -',
  numberWrong: 'Enter 1 to 40 letters or digits; . _ / + - and spaces are allowed inside.',
  mixed:
    'The selected machines belong to different work orders. A shipment can have only one: choose a work order.',
  close: (value: number): string => (value === 0 ? 'Close shipment' : `Close shipment of ${machines(value)}`),
  closing: 'Recording the shipment and making its bundle. You can keep working.',
  made: (shipment: string, value: number): string => `Shipment ${shipment} (${machines(value)}) was saved to`,
  papers: 'The packing list and the labels are in the same folder, too.',
  papersOf: (shipment: string): string => `Papers of shipment ${shipment}`,
  paperNames: { 'packing-list': 'Packing list', labels: 'Labels' },
  printPaper: { 'packing-list': 'Print packing list', labels: 'Print labels' },
  print: 'Print',
  printFor: (shipment: string): string => `Print the papers of shipment ${shipment}`,
  back: 'Back to Ship',
  paper: {
    packingList: 'Packing list',
    columns: ['Box', 'Machine', 'Name', 'Asset tag', 'Model', 'Packed', 'Received'],
    closed: (value: number, order: string | null, time: string, by: string, station: string): string =>
      `${machines(value)}, ${order === null ? 'no work order' : `work order ${order}`}. Closed ${time} by ${by} at ${station}.`,
    signs: ['Packed by, date', 'Received by, date'],
    machine: 'Machine',
    box: (box: number, of: number): string => `Shipment, box ${box} of ${of}`,
    from: (order: string | null, station: string): string =>
      order === null ? station : `Work order ${order} · ${station}`,
    barcodeOf: (content: string): string => `Barcode of ${content}`,
    codeOf: (serial: string): string => `QR code of machine ${serial}`,
  },
  showFolder: 'Show in folder',
  withdrawn: 'NOT VALID. Tell the enterprise:',
  doubts: 'NOT CERTAIN. Verify these drives if they are still here; if not, tell the enterprise:',
  notImported: (value: number): string =>
    `${machines(value)} ${plural(value, 'is', 'are')} not in the import files:`,
  notIn: ({ file, machineSerial, reason }: { file: string; machineSerial: string; reason: string }): string =>
    `${file}: machine ${machineSerial} ${reason}.`,
  closeReport: 'Close',
  held: 'Do not ship',
  past: 'Shipments',
  pastTable: 'Shipments of this station, newest first',
  noPast: 'No shipments yet.',
  pastColumns: {
    number: 'Number',
    order: 'Work order',
    machines: 'Machines',
    closed: 'Closed (local)',
    by: 'By',
    act: 'Bundle',
  },
  again: 'Make again',
  againFor: (shipment: string): string => `Make the bundle of shipment ${shipment} again`,
};
