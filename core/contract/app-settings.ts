import { z } from 'zod';
import { labelSettingsSchema } from '../label/label-settings';
import { bootLoaderSettingsSchema } from '../boot/loader-choice';
import { healthSettingsSchema } from '../health/health-rules';
import { atEndSchema } from '../machine/at-end';
import { bootTestSettingsSchema } from '../job/boot-test';
import { rackSettingsSchema } from '../settings/rack-settings';
import { appSettingsSchema } from '../settings/settings';
import { nistLevels } from '../sanitise/methods';
import { nothing } from './app-common';

/** The Settings screen's part of the page's contract, with the sheet of barcodes that is printed from there. */

export const stationSettingsSchema = z.strictObject({
  stationName: z.string().min(1).max(128),
  /** Size limit of the image cache, in bytes. */
  cacheLimitBytes: z.int().nonnegative(),
  /** File that lists what each machine gets of its own, absolute; null: none. */
  machineFiles: z.string().max(4096).nullable(),
  bootLoader: bootLoaderSettingsSchema,
  health: healthSettingsSchema,
  /** Each batch erases its drives securely before they are written. */
  sanitise: z.boolean(),
  /** What an erase must be at least. */
  sanitiseLevel: z.enum(nistLevels),
  /** Hidden areas are left as they are. */
  keepHiddenAreas: z.boolean(),
  rehearsal: bootTestSettingsSchema,
  labels: labelSettingsSchema,
  rack: rackSettingsSchema,
  /** What machines of the rack do once their drives are written and recorded. */
  atEnd: atEndSchema,
  desk: appSettingsSchema,
});
export type StationSettings = z.infer<typeof stationSettingsSchema>;

export const settingsMethods = {
  changeSettings: { request: stationSettingsSchema.partial(), response: nothing },
  cacheSize: { request: nothing, response: z.strictObject({ bytes: z.int().nonnegative() }) },
  clearCache: { request: nothing, response: z.strictObject({ bytes: z.int().nonnegative() }) },
  /** Leaves the machine's own drives for a bench of virtual ones, made when it is missing, or goes back. */
  useTrainingBench: { request: z.strictObject({ training: z.boolean() }), response: nothing },
  /** Chooses the media for practice, made when it is missing. On training drives only. Proving goes on after the answer. */
  useTrainingMedia: { request: nothing, response: nothing },
} as const;

export const settingsWindowMethods = {
  /** Asks for the folder that shipments are put into; null when the dialog was closed. Nothing is set. */
  chooseShipmentsFolder: { request: nothing, response: z.strictObject({ path: z.string().nullable() }) },
  /** The page as it is now, to the printer or into a PDF file. For sheets of barcodes and the papers of a shipment. */
  printPage: { request: nothing, response: nothing },
  /** What helps to find out what went wrong, as one ZIP file; null when nobody chose where. */
  saveSupportBundle: {
    request: z.strictObject({ withCrashDumps: z.boolean() }),
    response: z.strictObject({ path: z.string().nullable() }),
  },
  savePageAsPdf: { request: nothing, response: z.strictObject({ path: z.string().nullable() }) },
} as const;
