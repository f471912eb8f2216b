import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';
import { daySchema } from '../base/day';
import { sanitizeForDisplay } from '../base/display';
import { firmwareTrustSchema } from '../boot/loader-choice';
import { rackChoicesSchema } from '../rack/rack-choices';
import { machineDetailsSchema } from '../machine/machine';
import { oldNameSchema } from '../machine/replaced-computer';
import { normalizeSerial, serialProblem } from '../machine/serial';

/** A machine's serial as it is kept: normalized, and no placeholder. */
export const orderedSerialSchema = z
  .string()
  .refine((serial) => serial === normalizeSerial(serial) && serialProblem(serial) === null, {
    message: 'is not a machine serial',
  });

/** One machine that the enterprise expects. */
export const orderLineSchema = z.strictObject({
  serial: orderedSerialSchema,
  ...machineDetailsSchema.shape,
  /** Name of the computer that it takes the place of. */
  replaces: oldNameSchema.optional(),
  /** Serial of that computer. */
  replacesSerial: orderedSerialSchema.optional(),
  /** Microsoft's certificates that its firmware trusts; counts before what the order says of all. */
  firmwareTrust: firmwareTrustSchema.optional(),
});
export type OrderLine = z.infer<typeof orderLineSchema>;

/** What the enterprise asks for: which machines, and what is to be put on them. */
export const workOrderSchema = z.strictObject({
  version: z.literal(1),
  /** The enterprise's number. */
  number: z
    .string()
    .min(1)
    .max(60)
    .refine((text) => text === sanitizeForDisplay(text, 60), { message: 'must be visible characters' }),
  /** SHA-256 of the media that the machines must get. Without it: any media checked against an expected SHA-256. */
  mediaSha256: sha256Schema.optional(),
  imageIndex: z.int().positive().optional(),
  layout: z.string().optional(),
  /** Day until which the machines leave the depot, `YYYY-MM-DD`. The media must be of use on it. */
  shipBy: daySchema.optional(),
  /** Microsoft's certificates that the firmware of its machines trusts. Without it: what the station's settings say. */
  firmwareTrust: firmwareTrustSchema.optional(),
  /** What machines of a rack do at the end of a batch, and which of their disks gets the image. Without it: what recipe or settings say. */
  ...rackChoicesSchema.shape,
  /** Each serial only once. */
  machines: z
    .array(orderLineSchema)
    .min(1)
    .max(100_000, { message: 'has more than 100000 machines: split it into several work orders' })
    .refine((lines) => new Set(lines.map(({ serial }) => serial)).size === lines.length, {
      message: 'contains a serial twice',
    }),
});
export type WorkOrder = z.infer<typeof workOrderSchema>;
