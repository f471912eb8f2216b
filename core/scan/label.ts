import { sanitizeForDisplay } from '../base/display';
import { readMac, readUuid } from '../machine/identifiers';
import { labelPieces, type LabelPiece } from './label-forms';
import { foldName, patternGroups, type LabelField, type LabelRule } from './label-rules';
import { isConflict, joinDetails, saysNothing } from '../machine/machine-details';
import { machineDetailsSchema, type MachineDetails } from '../machine/machine';
import { longestPatternText } from '../base/pattern';
import { normalizeSerial, serialProblem } from '../machine/serial';
import { isAssetPlaceholder, uuidProblem } from '../machine/smbios';

/** What a label says. */
export type LabelReading =
  /** A serial, normalized and sound, and what else is on the label. */
  | { readonly kind: 'machine'; readonly serial: string; readonly details: MachineDetails }
  /** No serial, but what names the machine as well. */
  | { readonly kind: 'facts'; readonly details: MachineDetails }
  /** The serial on it is what nobody filled in. */
  | { readonly kind: 'placeholder' }
  /** Two serials, or two of what a machine has one of; or ill formed. Nothing of it counts. */
  | { readonly kind: 'contradicts' }
  /** A drive's or a part's label. */
  | { readonly kind: 'foreign' }
  /** No rule knows anything in it. */
  | { readonly kind: 'none' };

interface Value {
  readonly field: LabelField;
  readonly value: string;
}

/** What a text says of the machine on whose label it is. Never throws. */
export function readLabel(text: string, rules: readonly LabelRule[]): LabelReading {
  const names = new Map<string, LabelField>();
  for (const rule of rules) {
    const key = keyOf(rule);
    // The first rule decides: a station's own stand before those that are built in.
    if (key !== null && rule.form !== 'pattern' && !names.has(key)) names.set(key, rule.field);
  }
  const pieces = labelPieces(text, (folded) => names.has(`name ${folded}`));
  if (pieces === null) return { kind: 'contradicts' };
  const values = pieces.flatMap((piece) => valuesOf(piece, names, rules));
  return values.length === 0 ? { kind: 'none' } : readingOf(values);
}

function keyOf(rule: LabelRule): string | null {
  switch (rule.form) {
    case 'pattern':
      return null;
    case 'name':
      return `name ${foldName(rule.name)}`;
    case 'data-identifier':
    case 'application-identifier':
      return `${rule.form} ${rule.identifier}`;
  }
}

function valuesOf(
  { form, key, value }: LabelPiece,
  names: ReadonlyMap<string, LabelField>,
  rules: readonly LabelRule[],
): Value[] {
  if (form === 'text') return patternValues(value, rules);
  const field = names.get(`${form} ${form === 'name' ? foldName(key) : key}`);
  // Lenovo's 1S is a rule over identifier and value.
  if (field === undefined) return form === 'data-identifier' ? patternValues(key + value, rules) : [];
  // `S/N: 1S20XW…`: the whole label stands behind the name.
  const inside = field === 'serial' ? patternValues(value, rules) : [];
  return inside.length > 0 ? inside : [{ field, value }];
}

function patternValues(text: string, rules: readonly LabelRule[]): Value[] {
  if (text.length > longestPatternText) return [];
  for (const rule of rules) {
    if (rule.form !== 'pattern') continue;
    const groups = new RegExp(`^(?:${rule.pattern})$`, 'iu').exec(text)?.groups;
    if (groups === undefined) continue;
    return patternGroups.flatMap((field) => {
      const value = groups[field];
      // A pattern takes any case, and the numbers it finds are printed in capital letters.
      return value === undefined ? [] : [{ field, value: value.toUpperCase() }];
    });
  }
  return [];
}

function readingOf(values: readonly Value[]): LabelReading {
  if (values.some(({ field }) => field === 'foreign')) return { kind: 'foreign' };
  const serials = new Set<string>();
  let details: MachineDetails = {};
  let placeholder = false;
  for (const { field, value } of values) {
    if (field === 'serial') {
      const serial = normalizeSerial(value);
      const problem = serialProblem(serial);
      if (problem?.code === 'serial-placeholder') placeholder = true;
      // Something stands where the serial should be, and is none: what else it may be is not guessed.
      else if (problem !== null) return { kind: 'contradicts' };
      else serials.add(serial);
      continue;
    }
    const joined = joinDetails(details, factOf(field, value));
    if (isConflict(joined)) return { kind: 'contradicts' };
    details = joined;
  }
  const [serial, ...others] = serials;
  if (others.length > 0) return { kind: 'contradicts' };
  if (serial !== undefined) return { kind: 'machine', serial, details };
  if (placeholder) return { kind: 'placeholder' };
  // A model names no machine.
  const { uuid, macs, assetTag } = details;
  return uuid === undefined && macs === undefined && assetTag === undefined
    ? { kind: 'none' }
    : { kind: 'facts', details };
}

/** One value as it is kept; nothing when it is none, or a placeholder: labels are printed by those who fill forms. */
function factOf(field: Exclude<LabelField, 'serial'>, value: string): MachineDetails {
  switch (field) {
    case 'asset':
      return isAssetPlaceholder(value) ? {} : sound({ assetTag: sanitizeForDisplay(value, 64) });
    case 'model':
      return sound({ model: sanitizeForDisplay(value, 80) });
    case 'uuid': {
      const uuid = readUuid(value);
      return uuid === null || uuidProblem(uuid) !== null ? {} : { uuid };
    }
    case 'mac': {
      const mac = readMac(value);
      return mac === null ? {} : { macs: [mac] };
    }
    case 'wifi-mac': {
      const mac = readMac(value);
      return mac === null ? {} : { macs: [mac], wifiMacs: [mac] };
    }
    case 'none':
    case 'foreign':
      return {};
  }
}

function sound(details: MachineDetails): MachineDetails {
  return machineDetailsSchema.safeParse(details).success ? details : {};
}

/** The facts, when there are any; for a member that is left out otherwise. */
export function detailsMember(details: MachineDetails): { readonly details?: MachineDetails } {
  return saysNothing(details) ? {} : { details };
}
