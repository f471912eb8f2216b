import { z } from 'zod';
import { atEndSchema, didSchema, machineVerdictSchema } from '../machine/at-end';

/** The verb of a machine of a rack: only the helper of an agent serves it. */
export const machineMethods = {
  /**
   * How the machine's drives ended, once that is recorded, and what the machine does then. A virtual bench that stands for a machine only
   * says that it would.
   */
  tellMachine: {
    request: z.strictObject({
      verdict: machineVerdictSchema,
      /** Why, where it did not pass; what more there is to say. Shown on the machine's screen. */
      text: z.string().max(400),
      atEnd: atEndSchema,
    }),
    response: z.strictObject({ did: didSchema }),
  },
} as const;
