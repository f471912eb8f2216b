import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import type { Drive } from './drive';
import { withNotes } from './drive-notes';

/** Bays that one bench can have. */
export const maxBays = 48;

/** A labelled slot, and the port of the machine it is wired to. */
export const baySchema = z.strictObject({
  /** Label on the slot, 1 to 24 visible characters. */
  label: z
    .string()
    .min(1)
    .max(24)
    .refine((label) => label.trim() === label && label === sanitizeForDisplay(label, 24), {
      message: 'must be visible characters',
    }),
  /** Port of a drive in this bay: its `byPath`, or its `path` when it has none; null while no port is assigned. */
  port: z.string().nullable(),
});
export type Bay = z.infer<typeof baySchema>;

/** The bays of a bench, in the order in which they are shown. Labels and ports are each used once. */
export const baysSchema = z
  .array(baySchema)
  .max(maxBays)
  .superRefine((bays, context) => {
    const labels = bays.map(({ label }) => foldLabel(label));
    const ports = bays.flatMap(({ port }) => (port === null ? [] : [port]));
    for (const [what, values] of [
      ['label', labels],
      ['port', ports],
    ] as const) {
      const repeated = values.find((value, index) => values.indexOf(value) !== index);
      if (repeated !== undefined) context.addIssue(`the ${what} ${repeated} is used twice`);
    }
  });

/** The port a drive sits in: its /dev/disk/by-path link, or its path where it has none (virtual drives). */
export function portOf(drive: Pick<Drive, 'byPath' | 'path'>): string {
  return drive.byPath ?? drive.path;
}

/** A label as it is compared: scanners and people differ in case, blanks and punctuation. */
export function foldLabel(label: string): string {
  return label.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** One slot of the bench as it is shown. */
export interface BayPlace {
  readonly label: string;
  readonly port: string | null;
  /** Id of the drive in it, or null when it is empty. */
  readonly driveId: string | null;
}

/**
 * Puts listed drives into bays. Bays that were set up come first, in their order; every drive in no such bay
 * gets one of its own behind them, so that nothing that is attached stays unseen.
 */
export function arrangeBays(bays: readonly Bay[], drives: readonly Drive[]): BayPlace[] {
  const paths: BayPlace[] = bays.map(({ label, port }) => ({
    label,
    port,
    driveId: port === null ? null : (drives.find((drive) => portOf(drive) === port)?.id ?? null),
  }));
  const taken = new Set(paths.map(({ label }) => foldLabel(label)));
  let number = 0;
  const unusedLabel = (): string => {
    do number += 1;
    while (taken.has(foldLabel(`bay ${number}`)));
    return `bay ${number}`;
  };
  for (const drive of drives) {
    if (paths.some(({ driveId }) => driveId === drive.id)) continue;
    const own = drive.bay;
    const label = own !== null && !taken.has(foldLabel(own)) ? own : unusedLabel();
    taken.add(foldLabel(label));
    paths.push({ label, port: portOf(drive), driveId: drive.id });
  }
  return paths;
}

/** The drives with the labels of the bays they sit in, for messages and the record. */
export function withBayLabels(drives: readonly Drive[], paths: readonly BayPlace[]): Drive[] {
  // Notes name other drives by their places.
  return withNotes(
    drives.map((drive) => ({
      ...drive,
      bay: paths.find(({ driveId }) => driveId === drive.id)?.label ?? drive.bay,
    })),
  );
}
