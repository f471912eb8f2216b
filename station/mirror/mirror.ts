import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { OfferState } from '../../core/contract/app-mirror';
import type { Task } from '../../core/base/task';
import type { HeldMedia } from '../../core/media/held-media';
import type { ImageSource } from '../../core/media/image-source';
import type { LedgerRecord } from '../../core/ledger/record';
import type { Receiving } from '../delivery/receive';
import type { ImageCache } from '../image-cache/image-cache';
import type { MediaLibrary } from '../library/media-library';
import type { Held, HeldImage } from '../rack/holdings-form';
import { fetchImage, problemOf } from './fetch-image';
import { fetchMedia } from './fetch-media';
import type { OtherStation } from './other-station';

/** What of another station is meant. */
export interface Wanted {
  readonly media: readonly HeldMedia[];
  readonly images: readonly HeldImage[];
}

export type GotRecord = Extract<LedgerRecord, { kind: 'got-from-station' }>;

/** What comes just now. */
export interface Coming {
  /** SHA-256 of the media, or name of the disk image. */
  readonly id: string;
  /** In words, safe to show. */
  readonly name: string;
}

export interface MirrorOptions {
  readonly station: OtherStation;
  readonly receiving: Receiving;
  readonly cache: ImageCache;
  /** Of the programs that make disk images here. */
  readonly versions: Readonly<Record<string, string>>;
  readonly operator: string;
  readonly signal: AbortSignal;
  readonly onProgress: (coming: Coming, progress: Task) => void;
  /** Something has come whole: it is to be recorded. */
  readonly onGot: (record: GotRecord) => void;
}

/** `unusable`: this station would not use it, because its tools are others. */
export type Outcome = 'here' | 'got' | 'unusable';

/** What another station holds, as it stands here. */
export interface Offer {
  readonly media: readonly (HeldMedia & { readonly state: OfferState })[];
  readonly images: readonly (HeldImage & { readonly state: OfferState })[];
}

/** @param outcomes of what was fetched, by SHA-256 of the media and name of the disk image */
export async function offerOf(
  held: Held,
  outcomes: ReadonlyMap<string, Outcome>,
  {
    library,
    cache,
    versions,
  }: {
    readonly library: Pick<MediaLibrary, 'list'>;
    readonly cache: Pick<ImageCache, 'entries'>;
    readonly versions: Readonly<Record<string, string>>;
  },
): Promise<Offer> {
  const owned = new Set(library.list().map(({ entry }) => entry.sha256));
  const cached = new Set((await cache.entries()).map(({ key }) => key));
  const stateOf = (name: string, isHere: boolean, isUsable: boolean): OfferState =>
    outcomes.get(name) ?? (isHere ? 'here' : isUsable ? 'offered' : 'unusable');
  return {
    media: held.media.map((one) => ({ ...one, state: stateOf(one.sha256, owned.has(one.sha256), true) })),
    images: held.images.map((one) => ({
      ...one,
      state: stateOf(one.key, cached.has(one.key), problemOf(one, '', versions) === null),
    })),
  };
}

/**
 * A media file with the disk images that were made from it, or one disk image.
 * @param text name of a media file, or its SHA-256, or the name of a disk image; 8 digits are enough
 * @throws PrestageError mirror-not-held
 */
export function wantedOf(text: string, { media, images }: Held, station: string): Wanted {
  const asked = text.trim().toLowerCase();
  const isHash = /^[0-9a-f]{8,64}$/.test(asked);
  const image = images.filter(({ key }) => isHash && key.startsWith(asked));
  if (image.length === 1) return { media: [], images: image };
  const [found] = media
    .filter(({ name, sha256 }) => name.toLowerCase() === asked || (isHash && sha256.startsWith(asked)))
    .sort((one, other) => other.revision - one.revision);
  // Of a media file that is no signed delivery a station has only the disk images.
  const of = found?.sha256 ?? (isHash ? asked : null);
  const made = of === null ? [] : images.filter(({ facts }) => facts.mediaSha256.startsWith(of));
  if (found !== undefined || made.length > 0) {
    return { media: found === undefined ? [] : [found], images: made };
  }
  throw new PrestageError({
    code: 'mirror-not-held',
    message: `Station ${station} has no media and no disk image '${sanitizeForDisplay(text, 80)}'.`,
  });
}

/**
 * Gets what is wanted, one after the other. What has come whole is kept and recorded, also when the next one fails.
 * @param named the disk image itself was named: one that cannot be used is then refused
 * @throws PrestageError mirror-…, delivery-…, render-no-space, rack-…, cancelled
 */
export async function getWanted(
  { media, images }: Wanted,
  held: Held,
  options: MirrorOptions,
): Promise<ReadonlyMap<string, Outcome>> {
  const { station, cache, versions, signal, onProgress, onGot } = options;
  const outcomes = new Map<string, Outcome>();
  const source: Omit<ImageSource, 'time'> = {
    ...{ station: station.name, certificate: station.fingerprint, keyFingerprint: held.keyFingerprint },
  };
  const got = (what: GotRecord['what']): void => {
    onGot({ kind: 'got-from-station', from: { ...source, time: new Date().toISOString() }, what });
  };
  for (const one of media) {
    const { sha256, bytes } = one;
    const received = await fetchMedia(one, {
      ...options,
      onProgress: (progress) => {
        onProgress({ id: sha256, name: `media ${sanitizeForDisplay(one.name, 60)}` }, progress);
      },
    });
    outcomes.set(sha256, received.result === 'here' ? 'here' : 'got');
    const { name, version, revision } = received.media.entry;
    if (received.result === 'received') got({ is: 'media', sha256, name, version, revision, bytes });
  }
  const isNamed = media.length === 0 && images.length === 1;
  for (const one of images) {
    const { key, fingerprint, bytes, facts } = one;
    if (!isNamed && problemOf(one, station.name, versions) !== null) {
      outcomes.set(key, 'unusable');
      continue;
    }
    const outcome = await fetchImage(one, {
      ...{ station, from: source, cache, versions, signal },
      onProgress: (progress) => {
        onProgress({ id: key, name: `disk image ${key.slice(0, 8)}` }, progress);
      },
    });
    outcomes.set(key, outcome);
    const { mediaSha256 } = facts;
    if (outcome === 'got') got({ is: 'disk-image', key, fingerprint, mediaSha256, bytes });
  }
  return outcomes;
}
