import { z } from 'zod';
import { driveHealthSchema, type DriveHealth } from '../../core/health/health';
import {
  healthFindingSchema,
  healthWords,
  judgeHealth,
  type HealthRule,
} from '../../core/health/health-rules';

/** A drive's health as commands print it. */

export const healthForm = z.strictObject({
  word: z.enum(healthWords),
  /** The rules of the station that hold, what blocks first. */
  findings: z.array(healthFindingSchema),
  /** What the drive reports. */
  reading: driveHealthSchema,
});

/** A reading with what the rules say of it. */
export function healthOf(reading: DriveHealth, rules: readonly HealthRule[]): z.infer<typeof healthForm> {
  const { word, findings } = judgeHealth(reading, rules);
  return { word, findings: [...findings], reading };
}
