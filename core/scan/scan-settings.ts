import { z } from 'zod';
import { patternSchema } from '../base/pattern';
import { labelRuleSchema } from './label-rules';

/** The part of the app's settings that says what barcodes look like here. */

/** What serials of one maker look like. */
export const serialPatternSchema = z.strictObject({
  /** Shown when a scan does not match, for example "Dell service tag". */
  maker: z.string().min(1).max(60),
  /** Must match the whole serial, in upper case. */
  pattern: patternSchema,
});
export type SerialPattern = z.infer<typeof serialPatternSchema>;

export const scanSettingsSchema = z.strictObject({
  /** If there are any, every machine serial must match one of them. */
  serialPatterns: z.array(serialPatternSchema).max(50).default([]),
  /** Pattern of an operator badge; the first group is the name. */
  badgePattern: patternSchema.default('^(?:OP|BADGE)[-: ](.{2,60})$'),
  /** Pattern of a work order barcode; the first group is the number. */
  workOrderPattern: patternSchema.default('^WO[-: ](.{1,60})$'),
  /** How to read machine labels. */
  labelRules: z
    .strictObject({
      /** Also use the rules that come with Prestage. */
      builtIn: z.boolean().default(true),
      /** These come before the rules that come with Prestage. */
      own: z.array(labelRuleSchema).max(100).default([]),
    })
    .default({ builtIn: true, own: [] }),
});
export type ScanSettings = z.infer<typeof scanSettingsSchema>;
