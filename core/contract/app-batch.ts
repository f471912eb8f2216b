import { z } from 'zod';
import { loaderChoiceSchema } from '../boot/loader-choice';
import { comparisonSchema } from '../contents/compare-contents';
import { mediaContentsSchema } from '../contents/contents';
import { nothing } from './app-common';

/** The Media screen's part of the page's contract, and what the next drives are written with: by whom, for which order. */

export const batchStateSchema = z.strictObject({
  /** Empty until somebody said who they are. */
  operator: z.string(),
  /** Who it was before a restart, or before the badge was asked for again. Only told. Empty: nobody. */
  lastOperator: z.string(),
  workOrder: z.string(),
  imageIndex: z.int().positive(),
  layout: z.string(),
  /** Boot loader of the drives; missing: as the settings say. */
  loader: loaderChoiceSchema.optional(),
});
export type BatchState = z.infer<typeof batchStateSchema>;

export const batchMethods = {
  /** A file that was dropped on the window. Proving goes on after the answer. */
  selectMedia: { request: z.strictObject({ path: z.string().max(4096) }), response: nothing },
  /** The hash that the enterprise sent, typed. Throws usage when it is none. */
  expectHash: { request: z.strictObject({ sha256: z.string().max(200) }), response: nothing },
  /** Opens the media's own dates with its password, which is kept nowhere. */
  readDates: { request: z.strictObject({ password: z.string().min(1).max(1000) }), response: nothing },
  /** A recipe that was dropped on the window: its dates count for the media that is chosen. */
  selectRecipe: { request: z.strictObject({ path: z.string().max(4096) }), response: nothing },
  clearMedia: { request: nothing, response: nothing },
  /** The packages of the image that is chosen, compared with a list where one is given. Takes seconds. */
  listContents: {
    request: z.strictObject({ list: z.string().max(4096).nullable() }),
    response: z.strictObject({
      contents: mediaContentsSchema,
      comparison: comparisonSchema.nullable(),
    }),
  },
  setBatch: { request: batchStateSchema.omit({ lastOperator: true }).partial(), response: nothing },
} as const;

export const batchWindowMethods = {
  /** Opens the file dialog. Answers at once when it is closed; proving goes on. */
  chooseMedia: { request: nothing, response: z.strictObject({ chosen: z.boolean() }) },
  /** Opens the dialog for a list of packages: a file, or the folder of a content library. Null: closed. */
  chooseContentsList: {
    request: z.strictObject({ kind: z.enum(['file', 'folder']) }),
    response: z.strictObject({ path: z.string().nullable() }),
  },
  chooseRecipe: { request: nothing, response: z.strictObject({ chosen: z.boolean() }) },
} as const;
