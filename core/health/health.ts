import { z } from 'zod';
import type { Drive } from '../drive/drive';

/** What a drive says of its own health, as smartctl reads it. What cannot be known is said with its reason, never guessed. */

export const healthProtocols = ['ata', 'nvme', 'scsi'] as const;

/** A figure that the drive does not report is null. */
const count = z.int().nonnegative().nullable();

export const driveHealthSchema = z.discriminatedUnion('known', [
  z.strictObject({
    known: z.literal(true),
    /** Version of smartctl that read it, as `7.4`. */
    tool: z.string(),
    protocol: z.enum(healthProtocols),
    /** The drive's own verdict. ATA: SMART RETURN STATUS; NVMe: its critical warning; SCSI: informational exceptions. */
    overall: z.enum(['passed', 'failed']).nullable(),
    /** Sectors that the drive has replaced. ATA attribute 5; SCSI: the grown defect list. */
    reallocated: count,
    /** Sectors that it cannot read now. ATA attribute 197. */
    pending: count,
    /** Sectors that its own scans could not read. ATA attribute 198. */
    uncorrectable: count,
    /** Errors that it could not correct. ATA attribute 187; NVMe media errors; SCSI uncorrected errors. */
    mediaErrors: count,
    /** Per cent. NVMe, and ATA or SCSI drives that report it. */
    availableSpare: count,
    /** Per cent: below it the maker counts the drive as at its end. */
    spareThreshold: count,
    /** Per cent of the endurance that its maker gives; can be more than 100. */
    percentageUsed: count,
    /** Bits of the NVMe critical warning (NVM Express Base Specification 2.0, figure 207). */
    criticalWarning: count,
    powerOnHours: count,
    /** °C. */
    temperature: z.int().nullable(),
    /** Transfers that arrived damaged: cable, bay or adapter. ATA attribute 199. */
    crcErrors: count,
    /** ISO 8601, UTC. */
    readAt: z.iso.datetime(),
  }),
  z.strictObject({
    known: z.literal(false),
    /** Plain words, safe to show; follows "not known: ". */
    reason: z.string(),
  }),
]);
export type DriveHealth = z.infer<typeof driveHealthSchema>;
export type KnownHealth = Extract<DriveHealth, { known: true }>;

/** Why a drive of this kind has no health; null for hardware, which is asked. */
export function noHealthOf({ kind }: Pick<Drive, 'kind'>): DriveHealth | null {
  switch (kind) {
    case 'disk':
      return null;
    case 'virtual':
      return { known: false, reason: 'a virtual drive has no health' };
    case 'loop':
      return { known: false, reason: 'a loop device has no health' };
  }
}
