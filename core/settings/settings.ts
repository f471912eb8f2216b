import { z } from 'zod';
import { baysSchema } from '../drive/bays';
import { labelRuleSchema } from '../scan/label-rules';
import { isUsablePattern, patternSchema } from '../base/pattern';

export { isUsablePattern };

/** What serials of one maker look like. */
export const serialPatternSchema = z.strictObject({
  /** Shown when a scan does not fit, for example "Dell service tag". */
  maker: z.string().min(1).max(60),
  /** The whole serial, upper case. */
  pattern: patternSchema,
});
export type SerialPattern = z.infer<typeof serialPatternSchema>;

export const themes = ['system', 'light', 'dark', 'high-contrast'] as const;
export const languages = ['en'] as const;

/** What the desktop app can be told. Every member has a default, so that an old file stays readable. */
export const deskSettingsSchema = z.strictObject({
  bays: baysSchema.default([]),
  /** When there are any, a machine's serial must fit one of them. */
  serialPatterns: z.array(serialPatternSchema).max(50).default([]),
  /** An operator's badge; the first group is the name. */
  badgePattern: patternSchema.default('^(?:OP|BADGE)[-: ](.{2,60})$'),
  /** A work order's barcode; the first group is the number. */
  workOrderPattern: patternSchema.default('^WO[-: ](.{1,60})$'),
  /** What is on machines' labels. */
  labelRules: z
    .strictObject({
      /** The rules that come with Prestage (core/scan/label-rules.ts) hold, too. */
      builtIn: z.boolean().default(true),
      /** Asked before those. */
      own: z.array(labelRuleSchema).max(100).default([]),
    })
    .default({ builtIn: true, own: [] }),
  /** Drives that are written sit in the machine that the station runs on: what its firmware says must fit. */
  onMachine: z.boolean().default(false),
  sounds: z.boolean().default(true),
  theme: z.enum(themes).default('system'),
  language: z.enum(languages).default('en'),
});
export type DeskSettings = z.infer<typeof deskSettingsSchema>;
export type Theme = DeskSettings['theme'];
