import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { machineDetailsSchema } from '../machine/machine';
import { scanOutcomeSchema, type Expectation } from '../scan/scan-outcome';

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
});
export type Pair = z.infer<typeof pairSchema>;

/** Why START does nothing yet. In the order in which they are to be put right. */
export const startRefusals = ['no-operator', 'no-media', 'media-not-proved', 'no-pairs'] as const;
export type StartRefusal = (typeof startRefusals)[number];

/** What is shown of the pairing. */
export const pairingStateSchema = z.strictObject({
  /** The next bay scanned is: paired with the waiting machine, cancelled, or retried. */
  mode: z.enum(['pair', 'cancel', 'retry']),
  /** Serial that was scanned and waits for its bay. */
  waitingMachine: z.string().nullable(),
  /** What is known of it beside its serial. */
  waitingFacts: machineDetailsSchema.optional(),
  pairs: z.array(pairSchema),
  canUndo: z.boolean(),
  /** The list of what will be erased is shown; START once more, hold, or the word starts. */
  armed: z.boolean(),
  obstacles: z.array(z.enum(startRefusals)),
  /** The latest scan and what came of it; `number` counts up, so that each is heard once. */
  lastScan: z.strictObject({ number: z.int(), text: z.string(), outcome: scanOutcomeSchema }).nullable(),
  /** Why the last start was refused as a whole, with nothing touched; null after the next try. */
  refusal: errorDataSchema.nullable(),
});
export type PairingState = z.infer<typeof pairingStateSchema>;

/** What is waited for while drives are paired. They may be paired before the media is proved: it does not matter here. */
export function expectedWhilePairing(
  { armed, mode, waitingMachine }: Pick<PairingState, 'armed' | 'mode' | 'waitingMachine'>,
  operatorKnown: boolean,
): Expectation {
  if (armed) return 'start';
  if (mode === 'cancel') return 'bay-to-cancel';
  if (mode === 'retry') return 'bay-to-retry';
  if (waitingMachine !== null) return 'bay';
  return operatorKnown ? 'machine' : 'operator';
}
