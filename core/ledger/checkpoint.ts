import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';
import { storedEntrySchema } from './record';

/**
 * A signed statement about all entries of a ledger up to one: how many they are, and the root of the Merkle tree
 * (RFC 6962) over them. With it one entry can be proved without the others.
 */
export const signedCheckpointSchema = z.strictObject({
  version: z.literal(1),
  /** Entries it covers: 1 to this one. */
  size: z.int().positive(),
  /** Root of the Merkle tree; each leaf covers the hash and signature of an entry. */
  root: sha256Schema,
  /** Signature of the station, Ed25519, base64. */
  signature: z.string(),
});
export type SignedCheckpoint = z.infer<typeof signedCheckpointSchema>;

/** All that is needed, beside the station's public key, to see that an entry is in a ledger. */
export const entryProofSchema = z.strictObject({
  version: z.literal(1),
  entry: storedEntrySchema,
  /** Hashes that lead from the entry's leaf to the root, the lowest first. */
  path: z.array(sha256Schema).max(64),
  checkpoint: signedCheckpointSchema,
});
export type EntryProof = z.infer<typeof entryProofSchema>;

/** A proof as a file that stands alone. Its text is canonical JSON (RFC 8785) and one line feed. */
export const proofDocumentSchema = z.strictObject({
  format: z.literal('prestage-ledger-proof'),
  version: z.literal(1),
  /** The station's public key, SPKI PEM. Do not trust it until you have compared it with the fingerprint that the enterprise has. */
  publicKey: z.string(),
  proof: entryProofSchema,
});
export type ProofDocument = z.infer<typeof proofDocumentSchema>;
