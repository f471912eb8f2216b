import { refused, type ErrorMeaning } from './error-meaning';

/** Errors of driver packs. Part of {@link errorReference}. */
export const driverErrors = {
  'driver-pack-conflict': refused(
    'Several driver packs of the media fit one machine equally well.',
    'Nothing was touched. Ask the enterprise to make the table of driver packs tell them apart, by an ID or the whole name of the model.',
  ),
  'driver-pack-missing': refused(
    'A machine would get no drivers, and every machine must have a driver pack.',
    'Nothing was touched. Name the model in the work order, use a media file that has a pack for it, or do without --require-drivers and the setting of that name.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
