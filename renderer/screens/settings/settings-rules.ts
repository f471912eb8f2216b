import { arrangeBays, baySchema, foldLabel, maxBays, portOf, type Bay } from '../../../core/drive/bays';
import type { Drive } from '../../../core/drive/drive';
import { detailsMember } from '../../../core/scan/label';
import type { MachineDetails } from '../../../core/machine/machine';
import { readScan, type ScanContext, type ScanReading } from '../../../core/scan/scan';
import { serialPatternSchema, type SerialPattern } from '../../../core/scan/scan-settings';
import { GiB } from '../../../core/base/units';

/** Rules of the settings screen. Pure. */

/** What is wrong with the label that a bay is to have; null when nothing is. */
export function labelProblem(
  label: string,
  bays: readonly Bay[],
  index: number,
): 'empty' | 'unclear' | 'twice' | null {
  if (label.trim() === '') return 'empty';
  if (!baySchema.shape.label.safeParse(label).success) return 'unclear';
  const folded = foldLabel(label);
  return bays.some((bay, other) => other !== index && foldLabel(bay.label) === folded) ? 'twice' : null;
}

/** Swaps a bay with its neighbour; at the end of the list nothing changes. */
export function moved(bays: readonly Bay[], index: number, by: -1 | 1): Bay[] {
  const list = [...bays];
  const [one, other] = [bays[index], bays[index + by]];
  if (one === undefined || other === undefined) return list;
  list[index] = other;
  list[index + by] = one;
  return list;
}

/** The bays with one more, bound to nothing. The label is the first free one of `name(1)`, `name(2)`, … */
export function added(bays: readonly Bay[], name: (number: number) => string): Bay[] {
  if (bays.length >= maxBays) return [...bays];
  const taken = new Set(bays.map(({ label }) => foldLabel(label)));
  let number = bays.length + 1;
  while (taken.has(foldLabel(name(number)))) number += 1;
  return [...bays, { label: name(number), port: null }];
}

/** Binds a bay to a port. A port is wired to one bay: the one that had it is bound to none. */
export function bound(bays: readonly Bay[], index: number, port: string | null): Bay[] {
  return bays.map((bay, other) => {
    if (other === index) return { ...bay, port };
    return port !== null && bay.port === port ? { ...bay, port: null } : bay;
  });
}

/** The bays with one more for each drive that may be written and sits in none, as the bench shows them. */
export function filled(bays: readonly Bay[], drives: readonly Drive[]): Bay[] {
  const eligible = drives
    .filter(({ verdict }) => verdict === 'eligible')
    // Once the operator's labels are on the drives, `bay` of a drive in a bay of the list is that label.
    .filter((drive) => !bays.some(({ port }) => port === portOf(drive)));
  const paths = arrangeBays(bays, eligible).slice(0, maxBays);
  return paths.map(({ label, port }) => ({ label, port }));
}

/** What is wrong with a pattern; null when nothing is. */
export function patternProblem(pattern: string): 'pattern-empty' | 'pattern-wrong' | null {
  if (pattern === '') return 'pattern-empty';
  return serialPatternSchema.shape.pattern.safeParse(pattern).success ? null : 'pattern-wrong';
}

export type TriedCode =
  | Exclude<ScanReading, { readonly kind: 'machine' }>
  | {
      readonly kind: 'machine';
      readonly serial: string;
      readonly makers: readonly string[];
      readonly details?: MachineDetails;
    }
  | { readonly kind: 'fits-none'; readonly serial: string };

/** What a barcode would be taken for; of a machine's serial also whose patterns it fits. */
export function tryCode(text: string, context: ScanContext): TriedCode {
  const reading = readScan(text, context);
  if (reading.kind !== 'machine') return reading;
  const { serial, details = {} } = reading;
  const { serialPatterns } = context.settings;
  const makers = serialPatterns.filter((pattern) => fits(serial, pattern)).map(({ maker }) => maker);
  return serialPatterns.length > 0 && makers.length === 0
    ? { kind: 'fits-none', serial }
    : { kind: 'machine', serial, makers, ...detailsMember(details) };
}

function fits(serial: string, { pattern }: SerialPattern): boolean {
  return new RegExp(`^(?:${pattern})$`, 'u').test(serial);
}

/** Bytes of a limit that was typed in GiB; null when it is no whole number from 1 to 100000. */
export function limitBytes(text: string): number | null {
  const clean = text.trim();
  const number = /^\d{1,6}$/.test(clean) ? Number(clean) : 0;
  return number >= 1 && number <= 100_000 ? number * GiB : null;
}

/** A limit as it is typed. */
export function limitText(bytes: number): string {
  return String(Number((bytes / GiB).toFixed(2)));
}
