/** What a station can be told of its label printer: `labels` in settings.json. */
import { z } from 'zod';

/** What is sent: a PDF of the label's size, for a queue with a driver, or ZPL II, for a raw queue of a printer that speaks it. */
export const labelForms = ['pdf', 'zpl'] as const;
export type LabelForm = (typeof labelForms)[number];

/** Labels, by the name that settings and command line have for them; millimetres, lying as they come out of the printer. */
export const labelSizes = {
  '57x32': { width: 57, height: 32 },
  /** 3 × 2 inches. */
  '76x51': { width: 76.2, height: 50.8 },
  '100x50': { width: 100, height: 50 },
  /** A7, as the labels on the sheets of a shipment. */
  '105x74': { width: 105, height: 74 },
  '100x150': { width: 100, height: 150 },
  /** 4 × 6 inches. */
  '102x152': { width: 101.6, height: 152.4 },
} as const;
export type LabelSizeName = keyof typeof labelSizes;
export const labelSizeNames = Object.keys(labelSizes) as [LabelSizeName, ...LabelSizeName[]];

/** Dots per inch of print heads. ZPL counts in dots. */
export const labelDpis = [203, 300, 600] as const;
export type LabelDpi = (typeof labelDpis)[number];

/**
 * The name of a queue of CUPS. It becomes an argument of `lp`: one that begins with a hyphen would be taken for an option.
 * Source: CUPS, lpadmin(8): printable characters except space, tab, `/` and `#`.
 */
export const queueNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_.@][A-Za-z0-9_.@+-]{0,126}$/,
    'must be the name of a print queue: letters, digits and _ . @ + - , not beginning with a hyphen',
  );

export const labelSettingsSchema = z.strictObject({
  /** Queue of CUPS; null: the default printer. */
  queue: queueNameSchema.nullable().default(null),
  form: z.enum(labelForms).default('pdf'),
  size: z.enum(labelSizeNames).default('105x74'),
  /** For ZPL. */
  dpi: z.literal(labelDpis).default(203),
  /** A label for each drive that passes. */
  printWhenPassed: z.boolean().default(false),
});
export type LabelSettings = z.infer<typeof labelSettingsSchema>;
