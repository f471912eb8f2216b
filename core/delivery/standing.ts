import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';
import { signerSchema, type LibraryEntry, type Signer } from './library';
import { mediaNameSchema, mediaVersionSchema } from './manifest';

/**
 * How a delivery stands to what a station has, and to what it ever had: an old media file does not come back because the newer one
 * was removed.
 */

/** The newest media of a name and signer that a station ever accepted. It stays when the media is removed. */
export const acceptedMediaSchema = z.strictObject({
  name: mediaNameSchema,
  version: mediaVersionSchema,
  revision: z.int().positive(),
  /** Of the whole file. */
  sha256: sha256Schema,
  signer: signerSchema,
  /** When it was received. */
  receivedAt: z.iso.datetime({ precision: 3 }),
});
export type AcceptedMedia = z.infer<typeof acceptedMediaSchema>;

/** A media file that is newer than what was delivered, or as new. */
export interface NewerMedia extends Pick<AcceptedMedia, 'revision' | 'version' | 'sha256'> {
  /** False: it was removed since. */
  readonly inLibrary: boolean;
}

export type Standing =
  | { readonly standing: 'new' }
  /** The same file of the same revision. */
  | { readonly standing: 'here'; readonly entry: LibraryEntry }
  | { readonly standing: 'older'; readonly newer: NewerMedia }
  /** The same revision, and another file. */
  | { readonly standing: 'other-file'; readonly newer: NewerMedia }
  /** The same file, as a media file of another name or signer: its record would be lost. */
  | { readonly standing: 'other-media'; readonly entry: LibraryEntry };

interface Named {
  readonly name: string;
  readonly signer: Pick<Signer, 'name' | 'key'>;
}

/** A key that is trusted by a new name is the same signer, and so is a name with a new key. */
function isSame(left: Named, right: Named): boolean {
  return (
    left.name === right.name &&
    (left.signer.name === right.signer.name || left.signer.key === right.signer.key)
  );
}

/**
 * Compares with the newest media of the same name and signer.
 * @param accepted what the station ever accepted, whether it is in the library or not
 */
export function standingOf(
  manifest: { readonly name: string; readonly revision: number; readonly media: { readonly sha256: string } },
  signer: Pick<Signer, 'name' | 'key'>,
  entries: readonly LibraryEntry[],
  accepted: readonly AcceptedMedia[],
): Standing {
  const { name, revision, media } = manifest;
  const same = entries.filter((entry) => isSame(entry, { name, signer }));
  const here = same.find((entry) => entry.sha256 === media.sha256 && entry.revision === revision);
  if (here !== undefined) {
    // Under the signer's new name or key it is filed anew: the old one counts no more once it is forgotten.
    const sameSigner = here.signer.name === signer.name && here.signer.key === signer.key;
    return sameSigner ? { standing: 'here', entry: here } : { standing: 'new' };
  }
  const known: NewerMedia[] = [
    ...same.map((entry) => ({ ...entry, inLibrary: true })),
    ...accepted.filter((one) => isSame(one, { name, signer })).map((one) => ({ ...one, inLibrary: false })),
  ];
  // Of two that are as new, the one in the library: it stands first.
  const newest = known.reduce<NewerMedia | null>(
    (best, one) => (best === null || one.revision > best.revision ? one : best),
    null,
  );
  const again = newest?.revision === revision && newest.sha256 === media.sha256;
  if (newest === null || newest.revision < revision || again) {
    const other = entries.find((entry) => entry.sha256 === media.sha256 && !same.includes(entry));
    return other === undefined ? { standing: 'new' } : { standing: 'other-media', entry: other };
  }
  return { standing: newest.revision > revision ? 'older' : 'other-file', newer: newest };
}

/**
 * What is remembered once media were accepted: of each name and signer's key the newest. One that is as new takes the place of what was
 * remembered: it was received on purpose.
 */
export function withAccepted(
  accepted: readonly AcceptedMedia[],
  entries: readonly AcceptedMedia[],
): AcceptedMedia[] {
  return entries.reduce<AcceptedMedia[]>(
    (list, { name, version, revision, sha256, signer, receivedAt }) => {
      const before = list.find((one) => one.name === name && one.signer.key === signer.key);
      if (before !== undefined && before.revision > revision) return list;
      return [
        ...list.filter((one) => one !== before),
        { name, version, revision, sha256, signer, receivedAt },
      ];
    },
    [...accepted],
  );
}
