import type { Theme } from '../../core/settings/settings';

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

const themes: Readonly<Record<Theme, string>> = {
  system: 'As the computer',
  light: 'Light',
  dark: 'Dark',
  'high-contrast': 'High contrast',
};

/** Words of the settings screen. */
export const settingsText = {
  title: 'Settings',
  intro: 'Changes are saved as you make them: when you leave a field, or with Enter.',
  sections: 'Parts of the settings',

  station: {
    title: 'Station',
    name: 'Name of this station',
    nameHint: 'It is in every entry of the log, so that the record says where a drive was written.',
    nameProblem: 'Give it a name of 1 to 128 visible characters.',
    theme: 'Colours',
    themes,
    sounds: 'Sounds',
    soundsHint: 'A tone for each scan and when a drive passes or fails.',
    onMachine: 'The drives sit in this very machine',
    onMachineHint:
      'What is scanned must then fit what the firmware of this machine says. Leave it off at a bench with a rack.',
    language: 'Language',
    languages: { en: 'English' },
    languageHint: 'English only for now.',
  },

  bays: {
    title: 'Bays',
    intro: (most: number): string =>
      `Give each slot the label that is on it, and the port it is wired to. Up to ${most}. A drive that is in no bay of this list is shown behind them.`,
    none: 'No bays yet. Attach drives and fill the list from them, or add bays one by one.',
    training: 'This is the training bench: the ports below are those of virtual drives.',
    list: 'Bays, in the order in which they are shown',
    label: (number: number): string => `Label of bay ${number} in the list`,
    port: (label: string): string => `Port of ${label}`,
    labelHead: 'Label',
    portHead: 'Port',
    unbound: 'No port yet',
    portOption: (drive: string, port: string): string => `${drive}, at ${port}`,
    portGone: (port: string): string => `${port}: no drive there now`,
    portOf: (text: string, bay: string): string => `${bay} has: ${text}`,
    driveName: (model: string | null, serial: string | null): string =>
      `${serial ?? 'no serial'}, ${model ?? 'unknown model'}`,
    up: (label: string): string => `Move ${label} up`,
    down: (label: string): string => `Move ${label} down`,
    remove: (label: string): string => `Remove ${label}`,
    add: 'Add a bay',
    newLabel: (number: number): string => `bay ${number}`,
    fill: 'Fill from the drives attached now',
    fillHint: 'Adds a bay for each drive that may be written and is in none.',
    filled: (bays: number): string => `${count(bays, 'bay', 'bays')} added.`,
    nothingToFill: 'Every drive that may be written has a bay already.',
    full: (most: number): string => `The list is full: ${most} bays.`,
    removeAll: 'Remove all',
    removeAllQuestion: (bays: number): string => `Remove all ${count(bays, 'bay', 'bays')} from the list?`,
    removeAllYes: 'Remove all',
    removeAllNo: 'Keep them',
    problem: {
      empty: 'Give it a label.',
      unclear: 'Use 1 to 24 visible characters, with no blank before or after.',
      twice: 'Another bay has this label. Scanners cannot tell them apart.',
    },
  },

  codes: {
    title: 'What barcodes look like',
    intro:
      'So that a part number is never taken for a machine. Patterns are regular expressions; the person who looks after the station sets them.',
    serials: 'Machine serials',
    serialsHint:
      'When there are any, a machine’s serial must fit one as a whole. Serials are compared in capital letters.',
    noSerials: 'None: any text that can be a serial is taken.',
    maker: 'Name',
    makerOf: (number: number): string => `Name of pattern ${number}`,
    makerExample: 'Dell service tag',
    pattern: 'Pattern',
    patternOf: (maker: string): string => `Pattern of ${maker}`,
    patternExample: '[0-9A-Z]{7}',
    add: 'Add',
    addTitle: 'Add a pattern',
    remove: (maker: string): string => `Remove ${maker}`,
    badge: 'Operator badge',
    badgeHint: 'What is in the first parentheses is the name.',
    order: 'Work order',
    orderHint: 'What is in the first parentheses is the number.',
    restore: 'Back to the default',
    restoreOf: (name: string): string => `${name}: back to the default`,
    problem: {
      'maker-empty': 'Give it a name.',
      'pattern-empty': 'Give it a pattern.',
      'pattern-wrong':
        'This cannot be used. Look for a parenthesis or bracket that is not closed, a repeated group with a repetition or a choice in it, and more than three repetitions.',
      'too-many': 'There are 50 patterns, and no more are possible.',
    },
    try: 'Try a barcode',
    tryHint: 'Type its text. A scan would count as a scan at the bench.',
    fits: (serial: string, makers: readonly string[]): string =>
      makers.length === 0
        ? `Taken as the machine serial ${serial}.`
        : `Taken as the machine serial ${serial}: ${makers.join(', ')}.`,
    fitsNone: (serial: string): string => `${serial} fits no pattern. It would be refused.`,
    isOperator: (name: string): string => `Taken as the badge of ${name}.`,
    isOrder: (number: string): string => `Taken as the work order ${number}.`,
    isCommand: 'Taken as a command.',
    isHash: 'Taken as the hash of a media.',
    isBay: (label: string): string => `Taken as ${/^bay\b/i.test(label) ? label : `bay ${label}`}.`,
    isDrive: 'Taken as a drive that is attached.',
    isMore: {
      mac: 'Taken as a network address (MAC) of the machine before it.',
      uuid: 'Taken as the UUID of the machine before it.',
      'asset-tag': 'Taken as the asset tag of the machine before it.',
    },
    knows: (words: string): string => `Also on it: ${words}.`,
    isNothing: {
      ean: 'Refused: a product number (EAN).',
      'part-number': 'Refused: a part number.',
      'service-code': 'Refused: a service code (Dell’s express service code, Acer’s SNID), not the serial.',
      'web-address': 'Refused: a web address.',
      placeholder: 'Refused: a placeholder, not a real serial.',
      unreadable: 'Refused: it cannot be read as anything.',
    },
  },

  rehearsal: {
    title: 'Rehearsal',
    intro:
      'A finished drive is started in a virtual machine, to see that it starts. It is only read. Verdict and picture go into the log.',
    first: 'Rehearse the first drive of each batch',
    firstHint: 'When its jobs have ended. Leave that drive in its bay until then.',
    secureBoot: 'Secure Boot on, with Microsoft’s keys',
    secureBootHint: 'A loader that is not signed is refused, as it would be by the machine.',
    sign: 'It has started when',
    display: 'the display shows something after the firmware',
    displayHint: 'Fits every media.',
    console: 'a text comes on the serial console',
    consoleHint: 'For a boot image that writes there. Surer.',
    consoleText: 'The text',
    consoleTextProblem: 'Give the text.',
    seconds: 'Wait at most, in seconds',
    secondsProblem: 'Give a whole number from 10 to 3600.',
  },

  cache: {
    title: 'Image cache',
    intro:
      'A media is unpacked once for each size of drive, and kept, so that the next start does not wait. What is kept can be made again from the media at any time.',
    size: 'Taken now',
    measuring: 'Measuring …',
    unknownSize: 'Could not be measured',
    limit: 'At most, in GiB',
    limitHint: 'When a new image needs room, those that were used longest ago are deleted.',
    limitProblem: 'Give a whole number from 1 to 100000.',
    unit: 'GiB',
    clear: 'Empty the cache',
    clearQuestion: 'Delete all unpacked images? The next start unpacks the media again, which takes minutes.',
    clearYes: 'Empty it',
    clearNo: 'Keep it',
    cleared: (bytes: string): string => `The cache is emptied. It takes ${bytes} now.`,
  },

  fleet: {
    title: 'Plant’s database',
    intro:
      'Where one is set up, every entry of the log is also pushed to it. Drives are written whether it answers or not, and nothing is lost: what it has not is pushed later.',
    status: 'Now',
    statuses: {
      off: 'Not set up: the log stays on this station.',
      connecting: 'Connecting …',
      pushing: 'Pushing …',
      'caught-up': 'It has everything.',
      unavailable: 'It does not answer. It is tried again by itself.',
      refused: 'It refused. It is not tried again until this is put right:',
    },
    behind: 'Entries still to be pushed',
    caughtUpAt: 'Last had everything',
    what: 'What happened',
    todo: 'What to do',
  },

  training: {
    title: 'Training bench',
    intro:
      'Practise on virtual drives. They are files on this computer, and no real drive is touched. Not possible while drives are written.',
    off: 'Off. The drives of this computer are shown.',
    on: (directory: string): string => `On. The virtual drives are in ${directory}.`,
    open: 'Open the training bench',
    leave: 'Leave the training bench',
  },

  about: {
    title: 'About',
    version: 'Prestage',
    folder: 'State folder',
    sheet: 'Barcodes to print',
    sheetOpen: 'Open the sheet',
    sheetHint: 'A sheet with the barcodes START, UNDO and the others, and of the bays.',
  },
};
