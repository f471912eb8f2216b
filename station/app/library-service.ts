import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import { sanitizeForDisplay } from '../../core/base/display';
import type { AppResponse } from '../../core/contract/app';
import type { LibraryMediaView, LibraryState, Receiving } from '../../core/contract/app-library';
import { namedPackages, removalRefusal } from '../../core/delivery/library-rules';
import { manifestEnding } from '../../core/delivery/manifest';
import { sha256Schema } from '../../core/media/chunk-map';
import { receiveMedia, type ReceiveRequest, type ReceiveResult } from '../delivery/receive';
import type { Helpers } from '../helper-client/helpers';
import type { ImageCache } from '../image-cache/image-cache';
import { requireStationKey } from '../ledger/keys';
import { removeMedia } from '../library/accepted-media';
import {
  damaged,
  libraryFolder,
  MediaLibrary,
  receiptFileIn,
  type LibraryMedia,
} from '../library/media-library';
import { forgetKey, keyOf, trustKey } from '../signing/trusted-keys';
import type { Settings } from '../state/settings';
import { writeFileAtomically, type StatePaths } from '../state/state-paths';
import { resultOf, viewOf } from './library-view';
import { keyViews } from './offered-keys';

export interface LibraryServiceDependencies {
  readonly helpers: Pick<Helpers, 'plain'>;
  readonly paths: Pick<StatePaths, 'acceptedMediaFile' | 'library' | 'keyFile' | 'trustedKeysFile'>;
  readonly settings: () => Pick<Settings, 'libraryFolder' | 'stationName'>;
  /** Who receives. */
  readonly operator: () => string;
  readonly cache: () => Promise<Pick<ImageCache, 'entries'>>;
  /** The file of the media that is chosen; null when none is. */
  readonly chosenPath: () => string | null;
  /** Day until which the open work order ships; null: none does. */
  readonly shipBy: () => string | null;
  /** Jobs that run. */
  readonly running: () => number;
}

type Request = Pick<ReceiveRequest, 'path' | 'others' | 'olderReason' | 'base'>;

/** Longer ones are cut. */
const longestReason = 200;

/** The media library on the screen: what is in it, and what is being received, one at a time. */
export class LibraryService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #received = new Emitter<LibraryMedia>();
  /** A media file was received, or received again. */
  readonly onReceived = this.#received.event;
  readonly #dependencies: LibraryServiceDependencies;
  #state: LibraryState = { media: [], unfinished: [], keys: [], receiving: null, error: null };
  #looks = 0;
  /** What was asked for last; kept for another try. */
  #request: Request | null = null;
  #stop: AbortController | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(dependencies: LibraryServiceDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): LibraryState {
    return this.#state;
  }

  get isReceiving(): boolean {
    return this.#stop !== null;
  }

  get folder(): string {
    return libraryFolder(this.#dependencies.paths, this.#dependencies.settings());
  }

  /** Looks at the disk again. What goes wrong is in the state. */
  async refresh(): Promise<void> {
    this.#looks += 1;
    const look = this.#looks;
    const found = await this.#look();
    // A later look knows more.
    if (look === this.#looks) this.#show(found);
  }

  /** A media file came here in another way than by being received on the screen. */
  async arrived(sha256: string): Promise<void> {
    await this.refresh();
    const media = this.#library.find(sha256);
    if (media !== null) this.#received.fire(media);
  }

  /** Whether a path that was dropped is something to receive: a folder, or a manifest. */
  isDelivery(path: string): boolean {
    return path.endsWith(manifestEnding) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  }

  /**
   * Begins to receive. What becomes of it is in the state.
   * @throws PrestageError delivery-busy
   */
  receive(path: string): void {
    this.#begin({ path: resolve(path), others: [], olderReason: null, base: null });
  }

  /** Tries again with another folder of parts. @throws PrestageError delivery-busy, usage */
  receiveMore(folder: string): void {
    const request = this.#again();
    this.#begin({ ...request, others: [...request.others, resolve(folder)] });
  }

  /** Tries again with the older media that a difference needs. @throws PrestageError delivery-busy, usage */
  receiveWithBase(file: string): void {
    this.#begin({ ...this.#again(), base: resolve(file) });
  }

  /**
   * Trusts a key by a name, after somebody has compared its fingerprint.
   * @throws PrestageError key-invalid, key-known, usage
   */
  async trust(name: string, text: string): Promise<void> {
    const plain = name.trim();
    trustKey(this.#dependencies.paths, keyOf(plain, text, 'The key', new Date()));
    await this.refresh();
    const { receiving } = this.#state;
    const waits = receiving?.status === 'refused' && receiving.error.code === 'delivery-key-unknown';
    if (waits && this.#stop === null) this.#begin(this.#again());
  }

  /** @throws PrestageError key-not-found */
  async forget(name: string): Promise<void> {
    forgetKey(this.#dependencies.paths, name);
    await this.refresh();
  }

  /** Tries again what is older than what is here. @throws PrestageError delivery-busy, usage without a reason */
  receiveOlder(reason: string): void {
    const olderReason = sanitizeForDisplay(reason, longestReason);
    if (olderReason === '') {
      throw new PrestageError({
        code: 'usage',
        message: 'The reason is missing.',
        remedy: 'Say in a few words why the older media is received.',
      });
    }
    this.#begin({ ...this.#again(), olderReason });
  }

  /** Ends what is being received. What is whole of it is kept. */
  cancel(): void {
    const { receiving } = this.#state;
    if (this.#stop === null || receiving?.status !== 'running') return;
    this.#stop.abort();
    this.#show({ receiving: { ...receiving, cancelling: true } });
  }

  closeResult(): void {
    if (this.#state.receiving?.status !== 'running') this.#show({ receiving: null });
  }

  /** The file of a media file, to be proved and written. @throws PrestageError library-not-found, library-damaged, usage */
  pathOf(sha256: string): string {
    const { entry, path, problem } = this.#library.require(sha256);
    if (path === null) {
      throw new PrestageError({
        code: 'usage',
        message: `The media ${sanitizeForDisplay(entry.name)} is kept in parts.`,
        remedy: 'To write it, receive its folder again: then the parts are joined.',
      });
    }
    if (problem !== null) throw damaged(entry, 'its file is missing or has another size');
    return path;
  }

  /** What the manifest says of a media file. @throws PrestageError library-not-found, library-damaged */
  details(sha256: string): AppResponse<'libraryDetails'> {
    const library = this.#library;
    const { contents, recipe } = library.manifestOf(library.require(sha256)).manifest;
    return {
      packages: contents === undefined ? null : namedPackages(contents, recipe?.content ?? []),
      settings: recipe ?? null,
    };
  }

  /** A name for the file of a receipt. @throws PrestageError library-not-found */
  receiptName(sha256: string): string {
    const { name, version } = this.#library.require(sha256).entry;
    return `receipt-${name}-${version}.json`.replace(/[^A-Za-z0-9._-]+/g, '-');
  }

  /** Writes the signed receipt for the sender to a file. @throws PrestageError library-not-found, library-damaged, state-unavailable */
  saveReceipt(sha256: string, path: string): void {
    const { entry, folder } = this.#library.require(sha256);
    let receipt: string;
    try {
      receipt = readFileSync(receiptFileIn(folder), 'utf8');
    } catch {
      throw damaged(entry, 'its receipt is missing');
    }
    try {
      writeFileAtomically(path, receipt, 0o644);
    } catch (error) {
      if (error instanceof PrestageError) throw error;
      throw new PrestageError({
        code: 'state-unavailable',
        message: `The receipt ${sanitizeForDisplay(path, 300)} cannot be written.`,
        cause: error instanceof Error ? error.message : String(error),
        remedy: 'Choose a folder that you can write to.',
      });
    }
  }

  /**
   * Takes a media file, or the rest of a delivery, off the disk.
   * @throws PrestageError library-in-use, library-not-found, state-unavailable
   */
  async remove(sha256: string): Promise<void> {
    const library = this.#library;
    const found = library.find(sha256);
    const { chosenPath, running } = this.#dependencies;
    const why = removalRefusal({
      chosen: found !== null && found.path !== null && found.path === chosenPath(),
      running: running(),
      receiving: this.#stop !== null,
    });
    if (why !== null) {
      const name =
        found === null ? 'The unfinished delivery' : `The media ${sanitizeForDisplay(found.entry.name)}`;
      throw new PrestageError({ code: 'library-in-use', message: `${name} was not removed: ${why}.` });
    }
    removeMedia(library, this.#dependencies.paths, sha256);
    await this.refresh();
  }

  /** Resolves when nothing is being received. */
  async settled(): Promise<void> {
    await this.#work;
  }

  /** Ends what is being received; what is whole of it is kept. */
  async close(): Promise<void> {
    this.#stop?.abort();
    await this.#work;
  }

  get #library(): MediaLibrary {
    return new MediaLibrary(this.folder);
  }

  #again(): Request {
    if (this.#request !== null) return this.#request;
    throw new PrestageError({
      code: 'usage',
      message: 'No delivery was refused that could be received again.',
      remedy: 'Choose the folder of the delivery.',
    });
  }

  #begin(request: Request): void {
    if (this.#stop !== null) {
      throw new PrestageError({
        code: 'delivery-busy',
        message: 'Another media file is being received.',
        remedy: 'Wait until it has ended, or cancel it. Then choose the folder again.',
      });
    }
    const stop = new AbortController();
    this.#stop = stop;
    this.#request = request;
    this.#show({
      receiving: { status: 'running', path: request.path, progress: null, cancelling: false },
    });
    this.#work = this.#receive(request, stop.signal);
  }

  async #receive(request: Request, signal: AbortSignal): Promise<void> {
    let receiving: Receiving | null;
    let media: LibraryMedia | null = null;
    try {
      const result = await this.#receiveMedia(request, signal);
      if (result.result === 'received') ({ media } = result);
      receiving = resultOf(request.path, result);
    } catch (error) {
      receiving =
        isCancellation(error) && signal.aborted
          ? null
          : { status: 'refused', path: request.path, error: toErrorData(error) };
    }
    this.#stop = null;
    this.#show({ receiving });
    await this.refresh();
    if (media !== null) this.#received.fire(media);
  }

  async #receiveMedia(request: Request, signal: AbortSignal): Promise<ReceiveResult> {
    const { helpers, operator, paths, settings } = this.#dependencies;
    const key = requireStationKey(paths);
    return await receiveMedia(
      { ...request, keepParts: false, operator: operator() },
      {
        paths,
        library: this.#library,
        station: { name: settings().stationName, key },
        shipBy: this.#dependencies.shipBy(),
        client: await helpers.plain(),
        signal,
        onProgress: ({ phase, done, total }) => {
          const { receiving } = this.#state;
          if (receiving?.status !== 'running') return;
          this.#show({ receiving: { ...receiving, progress: { phase, done, total } } });
        },
      },
    );
  }

  async #look(): Promise<Partial<LibraryState>> {
    const { paths } = this.#dependencies;
    try {
      const library = this.#library;
      const keys = keyViews(paths);
      const found = library.list();
      const unfinished = library
        .unfinished()
        // By its SHA-256 the media would be meant, and not the rest of a second delivery of it.
        .filter(({ sha256 }) => isSha256(sha256) && found.every(({ entry }) => entry.sha256 !== sha256))
        .map(({ name, version, sha256 }) => ({ name, version, sha256 }));
      const images = found.length === 0 ? new Map() : await this.#images();
      const media = found.map((one) => viewOf(one, library, images, paths));
      return { media, unfinished, keys, error: null };
    } catch (error) {
      return { media: [], unfinished: [], keys: [], error: toErrorData(error) };
    }
  }

  async #images(): Promise<Map<string, LibraryMediaView['images']>> {
    const images = new Map<string, LibraryMediaView['images']>();
    for (const { facts, bytes } of await (await this.#dependencies.cache()).entries()) {
      const before = images.get(facts.mediaSha256) ?? { count: 0, bytes: 0 };
      images.set(facts.mediaSha256, { count: before.count + 1, bytes: before.bytes + bytes });
    }
    return images;
  }

  #show(change: Partial<LibraryState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed.fire();
  }
}

function isSha256(text: string): boolean {
  return sha256Schema.safeParse(text).success;
}
