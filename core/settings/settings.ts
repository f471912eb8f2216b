import { z } from 'zod';
import { baysSchema } from '../drive/bays';
import { rackShapeSchema } from '../drive/rack-shape';
import { scanSettingsSchema } from '../scan/scan-settings';
import { scannerSettingsSchema } from '../scan/scanner-settings';

export const themes = ['system', 'light', 'dark', 'high-contrast'] as const;
export const languages = ['en'] as const;
/**
 * How the bench screen shows the bays: a card each, with all there is to press; the rack as it stands, for many at once; or line
 * mode, full screen and by scanner alone.
 */
export const benchViews = ['cards', 'rack', 'line'] as const;
export type BenchView = (typeof benchViews)[number];

/** The member `desk` of settings.json: what the desktop app can be told. The whole file is station/state/settings.ts. Every member has a default, so that an old file stays readable. */
export const appSettingsSchema = z.strictObject({
  bays: baysSchema.default([]),
  /** Rows and columns of the rack; null: as fits the window. */
  rack: rackShapeSchema.nullable().default(null),
  benchView: z.enum(benchViews).default('cards'),
  /** Line mode prints a label for each drive that is confirmed as taken out, on the label printer. */
  lineLabels: z.boolean().default(false),
  ...scanSettingsSchema.shape,
  /** What the scanner check found out. */
  scanner: scannerSettingsSchema.default(() => scannerSettingsSchema.parse({})),
  /** The drives are installed in the machine that Prestage runs on: the firmware must match. */
  onMachine: z.boolean().default(false),
  /** No drive is written for a machine that gets no driver pack of the media. */
  requireDrivers: z.boolean().default(false),
  /** Folder in which the app puts the bundles of shipments. Absolute path; without it, the app asks each time. */
  shipmentsFolder: z.string().max(4096).nullable().default(null),
  sounds: z.boolean().default(true),
  theme: z.enum(themes).default('system'),
  language: z.enum(languages).default('en'),
});
export type AppSettings = z.infer<typeof appSettingsSchema>;
export type Theme = AppSettings['theme'];
