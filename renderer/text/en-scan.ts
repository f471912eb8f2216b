import { atStart } from '../../core/base/display';
import { isDiskLabel } from '../../core/drive/disk-label';
import { counted } from '../../core/base/plurals';
import { atEndSchema, atEndWords } from '../../core/machine/at-end';
import type { MachineDetails } from '../../core/machine/machine';
import {
  doubtRefusals,
  type Expectation,
  type ScanKind,
  type ScanOutcome,
} from '../../core/scan/scan-outcome';
import { kindWords, wrongKind } from './en-scan-kinds';

/** What is said of scans, in English: what was scanned, what came of it, what is expected next. */

type Accepted = Extract<ScanOutcome, { result: 'accepted' }>;
type Refused = Extract<ScanOutcome, { result: 'refused' }>;

const machine = (serial: string | null): string => (serial === null ? 'the machine' : `machine ${serial}`);
/** A bay by its name. Labels may be called `bay 7` themselves, and those of a rack's disks `machine 5CD1`. */
export const bayName = (bay: string): string => (/^(?:bay|machine)\b/i.test(bay) ? bay : `bay ${bay}`);
/** A place where its machine is known, too: a disk of a rack is called by its machine. */
const placeName = (bay: string | null, serial: string | null): string =>
  bay !== null && serial !== null && isDiskLabel(bay, serial) ? machine(bay) : inBay(bay);
const inBay = (bay: string | null): string => (bay === null ? 'the bay' : bayName(bay));

/** A pair of many. A disk of a rack is called by its machine. */
const pairName = ({ bay, machineSerial }: NonNullable<Refused['pair']>): string =>
  isDiskLabel(bay, machineSerial) ? machine(bay) : `${bayName(bay)}, ${machine(machineSerial)}`;

const expectations: Readonly<Record<Expectation, string>> = {
  operator: 'an operator badge',
  media: 'a media file, chosen on Media',
  'media-hash': 'the SHA-256 of the media',
  machine: 'a machine serial',
  bay: 'a bay label',
  'bay-to-cancel': 'the bay to cancel',
  'bay-to-retry': 'the bay to retry',
  start: 'START',
  'bay-to-clear': 'the bay to clear',
  drive: 'a drive in a bay',
  clear: 'CLEAR, when the drives are taken out',
  'taken-out': 'the machine whose drive is taken out next',
  'retry-or-clear': 'RETRY or CLEAR',
  ship: 'SHIP',
  'close-order': 'SHIP, to close the work order',
  wait: 'nothing, until the bench is ready',
};

/** Why SHIP does not close the shipment yet, by the page's ShipRefusal. */
const shipReasons: Readonly<Record<string, string>> = {
  'nothing-chosen': 'Nothing is ticked. Scan each machine, drive or bay that you pack.',
  'mixed-orders': 'The ticked machines belong to different work orders. Choose one work order.',
  'number-missing': 'The shipment number is missing. Scan or type it.',
  'number-wrong': 'The shipment number cannot be used. Scan or type another one.',
  busy: 'The last shipment is still being recorded.',
};

/** @param detail the name on the ticket and the name of the file, a line each */
function otherMedia(detail: string | null): string {
  const [wanted = '', chosen = ''] = (detail ?? '').split('\n');
  return `The ticket is for ${wanted}, but ${chosen} is chosen, and it is another media file. Choose ${wanted} on Media, then scan the ticket again.`;
}

const lines = (detail: string | null): string[] => (detail ?? '').split('\n');

/** @param detail the bay that is next, its machine, and the bay of what was scanned, a line each */
function takeOutOrder(detail: string | null): string {
  const [bay = '', serial = '', other = ''] = lines(detail);
  return `You scanned the machine in ${bayName(other)}. ${atStart(bayName(bay))} is next: machine ${serial}.`;
}

/** What machines do at the end, to follow a colon. */
function endWords(said: string | null | undefined): string {
  const known = atEndSchema.safeParse(said);
  return known.success ? atEndWords[known.data] : '';
}

/** What a refusal means; what was scanned and expected is told beside it. */
const refusalReasons: Readonly<Record<Refused['reason'], (detail: string | null, kind: ScanKind) => string>> =
  {
    'wrong-kind': wrongKind,
    doubtful: (tag, kind) =>
      `That looks like ${kindWords(kind, tag)}.${tag === null ? '' : ' Scan the service tag.'} If it is this machine’s serial, type it on the card of its bay, open a work order that lists it, or add a serial pattern in Settings.`,
    pattern: () => 'This serial matches no pattern in Settings.',
    'not-in-order': (serial) => `${atStart(machine(serial))} is not in the open work order. Set it aside.`,
    'order-open': (number) =>
      `Work order ${number ?? ''} is open. Close it on Order before you take another number.`,
    'machine-in-batch': () => 'This machine is already paired.',
    'own-disk': (serial) =>
      `${atStart(machine(serial))} is in the rack and has several disks. It gets one of them: open its card, then press Image this machine.`,
    'not-this-machine': (serial) =>
      `This is another machine. The one you are at is ${serial ?? 'not it'}, by its firmware.`,
    'disk-of-another': (serial) =>
      `This disk is in ${machine(serial)}, and is for that one alone. Scan the other machine’s own disk.`,
    'machine-away': (serial) =>
      `${atStart(machine(serial))} is not connected. Switch it on, or look at its cable, then pair it.`,
    'not-on-a-stick': () => 'OFF is for computers that run from a stick. This station does not.',
    'still-at-work': () => 'Drives are being written. Wait until they are finished, or cancel them first.',
    'machine-running': () => 'A drive for this machine is already being written.',
    'machine-shipped': (day) =>
      `This machine already has a drive${day === null ? '' : `, written on ${day}`}. To write another one, give a reason.`,
    'drive-holds': (detail) => {
      const [serial = '', day = '', shipment = ''] = (detail ?? '').split('\n');
      const known = [
        ...(day === '' ? [] : [`was written on ${day}`]),
        ...(shipment === '' ? [] : [`is in shipment ${shipment}`]),
      ];
      return `This drive holds the image for ${serial}.${known.length === 0 ? '' : ` It ${known.join(' and ')}.`}`;
    },
    'drive-failed-before': (detail) => {
      const [day = '', what = ''] = (detail ?? '').split('\n');
      return `This drive failed on ${day}${what === '' ? '' : ` (${what})`}.`;
    },
    'no-reason-asked': () => 'Nothing asks for a reason now.',
    'bay-unknown': () => 'No bay has this label.',
    'bay-empty': () => 'This bay is empty. Insert a drive.',
    'drive-blocked': (reasons) => reasons ?? 'This drive cannot be written.',
    'drive-paired': () => 'This drive is already paired. Scan UNDO to remove the last pairing.',
    'drive-running': () => 'This drive is being written.',
    'drive-finished': () =>
      'This drive still shows its last job. Take the drive out, or clear its card: press Clear, or scan CLEAR.',
    'no-free-bay': () => 'No bay has a free drive.',
    'nothing-to-undo': () => 'There is nothing to undo.',
    'nothing-to-cancel': () => 'Nothing is running in this bay.',
    'nothing-to-retry': () => 'There is nothing to retry in this bay.',
    'nothing-to-clear': () => 'No card has ended that could be cleared.',
    'take-out-order': takeOutOrder,
    'take-out-early': (detail) => {
      const [bay = '', serial = ''] = lines(detail);
      return `The drive in ${placeName(bay, serial)} is finished, but others are not. Wait until all have ended.`;
    },
    'not-taken-out': (detail) => {
      const [bay = '', serial = ''] = lines(detail);
      if (isDiskLabel(bay, serial)) return `Machine ${serial} was not confirmed. Scan it, then SHIP.`;
      return `The drive in ${bayName(bay)} was not taken out. Take it out and scan machine ${serial}.`;
    },
    'nothing-to-ship': () => 'No drive that was taken out waits to be shipped.',
    'no-rack-machine': () => 'No machine of the rack is paired: there is nothing to choose for the end.',
    'end-ordered': (said) => `The work order says what machines do at the end: ${endWords(said)}.`,
    'machine-not-asking': () =>
      'No waiting machine shows this code. To scan a label, press the machine’s field first.',
    'label-asked': () => 'Its firmware has no serial. Scan the label of the machine, or type it.',
    'admission-refused': (detail) => detail ?? 'The machine was not admitted.',
    'not-waiting': () => 'This is no machine that waits to be shipped, and no computer that was replaced.',
    'return-refused': (why) => why ?? 'Its return cannot be recorded.',
    'several-waiting': () => 'More than one drive of this bay waits. Scan the machine or the drive.',
    'ticked-already': (serial) => `${atStart(machine(serial))} is ticked already.`,
    'not-shippable': (why) =>
      why === null ? 'This shipment cannot be closed yet.' : (shipReasons[why] ?? why),
    'not-ready': () => 'You cannot start yet.',
    'hash-differs': () => 'The SHA-256 does not match. Do not use this media.',
    'hash-not-of-ticket': (name) =>
      `This is not the SHA-256 of ${name ?? 'the media'}, the media of the job ticket.`,
    'ticket-damaged': () => 'Part of this job ticket is missing or was misread. Scan it again.',
    'ticket-version': () =>
      'This job ticket was made by a newer Prestage. Update this station, or scan the order number and the SHA-256.',
    'ticket-other-order': (number) =>
      `Machines are paired for work order ${number ?? ''}. Start them or undo the pairs, then scan the ticket.`,
    'ticket-other-media': otherMedia,
    'media-not-ordered': (name) =>
      `The open work order requires another media file${name === null ? '' : ` than ${name}`}.`,
    'repeated-read': () => 'Read twice. Counted once.',
    contradicts: (detail) =>
      `This does not match what is known${detail === null ? '' : ` (${detail})`}. Check which machine it is.`,
    'too-slow': () => 'Scanned too slowly to be sure. Scan the code of the scanner check, then try again.',
    'cut-short': () => 'Only part of the scan came through. Scan it again.',
    'layout-unknown': () =>
      'This computer’s keyboard layout may have changed what was scanned. Scan the code of the scanner check first.',
    'start-refused': () => 'The start was refused. No drive was changed.',
  };

/** What is known of a machine beside its serial, in few words; empty when nothing is. */
export function knownWords({ assetTag, uuid, macs = [], model }: MachineDetails): string {
  const words = [
    ...(model === undefined ? [] : [model]),
    ...(assetTag === undefined ? [] : [`asset ${assetTag}`]),
    ...(uuid === undefined ? [] : ['UUID']),
    ...(macs.length === 0 ? [] : [macs.length === 1 ? 'MAC' : `${macs.length} MACs`]),
  ];
  return words.join(' · ');
}

/** Why a serial that was typed should be compared with the label; empty when there is no reason. */
function checkIt({ mayBe }: Accepted): string {
  return mayBe === undefined ? '' : `It looks like ${kindWords(mayBe)}: compare it with the label.`;
}

/** What was taken, as a sentence begins. */
const takenWords: Readonly<Partial<Record<ScanKind, string>>> = {
  uuid: 'UUID',
  mac: 'MAC',
  'asset-tag': 'Asset tag',
};

const replacedWords = (replaced: string | undefined): string =>
  replaced === undefined ? '' : ` Before, it was ${replaced}.`;

function ticketTaken({ ticket, replaced }: Accepted): string {
  if (ticket === undefined) return 'Job ticket taken';
  const { orderNumber, mediaName, media } = ticket;
  const next = {
    chosen: `Media ${mediaName} expected.`,
    known: `Media ${mediaName} chosen.`,
    wanted: `Choose the media ${mediaName}.`,
  }[media];
  return `Work order ${orderNumber} set.${replacedWords(replaced)} ${next}`;
}

function hashGiven({ media = 'chosen' }: Accepted): string {
  return {
    chosen: 'Media SHA-256 entered',
    known: 'Media with this SHA-256 chosen',
    wanted: 'Choose the media with this SHA-256',
  }[media];
}

function accepted(outcome: Accepted): string {
  const { kind, effect, machineSerial, bay, replaced, count = 0, text = '' } = outcome;
  switch (effect) {
    case 'operator-set':
      return 'Operator set';
    case 'work-order-set':
      return replaced === undefined ? 'Work order set' : `Work order changed. Before, it was ${replaced}`;
    case 'hash-given':
      return hashGiven(outcome);
    case 'ticket-taken':
      return ticketTaken(outcome);
    case 'machine-waiting':
      return `${machineSerial ?? 'Machine'}: which bay?`;
    case 'facts-taken':
      return `${takenWords[kind] ?? 'More of the label'} added to ${machine(machineSerial)}`;
    case 'paired': {
      const own = bay !== null && machineSerial !== null && isDiskLabel(bay, machineSerial);
      const said = atStart(
        own
          ? `${machine(bay)} is paired with its own disk`
          : `${inBay(bay)} is for ${machine(machineSerial)}`,
      );
      return outcome.count === 0 ? `${said}. That was the last free bay` : said;
    }
    case 'in-batch':
      return atStart(`${machine(machineSerial)} is paired. UNDO takes it out of the batch`);
    case 'undone':
      return machineSerial === null ? 'Undone' : `Undone: ${machine(machineSerial)}`;
    case 'armed':
      return 'This is the list of what will be erased';
    case 'disarmed':
      return 'Start cancelled. No drive was changed';
    case 'started':
      return 'Start confirmed';
    case 'cancel-which':
      return 'Cancel: which bay?';
    case 'retry-which':
      return 'Retry: which bay?';
    case 'job-cancelled':
      return `Cancelling ${placeName(bay, machineSerial)}`;
    case 'job-retried':
      return `Trying ${placeName(bay, machineSerial)} again`;
    case 'cleared':
      return 'Ready for the next drive';
    case 'filling':
      return `Fill ${counted(count, 'free bay', 'free bays')}: scan the machines in order`;
    case 'filling-ended':
      return 'Scan machines and bays again';
    case 'rack-shown':
      return 'Rack shown';
    case 'cards-shown':
      return 'Cards shown';
    case 'clear-which':
      return 'Clear: which bay?';
    case 'cards-cleared':
      return `Cleared ${counted(count, 'card', 'cards')} with PASS`;
    case 'taken-out': {
      const own = bay !== null && machineSerial !== null && isDiskLabel(bay, machineSerial);
      const said = atStart(own ? `${machine(machineSerial)} is confirmed` : `${inBay(bay)} is out`);
      return count === 0 ? `${said}. That was the last` : `${said}, ${count} left`;
    }
    case 'notices-gone':
      return count === 1 ? 'Notice dismissed' : 'Notices dismissed';
    case 'line-mode-shown':
      return 'Line mode';
    case 'closing-line':
      return `Closing the shipment of ${counted(count, 'machine', 'machines')}`;
    case 'card-cleared':
      return atStart(`${placeName(bay, machineSerial)} cleared`);
    case 'bench-shown':
      return 'Back on the bench. Nothing was changed';
    case 'ship-shown':
      return 'Scan each machine, drive or bay that you pack';
    case 'line-shown':
      return atStart(`${machine(machineSerial)} is in the work order`);
    case 'searched':
      return `Searched for ${text}`;
    case 'tried':
      return 'Only tried, not used';
    case 'ticked':
      return atStart(`${machine(machineSerial)} ticked, ${count} in all`);
    case 'number-taken':
      return `Shipment number ${text}`;
    case 'machine-admitted':
      // Another station, which gets media and disk images.
      if (text !== '') return `Station ${text} is admitted`;
      return atStart(`${machine(machineSerial)} is in the rack`);
    case 'returned':
      return text;
    case 'shipped':
      return `Shipment ${text} closed: ${counted(count, 'machine', 'machines')}`;
    case 'order-closed':
      return `Work order ${text} closed`;
    case 'off-asked':
      return 'Scan OFF again to turn this computer off';
    case 'turning-off':
      return 'This computer turns off';
    case 'end-chosen':
      return `At the end: ${endWords(text)}`;
  }
}

const saidOrUnknown: ReadonlySet<Refused['reason']> = new Set([
  'wrong-kind',
  'doubtful',
  ...Object.values(doubtRefusals),
]);

/** Kinds of scan that each expectation means: what was expected is no news where it was scanned. */
const expectedKinds: Readonly<Partial<Record<Expectation, readonly ScanKind[]>>> = {
  operator: ['operator'],
  'media-hash': ['sha256'],
  machine: ['machine'],
  bay: ['bay', 'drive'],
  'bay-to-cancel': ['bay', 'drive'],
  'bay-to-retry': ['bay', 'drive'],
  'bay-to-clear': ['bay', 'drive'],
};

/** Refusals that say themselves what is to be scanned. */
const ofShip: ReadonlySet<Refused['reason']> = new Set([
  'machine-not-asking',
  'label-asked',
  'admission-refused',
  'not-waiting',
  'return-refused',
  'several-waiting',
  'ticked-already',
  'not-shippable',
]);

/** What was scanned, and what was expected, where that explains the refusal. */
function compared(refused: Refused): string {
  const { kind, expected, reason } = refused;
  const wasExpected = expectedKinds[expected]?.includes(kind) === true;
  if (wasExpected || ofShip.has(reason) || reason === 'repeated-read') return '';
  return [scanned(refused), `Expected: ${expectations[expected]}.`].filter((part) => part !== '').join(' ');
}

/** Empty where the refusal has said it, and where nobody can tell what it was. */
function scanned({ kind, reason }: Refused): string {
  return saidOrUnknown.has(reason) ? '' : `Scanned: ${kindWords(kind)}.`;
}

/** Words of scans: what was scanned, and what came of it. */
export const scanText = {
  compared,
  accepted,
  checkIt,
  knownWords,
  refused: ({ reason, detail, kind, pair }: Refused): string =>
    `${pair === undefined ? '' : `${atStart(pairName(pair))}: `}${refusalReasons[reason](detail, kind)}`,
  refusedWord: 'Refused',
};
