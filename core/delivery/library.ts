import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';
import { mediaDatesSchema } from '../media/media-dates';
import { mediaNameSchema, mediaVersionSchema } from './manifest';

/** What a station keeps of a media file it has received, and the receipt it gives for it. How one delivery stands to another: `standing.ts`. */

/** Who signed a manifest: a key that is trusted at the station by this name. */
export const signerSchema = z.strictObject({
  /** Name under which the key is trusted at the station. */
  name: z.string(),
  kind: z.enum(['minisign', 'certificate']),
  /** Fingerprint: SHA-256 of the public key (SPKI, DER), or of the certificate (DER). */
  key: sha256Schema,
});
export type Signer = z.infer<typeof signerSchema>;

/** By which manifest a media file was proved, as records name it. */
export const signedManifestSchema = z.strictObject({
  name: mediaNameSchema,
  version: mediaVersionSchema,
  revision: z.int().positive(),
  /** Of the manifest's bytes. */
  manifestSha256: sha256Schema,
  signer: signerSchema,
});
export type SignedManifestName = z.infer<typeof signedManifestSchema>;

const time = z.iso.datetime({ precision: 3 });

const receivedMedia = {
  name: mediaNameSchema,
  version: mediaVersionSchema,
  revision: z.int().positive(),
  fileName: z.string(),
  /** Of the whole file. */
  sha256: sha256Schema,
  bytes: z.int().positive(),
  /** Of the manifest's bytes. */
  manifestSha256: sha256Schema,
  signer: signerSchema,
};

/** A deliberate step back to an older media file. */
const olderSchema = z.strictObject({
  reason: z.string(),
  /** Revision that was in the library then. */
  revision: z.int().positive(),
});

/** One media file of the library: `entry.json` in its folder. */
export const libraryEntrySchema = z.strictObject({
  form: z.literal('prestage-library-1'),
  ...receivedMedia,
  /** WIM GUID, 32 hexadecimal digits. */
  guid: z.string(),
  /** Joined to one file, or kept in the parts that were sent. */
  held: z.enum(['joined', 'parts']),
  /** Of the manifest; missing when it does not say. */
  dates: mediaDatesSchema.optional(),
  receivedAt: time,
  operator: z.string(),
  /** Missing unless a newer one was in the library. */
  older: olderSchema.optional(),
});
export type LibraryEntry = z.infer<typeof libraryEntrySchema>;

/** What a station signs for the sender: canonical JSON. */
export const receiptSchema = z.strictObject({
  form: z.literal('prestage-receipt-1'),
  ...receivedMedia,
  receivedAt: time,
  operator: z.string(),
  older: olderSchema.optional(),
  station: z.strictObject({
    name: z.string(),
    /** SHA-256 of the public key (SPKI, DER). */
    keyFingerprint: sha256Schema,
    /** SPKI, PEM. */
    publicKey: z.string(),
  }),
  /** Ed25519 over the line `prestage-receipt-1` and the document without this member, base64. */
  signature: z.base64(),
});
export type Receipt = z.infer<typeof receiptSchema>;
