import { z } from 'zod';
import { partFindingSchema } from '../delivery/findings';
import { deliveredPartSchema, mediaManifestSchema } from '../delivery/manifest';
import { sha256Schema } from '../media/chunk-map';

/** The verbs of helper-api.ts with which a media file is sent and received. */

/** Names one run of a verb, so that its progress can be told from another's. */
export const progressToken = z.string();

/** A part of a media file that is sent: into a folder of the user that exists. */
const splitting = {
  progressToken,
  path: z.string(),
  directory: z.string(),
  /** Bytes of a part at most. */
  partBytes: z.int().positive(),
  blockBytes: z.int().positive(),
};

const splitMedia = {
  guid: z.string(),
  /** Of the media. */
  bytes: z.int().positive(),
  /** Of the media. */
  sha256: sha256Schema,
  parts: z.array(deliveredPartSchema).min(1),
};

const wholeFile = { bytes: z.int().positive(), sha256: sha256Schema };

export const deliveryMethods = {
  /** Copies a media file into parts, and hashes it on the way. Progress in bytes. */
  splitMedia: { request: z.strictObject(splitting), response: z.strictObject(splitMedia) },
  /** Writes into parts what a media file does not share with an older one. Progress in bytes. */
  diffMedia: {
    request: z.strictObject({ ...splitting, since: z.string() }),
    response: z.strictObject({ ...splitMedia, difference: mediaManifestSchema.shape.difference.unwrap() }),
  },
  /** Puts a delivery together in a folder of the user, from what is whole in other folders and in it. Progress in bytes. */
  gatherParts: {
    request: z.strictObject({
      progressToken,
      folders: z.array(z.string()).min(1),
      directory: z.string(),
      /** Of the joined parts. */
      fileName: z.string(),
      parts: z.array(deliveredPartSchema).min(1),
      blockBytes: z.int().positive(),
      /** The joined parts. */
      stream: z.strictObject(wholeFile),
      keepParts: z.boolean(),
    }),
    response: z.strictObject({
      findings: z.array(partFindingSchema),
      /** Parts whose blocks are right and whose SHA-256 is not: the manifest contradicts itself. */
      differing: z.array(z.int().positive()),
      wholeMatches: z.boolean(),
      /** Files that are named as parts and are not listed. */
      foreignFiles: z.array(z.string()),
    }),
  },
  /** Makes a media file of an older one and a difference, both files of the user. Progress in bytes. */
  rebuildMedia: {
    request: z.strictObject({
      progressToken,
      base: z.strictObject({ path: z.string(), ...wholeFile }),
      difference: z.string(),
      directory: z.string(),
      media: z.strictObject({ fileName: z.string(), ...wholeFile }),
    }),
    response: z.strictObject({}),
  },
  /** Checks a detached CMS signature against one certificate. */
  verifyCms: {
    request: z.strictObject({
      content: z.base64(),
      signature: z.base64(),
      /** PEM. */
      certificate: z.string(),
    }),
    response: z.strictObject({ valid: z.boolean(), cause: z.string().nullable() }),
  },
} as const;
