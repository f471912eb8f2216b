import { z } from 'zod';

/** Bytes a sector of the drives that can be written. */
export const sectorSizes = [512, 4096] as const;
export const sectorSizeSchema = z.literal(sectorSizes);
export type SectorSize = z.infer<typeof sectorSizeSchema>;
