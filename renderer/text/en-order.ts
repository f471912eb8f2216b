import type { OrderState, OrderStateLine } from '../../core/contract/app-order';

type LineState = OrderStateLine['state'];

const count = (number: number, one: string, many: string): string =>
  `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;

const states: Readonly<Record<LineState, string>> = {
  failed: 'Failed',
  interrupted: 'Interrupted',
  writing: 'Writing',
  paired: 'Paired',
  expected: 'Expected',
  done: 'Done',
  packed: 'Packed',
  'left-out': 'Left out',
};

/** Words of the order screen, and of the order's line on the bench. */
export const orderText = {
  title: 'Order',
  titleOf: (number: string): string => `Order ${number}`,
  intro: 'Which machines the enterprise expects. With an open order, others are refused.',
  opened: (time: string, by: string): string => `Opened ${time} by ${by}`,
  toBench: 'Back to the bench',
  states,
  counts: 'Counts',
  countNames: {
    expected: 'expected',
    paired: 'paired',
    writing: 'writing',
    done: 'done',
    failed: 'failed',
    interrupted: 'interrupted',
    packed: 'packed',
    'left-out': 'left out',
  } satisfies Readonly<Record<LineState, string>>,
  unexpected: 'not in the order',

  open: {
    number: 'Order number',
    numberHint: 'Only when the list does not say it.',
    fileTitle: 'From a file',
    fileHint:
      'CSV or JSON: a line for each machine, with its serial. Asset tag, computer name, SMBIOS UUID, MACs, model, and for the order the media’s SHA-256, image and layout may be there too.',
    choose: 'Choose a file …',
    typedTitle: 'Typed or pasted',
    typedLabel: 'Machines',
    typedHint: 'A serial in each line, or a table with names above its columns.',
    typedPlaceholder: '5CD1234XY1\n5CD1234XY2',
    openTyped: 'Open this order',
    problems: 'What is wrong',
    warnings: 'Worth a look',
  },

  asks: {
    title: 'What it asks for',
    media: 'Media',
    image: 'Image',
    layout: 'Layout',
    machines: 'Machines',
    any: 'any',
  },

  except: {
    title: 'Say why it goes otherwise',
    intro:
      'A machine of the order that is not done is left out. One that is not in the order may be done. The reason is recorded.',
    stranger: (serial: string): string => `${serial} was scanned and is not in the order.`,
    take: 'Say why it is done',
    serial: 'Machine serial',
    reason: 'Reason',
    leavesOut: 'It is in the order: it will be left out.',
    lets: 'It is not in the order: it may be done then.',
    again: 'It is not in the order and was not finished: it will be left out.',
    record: 'Record it',
  },

  close: {
    title: 'Close the order',
    nothingOpen: 'Nothing is open.',
    stillOpen: (number: number): string => `${count(number, 'machine is', 'machines are')} open:`,
    more: (number: number): string => `and ${number.toLocaleString('en-GB')} more`,
    show: 'Show what is open',
    button: 'Close the order',
    question: (number: string): string =>
      `Close order ${number}? Nothing more can be done under it, and the record says how it ended.`,
    yes: 'Close it',
    no: 'Keep it open',
  },

  lines: {
    title: 'Machines',
    search: 'Search',
    searchHint: 'Serial, name, asset tag, reason',
    state: 'State',
    all: 'All',
    allOpen: 'Open',
    total: (shown: number, all: number): string =>
      shown === all ? count(all, 'machine', 'machines') : `${shown} of ${count(all, 'machine', 'machines')}`,
    hidden: (number: number): string =>
      `${count(number, 'more machine is', 'more machines are')} not shown. What is open comes first.`,
    columns: { serial: 'Serial', state: 'State', name: 'Name', assetTag: 'Asset tag', reason: 'Reason' },
    notOrdered: 'not in the order',
    leaveOut: 'Leave out',
    leaveOutOf: (serial: string): string => `Leave out ${serial}`,
    none: 'No machine is like that.',
    region: 'Machines of the order',
  },

  strip: {
    label: 'Open order',
    open: 'Order',
    go: (number: string): string => `Show order ${number}`,
    of: ({ machines }: Pick<OrderState, 'machines'>): string => count(machines, 'machine', 'machines'),
  },
};
