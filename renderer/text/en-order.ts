import { firmwareTrustShort, type FirmwareTrust } from '../../core/boot/loader-choice';
import { atEndWords } from '../../core/machine/at-end';
import type { AgainstDrive } from '../../core/order/order-state';
import type { OrderState, OrderStateLine } from '../../core/contract/app-order';
import { countedGrouped } from '../../core/base/plurals';
import { ticketProblems, ticketUse } from '../../core/scan/ticket-words';

type LineState = OrderStateLine['state'];

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
  title: 'Work order',
  titleOf: (number: string): string => `Work order ${number}`,
  intro:
    'With a list, only its machines get a drive. Without one, every machine does, and the number is recorded.',
  without: 'No list: every machine is accepted. Drives are recorded under this number.',
  opened: (time: string, by: string): string => `Opened ${time} by ${by}`,
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
  unexpected: 'not in the work order',

  open: {
    number: 'Work order number',
    numberHint: 'Scan or type it. Not needed if the list contains it.',
    numberTitle: 'Number only',
    numberOnlyHint: 'No list. Every machine is accepted, and its drive is recorded under the number.',
    useNumber: 'Use this number',
    fileTitle: 'From a file',
    fileHint:
      'CSV or JSON, one line per machine with its serial. Optional: asset tag, computer name, SMBIOS UUID, MACs, maker and model, the computer it replaces, what its firmware trusts; for the whole order, the media’s SHA-256, image, layout and ship-by day.',
    choose: 'Choose a file …',
    typedTitle: 'Typed or pasted',
    typedLabel: 'Machines',
    typedHint: 'One serial per line, or a table with column names in its first line.',
    typedPlaceholder: '5CD1234XY1\n5CD1234XY2',
    openTyped: 'Open this work order',
    problems: 'Errors',
    warnings: 'Warnings',
  },

  problems: {
    title: 'Correct before START',
    more: (number: number): string => `and ${number.toLocaleString('en-GB')} more: prestage order show`,
  },

  ticket: {
    button: 'Print job ticket',
    title: (number: string): string => `Job ticket for work order ${number}`,
    print: 'Print',
    back: 'Back to the work order',
    name: 'Name of the media on the ticket',
    nameHint: 'For people. What counts is the SHA-256.',
    problems: ticketProblems,
    noMedia:
      'The ticket needs the media’s SHA-256. Choose the media and have it verified, or open a work order that contains the SHA-256.',
    toMedia: 'Go to Media',
    heading: 'Job ticket',
    media: 'Media',
    sha256: 'SHA-256 of the media',
    made: 'Made',
    use: ticketUse,
    machines: (number: number): string => countedGrouped(number, 'machine', 'machines'),
    more: (number: number): string =>
      `${countedGrouped(number, 'more machine is', 'more machines are')} not on this page. Print all of them with: prestage order papers`,
    codeOf: (number: string): string => `QR code of the job ticket for work order ${number}`,
    barcodeOf: (serial: string): string => `Barcode of ${serial}`,
  },

  asks: {
    title: 'Requirements',
    media: 'Media',
    image: 'Image',
    layout: 'Layout',
    shipBy: 'Ship by',
    firmwareTrust: 'Firmware trusts',
    trusts: firmwareTrustShort,
    atEnd: 'At the end',
    ends: atEndWords,
    disk: 'Each machine gets the image on',
    machines: 'Machines',
    any: 'any',
  },

  except: {
    title: 'Add an exception',
    intro: 'Leave out a machine that is in the work order, or allow one that is not. The reason is recorded.',
    unexpectedMachine: (serial: string): string => `${serial} was scanned and is not in the work order.`,
    take: 'Allow it',
    serial: 'Machine serial',
    reason: 'Reason',
    leavesOut: 'In the work order: it will be left out.',
    lets: 'Not in the work order: it will be allowed.',
    again: 'Not in the work order and not finished: it will be left out.',
    record: 'Record the exception',
  },

  returns: {
    title: 'Returned computers',
    intro:
      'Record that an old computer came back, also when its work order is closed. Scan its label on Ship (F5), or type its serial or name here.',
    take: (serial: string): string => `${serial} came back`,
    progress: ({ expected, returned }: NonNullable<OrderState['returns']>): string =>
      `${returned} of ${countedGrouped(expected, 'replaced computer', 'replaced computers')} came back.`,
    computer: 'Old computer',
    replacedBy: 'Machine that replaced it',
    replacedByHint: 'Needed only where several work orders name the old computer.',
    note: 'Remark',
    noteHint: 'Needed only for a computer that no work order names.',
    record: 'Record the return',
  },

  close: {
    title: 'Close the work order',
    remove: 'Remove the number',
    /** @param toShip finished and in no shipment */
    nothingOpen: (toShip: number): string =>
      toShip === 0
        ? 'Every machine is shipped or left out. Scan SHIP, or press the button.'
        : `No machines are open. ${countedGrouped(toShip, 'machine waits', 'machines wait')} to be shipped.`,
    stillOpen: (number: number): string => `${countedGrouped(number, 'machine is', 'machines are')} open:`,
    more: (number: number): string => `and ${number.toLocaleString('en-GB')} more`,
    show: 'Show open machines',
    button: 'Close the work order',
    question: (number: string): string =>
      `Close work order ${number}? No more drives can be written for it. The result is recorded.`,
    yes: 'Close it',
    no: 'Keep it open',
  },

  lines: {
    title: 'Machines',
    search: 'Search',
    searchHint: 'Serial, name, asset tag, model, replaced computer, reason',
    state: 'State',
    all: 'All',
    allOpen: 'Open',
    total: (shown: number, all: number): string =>
      shown === all
        ? countedGrouped(all, 'machine', 'machines')
        : `${shown} of ${countedGrouped(all, 'machine', 'machines')}`,
    hidden: (number: number): string =>
      `${countedGrouped(number, 'more machine is', 'more machines are')} not shown. Open machines come first.`,
    columns: {
      ...{ serial: 'Serial', state: 'State', name: 'Name', assetTag: 'Asset tag' },
      ...{ model: 'Name, model', replaces: 'Replaces', reason: 'Reason' },
    },
    trusts: {
      '2011': 'firmware trusts 2011 only',
      '2023': 'firmware trusts 2023 only',
      both: 'firmware trusts 2011 and 2023',
    } satisfies Readonly<Record<FirmwareTrust, string>>,
    returned: 'returned',
    notOrdered: 'not in the work order',
    against: ({ what, machineSerial }: AgainstDrive): string => {
      const other = machineSerial ?? '';
      switch (what) {
        case 'erased':
          return `Its drive was written again for machine ${other}.`;
        case 'perhaps-erased':
          return `Not sure: a drive with the same serial was written later for machine ${other}. If you have the drive of this machine, run prestage verify on it.`;
        case 'found-wrong':
          return 'Its drive failed when it was read again.';
        case 'boot-failed':
          return 'Its drive failed its boot test.';
      }
    },
    leaveOut: 'Leave out',
    leaveOutOf: (serial: string): string => `Leave out ${serial}`,
    none: 'No matching machines.',
    region: 'Machines in the work order',
  },

  strip: {
    label: 'Open work order',
    open: 'Work order',
    go: (number: string): string => `Show work order ${number}`,
    of: ({ machines }: Pick<OrderState, 'machines'>): string =>
      countedGrouped(machines, 'machine', 'machines'),
  },
};
