import { sanitizeForDisplay } from '../base/display';
import { readLabel } from './label';
import { labelRulesOf } from './label-rules';
import {
  otherNumber,
  otherNumberName,
  otherNumberRemedy,
  withoutSecrets,
  type OtherNumber,
} from '../machine/other-number';
import { fitsSerialPatterns } from './scan';
import type { ScanKind } from './scan-outcome';
import type { ScanSettings } from './scan-settings';
import {
  commandIn,
  firstGroup,
  isBayForm,
  isCommandForm,
  isOwnWord,
  withoutFraming,
  withoutSerialPrefix,
} from './scan-text';
import { normalizeSerial, serialProblem, type SerialProblem } from '../machine/serial';

/** A serial that was typed, or stands in a file, where a serial is meant. */
export type TypedSerial =
  | {
      readonly problem: null;
      readonly serial: string;
      /** Another number has this form, too: whoever typed it should compare it with the label. */
      readonly mayBe: { readonly kind: ScanKind; readonly note: string } | null;
    }
  | { readonly problem: SerialProblem; readonly kind: ScanKind };

/**
 * Reads a machine's serial where nothing else is expected: the command line, a field of the app, a column of an order.
 * What a scan would never take for a machine is refused here as well; a label's text gives the serial that is in it.
 * What only may be another number is taken, and told.
 */
export function readTypedSerial(text: string, settings: ScanSettings): TypedSerial {
  const { clean, whole } = withoutFraming(text);
  const serial = normalizeSerial(withoutSerialPrefix(clean));
  // Before the makers' patterns: no form that a serial may have makes one of a command.
  if (commandIn(clean) !== null || isOwnWord(serial)) return refusedKind(text, 'command');
  const label = readLabel(text, labelRulesOf(settings.labelRules));
  if (label.kind === 'machine') return fromLabel(text, label.serial, settings);
  const problem = whole ? serialProblem(serial) : serialProblem(`${serial}\u0000`);
  const fits = settings.serialPatterns.length > 0 && fitsSerialPatterns(serial, settings.serialPatterns);
  if (problem === null && fits) return { problem: null, serial, mayBe: null };
  if (problem?.code === 'serial-placeholder') return { problem, kind: 'placeholder' };
  const other = otherNumber(serial);
  if (other !== null && (other.sure || problem !== null)) return refusedNumber(serial, other);
  const known = knownKind(clean, label.kind, settings);
  if (known !== null) return refusedKind(clean, known);
  if (problem !== null) return { problem, kind: 'unreadable' };
  return {
    problem: null,
    serial,
    mayBe:
      other === null
        ? null
        : {
            kind: scanKindOf(other),
            note: `'${serial}' has the form of ${otherNumberName(other)}: compare it with the serial on the label`,
          },
  };
}

/** What a label says is the serial. Labels of parts call their number S/N, too. */
function fromLabel(text: string, serial: string, { serialPatterns }: ScanSettings): TypedSerial {
  if (isOwnWord(serial)) return refusedKind(text, 'command');
  const fits = serialPatterns.length > 0 && fitsSerialPatterns(serial, serialPatterns);
  const other = fits ? null : otherNumber(serial);
  return other?.sure === true ? refusedNumber(serial, other) : { problem: null, serial, mayBe: null };
}

function refusedNumber(serial: string, other: OtherNumber): TypedSerial {
  const shown = sanitizeForDisplay(withoutSecrets(serial), 64);
  const what = `'${shown}' is ${otherNumberName(other)}, not the serial of a machine.`;
  return {
    problem: { code: 'serial-invalid', message: `${what} ${otherNumberRemedy(other)}${wayOn(other)}` },
    kind: scanKindOf(other),
  };
}

/** A key stays a secret, whatever else it is. */
function wayOn({ kind }: OtherNumber): string {
  return kind === 'product-key'
    ? ''
    : ' If it is the serial after all, add its form to the setting desk.serialPatterns.';
}

type KnownKind = 'command' | 'operator' | 'work-order' | 'bay' | 'drive' | 'unreadable' | 'asset-tag';

const knownKinds: Readonly<Record<KnownKind, string>> = {
  command: 'a command of Prestage',
  operator: 'an operator badge',
  'work-order': 'a work order number',
  bay: 'the label of a bay',
  drive: 'the label of a drive or of a part',
  'asset-tag': 'a label without a serial',
  unreadable: 'a label that is incomplete, or that names two machines',
};

function refusedKind(text: string, kind: KnownKind): TypedSerial {
  const message = `'${sanitizeForDisplay(text, 64)}' is ${knownKinds[kind]}, not the serial of a machine. Scan the serial on the label of the machine.`;
  return { problem: { code: 'serial-invalid', message }, kind };
}

function knownKind(
  clean: string,
  label: Exclude<ReturnType<typeof readLabel>['kind'], 'machine'>,
  { badgePattern, workOrderPattern }: ScanSettings,
): KnownKind | null {
  if (isCommandForm(clean)) return 'command';
  switch (label) {
    case 'facts':
      return 'asset-tag';
    case 'foreign':
      return 'drive';
    case 'contradicts':
      return 'unreadable';
    case 'placeholder':
    case 'none':
      break;
  }
  if (firstGroup(badgePattern, clean) !== null) return 'operator';
  if (firstGroup(workOrderPattern, clean) !== null) return 'work-order';
  return isBayForm(clean) ? 'bay' : null;
}

/** What the page calls it. A hash is nothing that the station knows the use of. */
function scanKindOf({ kind }: OtherNumber): ScanKind {
  return kind === 'hash' ? 'unreadable' : kind;
}
