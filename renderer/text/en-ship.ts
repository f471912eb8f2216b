import { countedGrouped, plural } from '../../core/base/plurals';

const machines = (value: number): string => countedGrouped(value, 'machine', 'machines');

/** Words of the Ship screen. */
export const shipText = {
  title: 'Ship',
  waiting: 'Finished, not shipped',
  waitingTable: 'Finished machines that are in no shipment, newest first',
  nothingWaits: 'Nothing to ship. A machine appears here when its drive has passed.',
  loading: 'Reading the ledger …',
  more: 'Only the newest are shown. To ship them all, run: prestage ship',
  order: 'Work order',
  allOrders: 'All work orders',
  noOrder: 'no work order',
  chooseAll: 'Select all shown',
  choose: (serial: string): string => `Select machine ${serial}`,
  columns: {
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
  papers: 'The packing list and the labels are in the same folder, ready to print.',
  showFolder: 'Show in folder',
  withdrawn: 'NOT VALID. Tell the enterprise:',
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
