import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { machineDetailsSchema } from '../machine/machine';
import { benchModes } from '../flow/flow';
import { scanOutcomeSchema, scanScreenSchema } from '../scan/scan-outcome';

/** A machine, and the drive that will hold its image. */
export const pairSchema = z.strictObject({
  machineSerial: z.string(),
  driveId: z.string(),
  /** Label of the bay when it was paired. */
  bay: z.string(),
  /** What is known of the machine beside its serial. */
  machine: machineDetailsSchema.optional(),
  /** Machine whose finished image the drive holds now, by the ledger. Told while the list of what is erased is shown. */
  holdsMachine: z.string().optional(),
  /** Why the machine gets a drive although it has a finished one. */
  againReason: z.string().optional(),
  /** Why the drive is written although it holds a finished image, or its last job failed. */
  driveReason: z.string().optional(),
});
export type Pair = z.infer<typeof pairSchema>;

/** Why START does nothing yet. In the order in which they are to be put right. */
export const startRefusals = ['no-operator', 'no-media', 'media-not-proved', 'no-pairs'] as const;
export type StartRefusal = (typeof startRefusals)[number];

/** What is shown of the pairing. */
export const pairingStateSchema = z.strictObject({
  /**
   * The next bay scanned is: paired with the waiting machine, cancelled, retried, or its card is cleared. `fill`: no bay is
   * scanned, each machine takes the next free one.
   */
  mode: z.enum(benchModes),
  /** Serial that was scanned and waits for its bay. */
  waitingMachine: z.string().nullable(),
  /** What is known of it beside its serial. */
  waitingFacts: machineDetailsSchema.optional(),
  pairs: z.array(pairSchema),
  canUndo: z.boolean(),
  /** The list of what will be erased is shown; START once more, hold, or the word starts. */
  armed: z.boolean(),
  /** The start was confirmed, and the drives are not held yet: nothing may change. */
  starting: z.boolean(),
  obstacles: z.array(z.enum(startRefusals)),
  /** Bays whose drive could be paired now. */
  freeBays: z.int().nonnegative(),
  /** In a rack: machines that could be paired now, and disks of the one that waits that could be. Missing: no drive is in a machine. */
  inRack: z.strictObject({ free: z.int().nonnegative(), waiting: z.int().nonnegative() }).optional(),
  /** Drives that passed, in the order in which they are taken out. */
  takeOut: z.array(z.strictObject({ driveId: z.string(), bay: z.string(), machineSerial: z.string() })),
  /**
   * Machines whose drives are out and in no shipment, the latest last: in line mode those that were confirmed, else those whose cards
   * went since the last start.
   */
  takenOut: z.array(z.string()),
  /** While the rack is filled: label of the bay that the next machine takes; null: none is free. */
  nextFreeBay: z.string().nullable().optional(),
  /** The latest scan and what came of it; `number` counts up, so that each is heard once. */
  lastScan: z
    .strictObject({
      number: z.int(),
      text: z.string(),
      /** Where it was scanned. */
      screen: scanScreenSchema,
      outcome: scanOutcomeSchema,
      /** Nothing but this scan has changed the bench since: what was said of it is still so, and may be shown. */
      holds: z.boolean(),
    })
    .nullable(),
  /** Why the last start was refused as a whole, with nothing touched; null after the next try. */
  refusal: errorDataSchema.nullable(),
});
export type PairingState = z.infer<typeof pairingStateSchema>;
