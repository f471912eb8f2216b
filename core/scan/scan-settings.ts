import { z } from 'zod';
import { patternSchema } from '../base/pattern';
import { labelRuleSchema } from './label-rules';

/** The part of the app's settings that says what barcodes look like here. */

/** What serials of one maker look like. */
export const serialPatternSchema = z.strictObject({
  /** Shown when a scan does not fit, for example "Dell service tag". */
  maker: z.string().min(1).max(60),
  /** The whole serial, upper case. */
  pattern: patternSchema,
});
export type SerialPattern = z.infer<typeof serialPatternSchema>;

export const scanSettingsSchema = z.strictObject({
  /** When there are any, a machine's serial must fit one of them. */
  serialPatterns: z.array(serialPatternSchema).max(50).default([]),
  /** An operator's badge; the first group is the name. */
  badgePattern: patternSchema.default('^(?:OP|BADGE)[-: ](.{2,60})$'),
  /** A work order's barcode; the first group is the number. */
  workOrderPattern: patternSchema.default('^WO[-: ](.{1,60})$'),
  /** What is on machines' labels. */
  labelRules: z
    .strictObject({
      /** The rules that come with Prestage hold, too. */
      builtIn: z.boolean().default(true),
      /** Asked before those. */
      own: z.array(labelRuleSchema).max(100).default([]),
    })
    .default({ builtIn: true, own: [] }),
});
export type ScanSettings = z.infer<typeof scanSettingsSchema>;
