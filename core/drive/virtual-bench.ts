import { z } from 'zod';
import { sectorSizeSchema } from './sector-size';

/** Name of the file that makes a folder a bench. */
export const benchFileName = 'bench.json';

/** Drives that a bench is made with at most. More would be harder to tell apart than to make. */
export const maxBenchDrives = 48;

/**
 * A bench: a folder of ordinary files that stand for drives. A loop device over one of these files is a
 * bench drive too.
 */
export const benchSchema = z.strictObject({
  prestageBench: z.literal(1),
  drives: z.array(
    z.strictObject({
      /** File name in the folder: no separators, so that a virtual bench cannot point outside itself. */
      file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
      bay: z.string(),
      model: z.string(),
      serial: z.string(),
      wwn: z.string().nullable(),
      /** Bytes; must be the size of the file. */
      size: z.int().positive(),
      sectorSize: sectorSizeSchema,
    }),
  ),
});
export type Bench = z.infer<typeof benchSchema>;
