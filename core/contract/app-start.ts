import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { firmwareTrustSchema } from '../boot/loader-choice';
import { atEndSchema } from '../machine/at-end';
import { replacedComputerSchema } from '../machine/replaced-computer';

/** What the next start will put on each paired drive: told before anybody starts it. By the same rules as the batch. */

export const startPlanSchema = z.strictObject({
  /** One for each pair. */
  drives: z.array(
    z.strictObject({
      driveId: z.string(),
      computerName: z.string().optional(),
      model: z.string().optional(),
      /** Its driver pack on the media; null: none of them. Missing: the media has none, or is not known yet. */
      driverPack: z.string().nullable().optional(),
      replaces: replacedComputerSchema.optional(),
      /** What its firmware trusts; missing: nobody said it. */
      firmwareTrust: firmwareTrustSchema.optional(),
    }),
  ),
  /** Files that each machine gets of its own, and where their list comes from, in words; null: none. */
  machineFiles: z.strictObject({ paths: z.array(z.string()), source: z.string() }).nullable(),
  /** The boot loader that goes on, and where it starts, in one line; null: not known. */
  loader: z.string().nullable(),
  /** What machines of the rack do at the end, and whether the open work order says it; null: no paired drive is in one. */
  atEnd: z.strictObject({ does: atEndSchema, ordered: z.boolean() }).nullable(),
  /** What to know of it, in sentences. */
  warnings: z.array(z.string()),
  /** Why the start would be refused. Files are looked at while the list of what will be erased is shown. */
  refusals: z.array(errorDataSchema),
});
export type StartPlan = z.infer<typeof startPlanSchema>;
export type PlannedDrive = StartPlan['drives'][number];
