import { z } from 'zod';

/** What a barcode can be, why a scan can be doubted, and what can come of it: the words that page and station share. */

export const scanCommands = [
  'START',
  'UNDO',
  'CANCEL',
  'NEXT',
  'FILL',
  'RETRY',
  'CLEAR',
  'SHIP',
  'LINE',
  'RACK',
  'CARDS',
  'OFF',
  // Not ENDRESTART: of a scanner that loses its beginning, it would be START.
  'ENDWAIT',
  'ENDOFF',
  'ENDBOOT',
] as const;
export type ScanCommand = (typeof scanCommands)[number];

/** Why the text of a scan cannot be relied on, by how its keys came. */
export const scanDoubts = [
  /** The scanner is slower than is allowed for, as slow as people type. */
  'slow',
  /** A part of a scan, or parts that came too far apart. */
  'cut',
  /** The computer's keyboard is not a US one, and nobody checked what the scanner is set to. */
  'layout',
] as const;
export type ScanDoubt = (typeof scanDoubts)[number];

/** What a barcode can be taken for. */
export const scanKinds = [
  'command',
  'reason',
  'ticket',
  'operator',
  'work-order',
  'sha256',
  'bay',
  'drive',
  'machine',
  /** The code that a machine shows while it asks to be let into the rack. */
  'admission-code',
  // tell more of a machine:
  'mac',
  'uuid',
  'asset-tag',
  // never a machine's serial:
  'ean',
  'part-number',
  'service-code',
  'web-address',
  'iccid',
  'imei',
  'label-field',
  'meid',
  'part-serial',
  'ppid',
  'product-key',
  'wwn',
  'placeholder',
  'unreadable',
] as const;
export const scanKindSchema = z.enum(scanKinds);
export type ScanKind = z.infer<typeof scanKindSchema>;

/** What the station waited for when something else was scanned. */
export const expectations = [
  'operator',
  'media',
  'media-hash',
  'machine',
  'bay',
  'bay-to-cancel',
  'bay-to-retry',
  'start',
  'bay-to-clear',
  /** A drive that can be written, in a bay. */
  'drive',
  /** Drives taken out, and CLEAR. */
  'clear',
  /** Line mode: the machine whose drive is taken out next. */
  'taken-out',
  /** RETRY or CLEAR, for drives that did not end well. */
  'retry-or-clear',
  'ship',
  /** The order to be closed. */
  'close-order',
  /** Nothing: the drives are at work. */
  'wait',
] as const;
export const expectationSchema = z.enum(expectations);
export type Expectation = z.infer<typeof expectationSchema>;

/** Why a scan was refused although its kind was known. The words for each are the page's. */
export const refusals = [
  /** Another kind of barcode was expected. Detail, of a service code: the service tag that it is made from. */
  'wrong-kind',
  /** It has the form of another number, but may be a serial: it must be typed. */
  'doubtful',
  /** Not the form that the maker's serials have (settings). */
  'pattern',
  /** A work order is open, and does not have the machine. */
  'not-in-order',
  /** Another work order is open. Detail: its number. */
  'order-open',
  'machine-in-batch',
  /** The machine is one of the rack with several disks, and gets one of them. Detail: its serial. */
  'own-disk',
  /** The machine that runs images itself, and another one was scanned. Detail: its own serial. */
  'not-this-machine',
  /** The drive is in another machine of the rack than the one that is meant. Detail: that machine's serial. */
  'disk-of-another',
  /** The drive is in a machine of the rack that is not connected. Detail: the machine's serial. */
  'machine-away',
  'machine-running',
  /** Detail: the day. */
  'machine-shipped',
  /** The drive holds a finished image. Detail, a line each: its machine, the day, the shipment's number and its day; a line may be empty. */
  'drive-holds',
  /** The drive's last job failed after it had begun to write. Detail, a line each: the day, what failed. */
  'drive-failed-before',
  /** A reason was scanned, and nothing asks for one. */
  'no-reason-asked',
  'bay-unknown',
  'bay-empty',
  /** Detail: the reasons. */
  'drive-blocked',
  'drive-paired',
  'drive-running',
  /** The drive shows an ended job that nobody has dismissed. */
  'drive-finished',
  'no-free-bay',
  'nothing-to-undo',
  'nothing-to-cancel',
  'nothing-to-retry',
  'nothing-to-clear',
  /** START, and something is missing; detail: the first refusal. */
  'not-ready',
  /** The media's hash is another one. */
  'hash-differs',
  /** A job ticket was taken, and the hash is not its media's. Detail: the media's name. */
  'hash-not-of-ticket',
  /** Something is missing in a job ticket, or was changed on the way. */
  'ticket-damaged',
  /** A job ticket of a version that is not known here. */
  'ticket-version',
  /** Machines are paired for another work order. Detail: its number. */
  'ticket-other-order',
  /** Another media file is chosen. Detail: the name on the ticket, and on the next line that of the file. */
  'ticket-other-media',
  /** The open order asks for another media file. Detail: the name on the ticket; null: it was a hash alone. */
  'media-not-ordered',
  /** The same barcode again at once: a scanner that reads twice. */
  'repeated-read',
  /** It says something else of the machine than is known, or what another machine has. Detail: which. */
  'contradicts',
  /** The start itself failed; pairing.refusal says why. */
  'start-refused',
  /** The scanner is too slow to be told from a person. */
  'too-slow',
  /** Only a part of it came, or it came in parts. */
  'cut-short',
  /** It may have been scanned as something else: the keyboard's layout changes what is in it. */
  'layout-unknown',
  /** Line mode: the drive of another bay comes first. Detail: its bay, its machine and the bay of what was scanned, a line each. */
  'take-out-order',
  /** Line mode: drives are taken out when all have ended. Detail: the bay. */
  'take-out-early',
  /** Line mode, SHIP: a drive was not taken out. Detail: its bay and its machine, a line each. */
  'not-taken-out',
  /** Line mode, SHIP: no drive was taken out. */
  'nothing-to-ship',
  /** OFF: this station does not run from a stick. */
  'not-on-a-stick',
  /** OFF: drives are being written. */
  'still-at-work',
  /** On the list of what will be erased: no paired drive is in a machine of the rack. */
  'no-rack-machine',
  /** There: the work order says what machines do at the end. Detail: what. */
  'end-ordered',
  /** On Machines: no machine that asks shows this code, and no label is asked for. */
  'machine-not-asking',
  /** The firmware of the machine that was to be admitted has no serial: its label is asked for. */
  'label-asked',
  /** The machine could not be admitted. Detail: why, a sentence. */
  'admission-refused',
  /** On Ship: no finished machine, drive or bay has this name and waits for a shipment. */
  'not-waiting',
  /** On Ship: more than one drive of this bay waits. */
  'several-waiting',
  /** On Ship: a replaced computer whose return cannot be recorded. Detail: why, a sentence. */
  'return-refused',
  /** On Ship: it is ticked already. Detail: the machine. */
  'ticked-already',
  /** On Ship, and SHIP: the shipment cannot be closed yet. Detail: why (the page's ShipRefusal). */
  'not-shippable',
] as const;

/** What has to be done for the media to be the one that was scanned. */
export const mediaSteps = [
  /** It is chosen, as far as is known. */
  'chosen',
  /** The station knows where it is, and chooses it. */
  'known',
  /** Somebody has to choose it. */
  'wanted',
] as const;
export type MediaStep = (typeof mediaSteps)[number];

/** The refusal of a scan that cannot be relied on, which says something of the scanner. */
export const doubtRefusals = {
  slow: 'too-slow',
  cut: 'cut-short',
  layout: 'layout-unknown',
} as const satisfies Record<ScanDoubt, (typeof refusals)[number]>;

/** Screens of the app on which something is scanned. */
export const scanScreens = [
  'order',
  'media',
  'bench',
  'ship',
  'log',
  'settings',
  'machines',
  'sheet',
  'scanner-check',
  'help',
] as const;
export const scanScreenSchema = z.enum(scanScreens);
export type ScanScreen = (typeof scanScreens)[number];

export const scanOutcomeSchema = z.discriminatedUnion('result', [
  z.strictObject({
    result: z.literal('accepted'),
    kind: scanKindSchema,
    /** What it did. */
    effect: z.enum([
      'operator-set',
      'work-order-set',
      'ticket-taken',
      'hash-given',
      'machine-waiting',
      /** More is known of the machine that waits, or was just paired. */
      'facts-taken',
      'paired',
      'undone',
      'armed',
      'disarmed',
      'started',
      'cancel-which',
      'retry-which',
      'job-cancelled',
      'job-retried',
      'cleared',
      'clear-which',
      /** The cards of drives that passed are taken off. */
      'cards-cleared',
      'card-cleared',
      /** The machine of a drive that passed: the drive is out, and its card goes. `count` are left. */
      'taken-out',
      /** Notices are taken off the screen. */
      'notices-gone',
      'line-mode-shown',
      /** Line mode: the shipment is being closed. */
      'closing-line',
      /** Another screen is shown, and nothing else was done. */
      'bench-shown',
      'ship-shown',
      /** Machines that are scanned from now on take the free bays in a row; and not any more. */
      'filling',
      'filling-ended',
      'rack-shown',
      'cards-shown',
      /** OFF: scanned once more, the PC goes off; and it does. */
      'off-asked',
      'turning-off',
      /** What machines of the rack do at the end. `text`: wait, off or restart. */
      'end-chosen',
      /** A machine of the rack that has its disk in the batch was scanned: UNDO takes it out. */
      'in-batch',
      /** A machine was let into the rack. */
      'machine-admitted',
      /** The order's line of a machine is shown. */
      'line-shown',
      'searched',
      /** Only tried: what it would be taken for. */
      'tried',
      'ticked',
      'number-taken',
      /** On Ship: a replaced computer came back, and it is recorded. `text`: what was recorded, a sentence without its full stop. */
      'returned',
      'shipped',
      /** All of the work order was shipped or left out, and it is closed. `text` is its number. */
      'order-closed',
    ]),
    machineSerial: z.string().nullable(),
    bay: z.string().nullable(),
    /** The work order number that was set before, when it was another one. */
    replaced: z.string().optional(),
    /** What a job ticket said, and whether its media is there. */
    ticket: z
      .strictObject({ orderNumber: z.string(), mediaName: z.string(), media: z.enum(mediaSteps) })
      .optional(),
    /** What a hash without a chosen media file led to. */
    media: z.enum(mediaSteps).optional(),
    /** A serial that was typed has the form of this. */
    mayBe: scanKindSchema.optional(),
    /** Cards that were cleared; machines that are ticked; bays that are free still, while the rack is filled. */
    count: z.int().nonnegative().optional(),
    /** What was searched for, tried, or taken as a shipment's number; the number of a shipment or order that was closed. */
    text: z.string().optional(),
  }),
  z.strictObject({
    result: z.literal('refused'),
    /** What was scanned. */
    kind: scanKindSchema,
    reason: z.enum(refusals),
    /** What was waited for. */
    expected: expectationSchema,
    detail: z.string().nullable(),
    /** The machine that is refused because it has a drive, for which a reason lets it have another one. */
    machineSerial: z.string().optional(),
    /** The drive that is refused because of its past, which a reason lets be written. */
    driveId: z.string().optional(),
    /** The pair that keeps all from being started; missing: it is about what was scanned. */
    pair: z.strictObject({ bay: z.string(), machineSerial: z.string() }).optional(),
  }),
]);
export type ScanOutcome = z.infer<typeof scanOutcomeSchema>;
