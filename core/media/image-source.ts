/** Where a disk image came from that was not made on this station. */
import { z } from 'zod';
import { sha256Schema } from './chunk-map';

export const imageSourceSchema = z.strictObject({
  /** What the other station calls itself. */
  station: z.string(),
  /** SHA-256 of the certificate that it was reached by: the fingerprint of its rack. */
  certificate: sha256Schema,
  /** SHA-256 of the key that it says it signs its ledger with; null: it has written none yet. */
  keyFingerprint: sha256Schema.nullable(),
  /** When all of it was here. ISO 8601, UTC. */
  time: z.iso.datetime({ precision: 3 }),
});
export type ImageSource = z.infer<typeof imageSourceSchema>;
