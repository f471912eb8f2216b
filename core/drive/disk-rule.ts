import { z } from 'zod';
import { formatBytes, sanitizeForDisplay } from '../base/display';
import type { Drive } from './drive';

/** Which disk of a machine gets the image, where the machine may have several. Pure: nothing is erased by a rule, it only names a disk. */

/** Longest name that a rule looks for. */
export const longestDiskName = 64;

export const diskRuleSchema = z.discriminatedUnion('choose', [
  /** The only built-in disk that may be written; of several somebody chooses. */
  z.strictObject({ choose: z.literal('only') }),
  /** The largest NVMe disk. */
  z.strictObject({ choose: z.literal('largest-nvme') }),
  /** The one whose model or serial has this text in it, whatever its letters' case. */
  z.strictObject({
    choose: z.literal('named'),
    name: z
      .string()
      .min(1)
      .max(longestDiskName)
      .refine((name) => name.trim() === name && name === sanitizeForDisplay(name, longestDiskName), {
        message: 'must be visible characters',
      }),
  }),
]);
export type DiskRule = z.infer<typeof diskRuleSchema>;

export const defaultDiskRule: DiskRule = { choose: 'only' };

/** Before the name in the short form of a rule. */
const namedMark = 'name=';

/** A rule as it is typed: `only`, `largest-nvme`, `name=TEXT`. @returns null for what is none */
export function readDiskRule(text: string): DiskRule | null {
  const form = text.startsWith(namedMark)
    ? { choose: 'named', name: text.slice(namedMark.length).trim() }
    : { choose: text };
  const parsed = diskRuleSchema.safeParse(form);
  return parsed.success ? parsed.data : null;
}

/** What a rule takes, to follow "each machine gets". */
export function diskRuleWords(rule: DiskRule): string {
  switch (rule.choose) {
    case 'only':
      return 'its only disk that can be written';
    case 'largest-nvme':
      return 'its largest NVMe disk';
    case 'named':
      return `its disk with '${rule.name}' in model or serial`;
  }
}

/** Buses of disks that are built in. Cards and what nobody tells the bus of are asked for. */
const internalBuses: ReadonlySet<string> = new Set([
  'nvme',
  'sata',
  'ata',
  'sas',
  'scsi',
  'virtio',
  'virtual',
]);

/**
 * Whether a disk may be taken as the machine's own without being asked for: it is built in. On USB, or in a slot for cards, it
 * is somebody's stick or backup until somebody says otherwise.
 */
export function isBuiltIn({ bus, removable }: Pick<Drive, 'bus' | 'removable'>): boolean {
  return bus !== null && internalBuses.has(bus) && !removable;
}

/** What a rule looks at. */
export type RuledDrive = Pick<
  Drive,
  'id' | 'bus' | 'removable' | 'verdict' | 'size' | 'model' | 'serial' | 'reasons'
>;

export type DiskChoice<D extends RuledDrive> =
  | { readonly found: 'one'; readonly drive: D }
  /** `why`: a sentence, safe to show. */
  | { readonly found: 'none'; readonly why: string }
  | { readonly found: 'several'; readonly drives: readonly D[]; readonly why: string };

/** The disk of one machine that a rule names. The stick that it runs from, and what is on USB, is never it. */
export function chooseDisk<D extends RuledDrive>(rule: DiskRule, drives: readonly D[]): DiskChoice<D> {
  const builtIn = drives.filter(isBuiltIn);
  if (builtIn.length === 0) return { found: 'none', why: 'It has no built-in disk.' };
  const allowed = builtIn.filter(({ verdict }) => verdict === 'eligible');
  if (allowed.length === 0) return { found: 'none', why: whyBlocked(builtIn) };
  const fitting = fittingOf(rule, allowed);
  const [drive, ...others] = fitting;
  if (drive === undefined) return { found: 'none', why: whyNone(rule, allowed) };
  if (others.length === 0) return { found: 'one', drive };
  return { found: 'several', drives: fitting, why: `${fitting.length} disks fit: ${namesOf(fitting)}.` };
}

function fittingOf<D extends RuledDrive>(rule: DiskRule, allowed: readonly D[]): readonly D[] {
  switch (rule.choose) {
    case 'only':
      return allowed;
    case 'largest-nvme': {
      const nvme = allowed.filter(({ bus }) => bus === 'nvme');
      const largest = Math.max(...nvme.map(({ size }) => size));
      return nvme.filter(({ size }) => size === largest);
    }
    case 'named': {
      const name = rule.name.toLowerCase();
      return allowed.filter(({ model, serial }) =>
        [model, serial].some((text) => text?.toLowerCase().includes(name) === true),
      );
    }
  }
}

function whyBlocked(builtIn: readonly RuledDrive[]): string {
  const why = builtIn.map((drive) => `${nameOf(drive)}: ${drive.reasons[0]?.message ?? 'not known why.'}`);
  return `None of its built-in disks may be written. ${why.join(' ')}`;
}

function whyNone(rule: DiskRule, allowed: readonly RuledDrive[]): string {
  const has = `It has ${namesOf(allowed)}.`;
  return rule.choose === 'named'
    ? `No disk that may be written has '${rule.name}' in model or serial. ${has}`
    : `No NVMe disk may be written. ${has}`;
}

function namesOf(drives: readonly RuledDrive[]): string {
  return drives.map(nameOf).join(', ');
}

function nameOf({ model, serial, size, id }: RuledDrive): string {
  const name = [model, serial].filter((part) => part !== null && part !== '').join(' ');
  return `${sanitizeForDisplay(name === '' ? id : name, 120)} (${formatBytes(size)})`;
}
