import { z } from 'zod';
import { atEndSchema } from './at-end';

/** How a machine was let into the rack. */
export const admissionSchema = z.strictObject({
  /** `code`: an operator compared the code on its screen. `closed-network`: every machine of the network is let in. */
  how: z.enum(['code', 'closed-network']),
  /** Who did, or who started the station that does. */
  by: z.string(),
  /** ISO 8601, UTC. */
  time: z.iso.datetime({ precision: 3 }),
  /** The machine's serial, by its firmware as the agent told it, or from its label. */
  serial: z.string(),
});
export type Admission = z.infer<typeof admissionSchema>;

/** The agent that wrote a drive inside its machine. What it told of the machine is its own word. */
export const recordedAgentSchema = z.strictObject({
  /** SHA-256 of the certificate that it had. */
  certificate: z.string().regex(/^[0-9a-f]{64}$/),
  /** Names and versions of what did the work on the machine. */
  versions: z.record(z.string(), z.string()),
  admission: admissionSchema,
  /** What the batch has the machine do once its drives are written and recorded. Missing in older entries. */
  atEnd: atEndSchema.optional(),
});
export type RecordedAgent = z.infer<typeof recordedAgentSchema>;
