/** What a station tells the plant database of itself beside its entries: what it holds, and the rack that it serves. */
import { networkInterfaces } from 'node:os';
import type { Client } from 'pg';
import { errorCodeOf } from '../../core/base/system-error';
import { ImageCache } from '../image-cache/image-cache';
import { libraryFolder, MediaLibrary } from '../library/media-library';
import { RackClient } from '../rack/rack-client';
import { loadSettings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import type { Outbox } from './outbox';

export type ToldPaths = Pick<StatePaths, 'imageCache' | 'library' | 'settingsFile' | 'rackSocket'>;

/** As the views of migrations/0005-holdings.sql read it. */
export interface StationState {
  readonly held: readonly {
    readonly what: 'media' | 'disk-image';
    /** Of a media file; of a disk image its layout and the size of its drive, bytes. */
    readonly name: string;
    /** Of the media's file; of a disk image's chunk map. */
    readonly sha256: string;
    /** The media that it is, or was made from. */
    readonly mediaSha256: string;
    readonly bytes: number;
    /** The station that it came from; null: it was made on this one. */
    readonly from: string | null;
  }[];
  /** Null: none is served. */
  readonly rack: {
    readonly listens: string;
    /** Null: on all of them, or on none by this address. */
    readonly interface: string | null;
    readonly certificate: string;
    readonly since: string;
    /** Admitted and connected. */
    readonly machines: number;
  } | null;
}

export async function stationState(paths: ToldPaths): Promise<StationState> {
  const library = new MediaLibrary(libraryFolder(paths, loadSettings(paths)));
  const images = await new ImageCache(paths.imageCache, Infinity).entries();
  const rack = await new RackClient(paths.rackSocket).read().catch(() => null);
  return {
    held: [
      ...library.list().map(({ entry: { name, version, sha256, bytes } }) => ({
        ...{ what: 'media' as const, name: `${name} ${version}`, sha256, mediaSha256: sha256, bytes },
        from: null,
      })),
      ...images.map(({ facts, fingerprint, bytes, from }) => ({
        what: 'disk-image' as const,
        name: `${facts.layout}, ${facts.driveSize} bytes, sectors of ${facts.sectorSize}`,
        ...{ sha256: fingerprint, mediaSha256: facts.mediaSha256, bytes, from: from?.station ?? null },
      })),
    ],
    rack:
      rack === null
        ? null
        : {
            ...{ listens: rack.listens, certificate: rack.certificate, since: rack.since },
            interface: interfaceOf(rack.listens),
            machines: rack.machines.filter(
              ({ state, connected, station }) => state === 'admitted' && connected && station === undefined,
            ).length,
          },
  };
}

/** Tells it, after the entries. A database that was not migrated yet has no place for it, and gets none of it. */
export async function tellState(client: Client, outbox: Outbox, paths: ToldPaths): Promise<void> {
  const key = outbox.key();
  if (key === null) return;
  const state = JSON.stringify(await stationState(paths));
  try {
    await client.query('SELECT prestage.tell_state($1, $2)', [key.fingerprint, state]);
  } catch (error) {
    // undefined_function
    if (errorCodeOf(error) !== '42883') throw error;
  }
}

function interfaceOf(listens: string): string | null {
  const host = listens.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const found = Object.entries(networkInterfaces()).find(([, addresses = []]) =>
    addresses.some(({ address }) => address === host),
  );
  return found?.[0] ?? null;
}
