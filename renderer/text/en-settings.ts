import { firmwareTrustShort } from '../../core/boot/loader-choice';
import type { BayOrder } from '../../core/drive/rack-shape';
import type { Theme } from '../../core/settings/settings';
import { counted } from '../../core/base/plurals';
import type { ScanKind } from '../../core/scan/scan-outcome';
import { kindWords } from './en-scan-kinds';

const themes: Readonly<Record<Theme, string>> = {
  system: 'System default',
  light: 'Light',
  dark: 'Dark',
  'high-contrast': 'High contrast',
};

const orders: Readonly<Record<BayOrder, string>> = {
  'rows-from-top': 'Left to right, from the top row',
  'rows-from-bottom': 'Left to right, from the bottom row',
  'columns-from-top': 'Top to bottom, from the left column',
  'columns-from-bottom': 'Bottom to top, from the left column',
};

/** Words of the settings screen. */
export const settingsText = {
  title: 'Settings',
  intro: 'Changes are saved when you leave a field or press Enter.',
  sections: 'Settings sections',

  station: {
    title: 'Station',
    name: 'Station name',
    nameHint: 'Recorded in every log entry, to show where a drive was written.',
    nameProblem: 'Enter 1 to 128 visible characters.',
    machineFiles: 'Files for each machine',
    machineFilesHint:
      'A list, in YAML, of files that each drive gets with its own machine filled in. A media file that brings such files comes first. Empty: none.',
    machineFilesProblem: 'Enter the whole path of the file, from / on.',
    theme: 'Colours',
    themes,
    sounds: 'Sounds',
    soundsHint: 'A tone for each scan, when a drive passes or fails, and when all drives have ended.',
    onMachine: 'Drives are installed in this machine',
    onMachineHint:
      'When on, scanned machine details must match the firmware of this computer. Leave it off when drives are in a rack.',
    sanitise: 'Erase drives securely before they are written',
    sanitiseHint:
      'Each drive is erased with the strongest method that it supports, then checked. A drive that erases itself cannot be stopped.',
    sanitiseLevel: 'Erase drives at least by',
    sanitiseLevelHint:
      'In the words of NIST SP 800-88. A drive that cannot is refused before anything starts.',
    sanitiseLevels: {
      clear: 'Clear: not readable through the drive itself',
      purge: 'Purge: not readable in a laboratory either',
    },
    keepHiddenAreas: 'Leave areas that drives hide as they are',
    keepHiddenAreasHint:
      'When off, a hidden area (HPA, DCO) of a drive that is erased securely is opened for good and erased with it: the drive is larger afterwards. Some makers keep their recovery there.',
    requireDrivers: 'Every machine must have a driver pack',
    requireDriversHint:
      'When on, no drive is written for a machine whose model has no driver pack in the media. When off, you are only warned.',
    language: 'Language',
    languages: { en: 'English' },
    languageHint: 'English only for now.',
  },

  bays: {
    title: 'Bays',
    intro: (max: number): string =>
      `Enter the label of each drive bay and the port it is wired to. Up to ${max}. A drive that is in no listed bay is shown after the others.`,
    none: 'No bays yet. Attach drives and add bays for them, or add bays one by one.',
    training: 'Training drives are in use: the ports below belong to them.',
    list: 'Bays, in display order',
    label: (number: number): string => `Label of bay ${number} in the list`,
    port: (label: string): string => `Port of ${label}`,
    labelHead: 'Label',
    portHead: 'Port',
    unbound: 'No port yet',
    portOption: (drive: string, port: string): string => `${drive}, at ${port}`,
    portGone: (port: string): string => `${port}: no drive attached`,
    portOf: (text: string, bay: string): string => `${bay} has: ${text}`,
    driveName: (model: string | null, serial: string | null): string =>
      `${serial ?? 'no serial'}, ${model ?? 'unknown model'}`,
    up: (label: string): string => `Move ${label} up`,
    down: (label: string): string => `Move ${label} down`,
    remove: (label: string): string => `Remove ${label}`,
    add: 'Add a bay',
    newLabel: (number: number): string => `bay ${number}`,
    fill: 'Add bays for attached drives',
    fillHint: 'Adds a bay for each writable drive that has none.',
    filled: (bays: number): string => `${counted(bays, 'bay', 'bays')} added.`,
    nothingToFill: 'Every writable drive already has a bay.',
    full: (max: number): string => `The list is full: ${max} bays.`,
    removeAll: 'Remove all',
    removeAllQuestion: (bays: number): string => `Remove all ${counted(bays, 'bay', 'bays')} from the list?`,
    removeAllYes: 'Remove all',
    removeAllNo: 'Keep them',
    problem: {
      empty: 'Enter a label.',
      unclear: 'Use 1 to 24 visible characters, with no space at the beginning or end.',
      twice: 'Another bay has this label. Each bay needs its own.',
    },
  },

  rack: {
    view: 'Bench view',
    viewHint:
      'Cards show everything about each drive. Rack shows many bays at once, each in its place. Line is full screen and needs a scanner only: badge, ticket, machines and bays, START, SHIP.',
    labels: 'Print a label for each drive',
    labelsHint: 'In line mode, on the label printer, when a drive is confirmed as taken out.',
    automatic: 'Arrange the bays to fit the window',
    automaticHint: 'Turn it off to show them in the rows and columns of your rack.',
    rows: 'Rows',
    columns: 'Columns',
    order: 'Bay order',
    orders,
  },

  codes: {
    title: 'Barcode patterns',
    intro:
      'Patterns prevent a part number from being read as a machine serial. They are regular expressions, set by the station administrator.',
    serials: 'Machine serials',
    serialsHint:
      'If there are patterns, the whole machine serial must match one of them. Serials are compared in capital letters.',
    noSerials: 'None: any text that can be a serial is accepted.',
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
    badgeHint: 'The text in the first parentheses is the name.',
    order: 'Work order',
    orderHint: 'The text in the first parentheses is the number.',
    restore: 'Reset to default',
    restoreOf: (name: string): string => `Reset ${name} to default`,
    problem: {
      'maker-empty': 'Enter a name.',
      'pattern-empty': 'Enter a pattern.',
      'pattern-wrong':
        'This pattern is not allowed. Check for an unclosed parenthesis or bracket, a repeated group that contains a repetition or a choice, or more than three repetitions.',
      'too-many': 'The limit of 50 patterns is reached.',
    },
    try: 'Test a barcode',
    tryHint: 'Type its text. A scan here would count as a scan on the Bench screen.',
    fits: (serial: string, makers: readonly string[]): string =>
      makers.length === 0
        ? `Accepted as machine serial ${serial}.`
        : `Accepted as machine serial ${serial}: ${makers.join(', ')}.`,
    fitsNone: (serial: string): string => `${serial} matches no pattern. It would be refused.`,
    isOperator: (name: string): string => `Accepted as the badge of ${name}.`,
    isOrder: (number: string): string => `Accepted as work order ${number}.`,
    isTicket: (number: string, media: string): string =>
      `A job ticket: work order ${number}, media ${media}.`,
    isPartOfTicket: 'A job ticket of which a part is missing or changed.',
    isReason: (words: string): string => `A reason: ${words}.`,
    isCommand: 'Accepted as a command.',
    isHash: 'Accepted as the SHA-256 of media.',
    isBay: (label: string): string => `Accepted as ${/^bay\b/i.test(label) ? label : `bay ${label}`}.`,
    isAdmissionCode: 'Accepted as the code of a waiting machine.',
    isDrive: 'Accepted as an attached drive.',
    isMore: {
      mac: 'Accepted as a network address (MAC) of the machine scanned before it.',
      uuid: 'Accepted as the UUID of the machine scanned before it.',
      'asset-tag': 'Accepted as the asset tag of the machine scanned before it.',
    },
    knows: (words: string): string => `Also on it: ${words}.`,
    doubtful:
      'If it is a machine’s serial, type it on the card of its bay, or add a pattern for the maker above.',
    tagOf: (tag: string): string => `Its service tag is ${tag}.`,
    isNothing: (kind: ScanKind): string => `Refused: ${kindWords(kind)}.`,
  },

  bootLoader: {
    title: 'Boot loader',
    intro:
      'With Secure Boot on, a machine starts a drive only if it trusts the signature of its boot loader. Microsoft’s certificates of 2011 expire in 2026; those of 2023 replace them.',
    choice: 'Boot loader to write',
    choices: {
      'as-is': 'as on the media',
      '2011': 'Windows’ own for the 2011 certificates',
      '2023': 'Windows’ own for the 2023 certificates',
    },
    trust: 'What machines trust, unless the work order says',
    trusts: { 'not-said': 'not known', ...firmwareTrustShort },
    require: 'Refuse media that the machines would not start',
    requireHint:
      'Also when neither the work order nor this setting says what a machine trusts. When off, you are only warned.',
  },

  rehearsal: {
    title: 'Boot test',
    intro:
      'Boots a finished drive in a virtual machine to check that it starts. The drive is only read. The result and a picture are recorded in the log.',
    first: 'Boot test the first drive of each batch',
    firstHint: 'Runs when all jobs of the batch have ended. Leave that drive in its bay until then.',
    secureBoot: 'Secure Boot on, with Microsoft’s keys',
    secureBootHint: 'An unsigned boot loader is refused, as it would be on the machine.',
    keys: 'The virtual machine trusts',
    keysOf: {
      own: 'what its firmware comes with',
      '2011': 'only Microsoft’s 2011 certificates',
      '2023': 'only Microsoft’s 2023 certificates',
      both: 'both',
    },
    sign: 'The test passes when',
    display: 'the display changes after the firmware screen',
    displayHint: 'Works with any media.',
    console: 'a text appears on the serial console',
    consoleHint: 'More reliable, but the boot image must write this text.',
    consoleText: 'Text',
    consoleTextProblem: 'Enter the text.',
    seconds: 'Time limit (seconds)',
    secondsProblem: 'Enter a whole number from 10 to 3600.',
  },

  shipments: {
    title: 'Shipments',
    intro: 'Closing a shipment puts its bundle and its papers into this folder, without asking.',
    folder: 'Shipments folder',
    asked: 'Not set: you are asked each time.',
    choose: 'Choose a folder …',
    ask: 'Ask each time',
  },

  labels: {
    title: 'Label printer',
    intro:
      'Labels of machines and boxes go to a print queue of this computer. A printer that is off stops nothing: its labels are offered again.',
    queue: 'Print queue',
    defaultPrinter: 'Default printer',
    queueName: (name: string, state: 'idle' | 'printing' | 'stopped' | 'unknown'): string =>
      state === 'stopped' ? `${name} (stopped)` : name,
    gone: (name: string): string => `${name} (not found)`,
    list: 'List again',
    problem: (said: string): string => `The print queues could not be listed: ${said}`,
    form: 'What the printer gets',
    forms: {
      pdf: { label: 'PDF', description: 'For a queue with the driver of its printer.' },
      zpl: { label: 'ZPL II', description: 'For a raw queue of a printer that speaks it, such as Zebra’s.' },
    },
    size: 'Label',
    sizeOf: ({ width, height }: { readonly width: number; readonly height: number }): string =>
      `${width} × ${height} mm`,
    dpi: 'Dots per inch',
    passed: 'Print a label for each drive that passes',
    passedHint: 'As soon as it is recorded. On the command line too.',
    test: 'Print a test label',
    sent: 'The print queue took it.',
  },

  cache: {
    title: 'Image cache',
    intro:
      'Prestage makes one disk image per media and layout, and keeps it so that the next start is faster. A disk image can be made again from the media at any time.',
    size: 'In use',
    measuring: 'Measuring …',
    unknownSize: 'Unknown',
    limit: 'Limit (GiB)',
    limitHint: 'When a new disk image needs space, the least recently used ones are deleted.',
    limitProblem: 'Enter a whole number from 1 to 100000.',
    unit: 'GiB',
    clear: 'Clear the cache',
    clearQuestion: 'Delete all disk images? The next start has to make them again, which takes minutes.',
    clearYes: 'Clear it',
    clearNo: 'Keep it',
    cleared: (bytes: string): string => `The cache was cleared. ${bytes} in use now.`,
  },

  fleet: {
    title: 'Plant database',
    intro:
      'If one is set up, every log entry is also pushed to it. Drives are written even when it is unavailable. Nothing is lost: missing entries are pushed later.',
    status: 'Status',
    statuses: {
      off: 'Not set up. The log stays on this station.',
      connecting: 'Connecting …',
      pushing: 'Pushing …',
      'caught-up': 'Up to date.',
      unavailable: 'Not responding. Prestage keeps trying.',
      refused: 'Refused. Prestage does not try again until this is corrected:',
    },
    behind: 'Entries to push',
    caughtUpAt: 'Last up to date',
    what: 'What happened',
    todo: 'What to do',
  },

  training: {
    title: 'Training drives',
    intro:
      'Practise on virtual drives. They are files on this computer; no real drive is touched. Not available while drives are being written.',
    off: 'Off. The drives of this computer are shown.',
    on: (directory: string): string => `On. The virtual drives are in ${directory}.`,
    open: 'Use training drives',
    leave: 'Stop using training drives',
  },

  support: {
    title: 'Support',
    intro:
      'When something goes wrong, save a support bundle: one ZIP file for whoever helps you. Nothing is sent by Prestage.',
    holds: 'In it:',
    leavesOut: 'Not in it:',
    dumps: 'Add crash dumps',
    dumpsHint:
      'Only when somebody asks for them: they hold parts of the memory of the app, such as serials and file names.',
    save: 'Save support bundle …',
    saving: 'Collecting …',
    saved: (file: string): string => `Saved as ${file}. Look through it before you send it.`,
  },

  about: {
    title: 'About',
    version: 'Prestage',
    folder: 'State folder',
    sheet: 'Barcodes to print',
    sheetOpen: 'Open the sheet',
    sheetHint:
      'A sheet with the barcodes of the commands (START, UNDO, …), of the scanner check and of the bays.',
  },
};
