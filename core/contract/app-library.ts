import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { taskSchema } from '../base/task';
import { packageSchema } from '../contents/contents';
import { partFindingSchema } from '../delivery/findings';
import { libraryEntrySchema, signerSchema } from '../delivery/library';
import { recipeSettingsSchema } from '../delivery/recipe-settings';
import { sha256Schema } from '../media/chunk-map';
import { nothing } from './app-common';

/** The media library's part of the page's contract: what was received, and what is being received. */

const { form: _form, ...entryMembers } = libraryEntrySchema.shape;

/** A media file of the library, as its card shows it. */
export const libraryMediaSchema = z.strictObject({
  ...entryMembers,
  /** The media's file, absolute; null while it is kept in parts. */
  path: z.string().nullable(),
  /** What is wrong with it now, a sentence; null when its files are there. Nothing is hashed for it. */
  problem: z.string().nullable(),
  /** It lies on the disk for images and media beside the stick. Missing where it does not. */
  onDisk: z.literal(true).optional(),
  /** Whether the station still trusts the key that signed it. */
  trusted: z.boolean(),
  /** Packages that it holds, and bytes of their files; null where the sender did not list them. */
  contents: z.strictObject({ packages: z.int().nonnegative(), bytes: z.int().nonnegative() }).nullable(),
  /** Disk images of it that are kept in the image cache, and the bytes they take. */
  images: z.strictObject({ count: z.int().nonnegative(), bytes: z.int().nonnegative() }),
});
export type LibraryMediaView = z.infer<typeof libraryMediaSchema>;

/** What became of the folder that was given last. */
const receivingSchema = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('running'),
    path: z.string(),
    /** Null until bytes are read. */
    progress: taskSchema.nullable(),
    cancelling: z.boolean(),
  }),
  z.strictObject({
    status: z.literal('received'),
    name: z.string(),
    version: z.string(),
    sha256: sha256Schema,
    signer: z.string(),
    /** It was in the library before; nothing was done. */
    here: z.boolean(),
    /** What speaks against its dates or its signature, though it was taken. */
    warnings: z.array(z.string()),
    /** Files that look like parts of this delivery and are not. */
    foreignFiles: z.array(z.string()),
  }),
  z.strictObject({
    status: z.literal('incomplete'),
    path: z.string(),
    name: z.string(),
    version: z.string(),
    /** Of the delivery. */
    parts: z.int().positive(),
    findings: z.array(partFindingSchema),
    foreignFiles: z.array(z.string()),
  }),
  z.strictObject({ status: z.literal('refused'), path: z.string(), error: errorDataSchema }),
]);
export type Receiving = z.infer<typeof receivingSchema>;

/** A key of an enterprise, as people compare it. */
export const shownKeySchema = z.strictObject({
  kind: signerSchema.shape.kind,
  /** Fingerprint. */
  key: sha256Schema,
  /** As minisign prints it; null for a certificate. It proves nothing. */
  keyId: z.string().nullable(),
  /** Last day of a certificate, `YYYY-MM-DD`; null for a key, which has none. */
  until: z.iso.date().nullable(),
});
export type ShownKey = z.infer<typeof shownKeySchema>;

export const libraryStateSchema = z.strictObject({
  /** By name, the newest revision first. */
  media: z.array(libraryMediaSchema),
  /** Deliveries that were begun and not finished. */
  unfinished: z.array(z.strictObject({ name: z.string(), version: z.string(), sha256: sha256Schema })),
  /** Keys that are trusted here, each by the name that somebody gave it. */
  keys: z.array(z.strictObject({ name: z.string(), ...shownKeySchema.shape })),
  /** Null: nothing was received since the app was opened, or its result was closed. */
  receiving: receivingSchema.nullable(),
  /** Why the library cannot be read; null when it can. */
  error: errorDataSchema.nullable(),
});
export type LibraryState = z.infer<typeof libraryStateSchema>;

/** Characters of a file with a public key or a certificate. */
export const longestKeyText = 65_536;

const oneMedia = z.strictObject({ sha256: sha256Schema });

export const libraryMethods = {
  /** Looks at the library again: another program of the station may have received something. */
  refreshLibrary: { request: nothing, response: nothing },
  /** A path that was dropped on the window: a folder or a manifest is received, any other file is chosen as media. */
  takeDropped: { request: z.strictObject({ path: z.string().max(4096) }), response: nothing },
  /** Receives again what was refused because it is older, and records why. */
  receiveOlder: { request: z.strictObject({ reason: z.string().max(400) }), response: nothing },
  /** Trusts a key by a name. What was refused because the key was unknown is received again. */
  trustKey: {
    request: z.strictObject({ name: z.string().max(200), text: z.string().max(longestKeyText) }),
    response: nothing,
  },
  /** What is signed with this key is refused from now on. */
  forgetKey: { request: z.strictObject({ name: z.string().max(200) }), response: nothing },
  cancelReceive: { request: nothing, response: nothing },
  /** Takes the result of the last receipt off the screen. */
  closeReceived: { request: nothing, response: nothing },
  /** Chooses a media file for the batch. */
  chooseFromLibrary: { request: oneMedia, response: nothing },
  /** Takes a media file, or the rest of a delivery that was not finished, off the disk. */
  removeFromLibrary: { request: oneMedia, response: nothing },
  /** What the manifest says of packages and settings; null where it says nothing. */
  libraryDetails: {
    request: oneMedia,
    response: z.strictObject({
      packages: z.array(packageSchema).nullable(),
      settings: recipeSettingsSchema.nullable(),
    }),
  },
} as const;

export const libraryWindowMethods = {
  /** Opens the dialog for the folder of a delivery. Answers at once when it is closed; receiving goes on. */
  chooseDelivery: { request: nothing, response: z.strictObject({ chosen: z.boolean() }) },
  /** Asks where the receipt for the sender is saved. Null: closed. */
  saveReceipt: { request: oneMedia, response: z.strictObject({ path: z.string().nullable() }) },
  /** Opens the dialog for a file with a public key or a certificate. Nothing is trusted yet. Null: closed. */
  chooseKey: {
    request: nothing,
    response: z.strictObject({
      offered: z.strictObject({ ...shownKeySchema.shape, fileName: z.string(), text: z.string() }).nullable(),
    }),
  },
  /** Opens the dialog for the older media that a difference needs, and receives with it again. */
  chooseBase: { request: nothing, response: z.strictObject({ chosen: z.boolean() }) },
  /** Opens the dialog for another folder with parts of what was not complete. */
  chooseParts: { request: nothing, response: z.strictObject({ chosen: z.boolean() }) },
} as const;
