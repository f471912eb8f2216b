import { basename, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Emitter } from 'vscode-jsonrpc/node';
import type { MediaState, WantedMedia } from '../../core/media/media-state';
import type { Task } from '../../core/base/task';
import { isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import type { WorkOrder } from '../../core/order/order';
import type { Media, MediaHash } from '../../core/media/media';
import { mergeMediaDates, type MediaDates } from '../../core/media/media-dates';
import { type MediaProof } from '../jobs/batch-plan';
import { mediaMark } from '../jobs/plan-batch';
import type { Helpers } from '../helper-client/helpers';
import {
  assertExpected,
  expectedHash,
  type ExpectedHash,
  type SignedMedia,
} from '../media/media-expectation';
import { namedNotices } from '../library/order-dates';
import { requireOrderedMedia } from '../orders/batch-order';
import { notOfTicket } from './app-refusals';
import type { OpenOrder } from '../orders/order-reader';

export interface MediaVerifierDependencies {
  readonly helpers: Helpers;
  /** The open order may say what the hash should be. */
  readonly ordered: () => OpenOrder | null;
  /** Which image (from 1) the batch is to get. */
  readonly imageIndex: () => number;
  /** What the signed manifest of a media file of the library says; null for a file that lies elsewhere. */
  readonly signed: (path: string) => SignedMedia | null;
}

/** What a batch needs of a media file that is proved. */
export interface ProvedMedia {
  readonly path: string;
  /** What the operator gave; null when the manifest beside the media said it. */
  readonly expectSha256: string | null;
  readonly proof: MediaProof;
  /** How long it is of use, as far as that is known. */
  readonly dates: MediaDates | null;
}

/** The media that was chosen, and what became of it. A later choice replaces all of it. */
interface Choice {
  readonly path: string;
  readonly stop: AbortController;
  given: string | null;
  media: Media | null;
  hash: MediaHash | null;
  mark: string | null;
  dates: MediaDates | null;
  signed: SignedMedia | null;
}

/**
 * Proves a media file: looks inside, hashes it, and compares the hash with what the enterprise says. Only a media file whose
 * hash somebody vouched for counts as proved.
 */
export class MediaVerifier {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: MediaVerifierDependencies;
  #choice: Choice | null = null;
  #wanted: WantedMedia | null = null;
  #state: MediaState = { status: 'none' };

  constructor(dependencies: MediaVerifierDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): MediaState {
    return this.#state;
  }

  /** The file that was chosen, whatever became of it; null when there is none. */
  get path(): string | null {
    return this.#choice?.path ?? null;
  }

  /** What the operator gave as its hash; null when nobody did. */
  get given(): string | null {
    return this.#choice?.given ?? null;
  }

  /** What was scanned: of a job ticket for every choice, while it holds; a SHA-256 alone until something is chosen. */
  get wanted(): WantedMedia | null {
    return this.#wanted;
  }

  /** Null unless the media is proved. */
  get proved(): ProvedMedia | null {
    const choice = this.#choice;
    if (this.#state.status !== 'proved' || choice === null) return null;
    if (choice.hash === null || choice.mark === null) return null;
    return {
      path: choice.path,
      expectSha256: choice.given,
      proof: { hash: choice.hash, mark: choice.mark },
      dates: choice.dates,
    };
  }

  /** What the signed manifest of the media that is chosen says; null: it has none, or none is chosen. */
  get signed(): SignedMedia | null {
    return this.#choice?.signed ?? null;
  }

  /** What the dates of the media that is chosen say against an order, where the order allows it: whole sentences. */
  dateNotices({ mediaSha256, shipBy }: Pick<WorkOrder, 'mediaSha256' | 'shipBy'>): string[] {
    const choice = this.#choice;
    if (choice === null || (mediaSha256 ?? choice.hash?.sha256) !== choice.hash?.sha256) return [];
    const shipping = { now: new Date(), shipBy: shipBy ?? null };
    return namedNotices(basename(choice.path), choice.dates, shipping);
  }

  /** Begins to prove a file. Never throws: what goes wrong is in the state. */
  select(path: string): void {
    this.#choice?.stop.abort();
    const choice: Choice = {
      path: resolve(path),
      stop: new AbortController(),
      given: this.#wanted?.sha256 ?? null,
      media: null,
      hash: null,
      mark: null,
      dates: null,
      signed: null,
    };
    this.#choice = choice;
    if (this.#wanted?.ticket === null) this.#wanted = null;
    this.#show({ status: 'inspecting', path: choice.path });
    void this.#prove(choice, this.#dependencies.imageIndex()).catch((error: unknown) => {
      this.#refuse(choice, error);
    });
  }

  /** Closes the file; where none is chosen, what was scanned is not waited for any more. */
  clear(): void {
    if (this.#choice === null) this.#wanted = null;
    this.#choice?.stop.abort();
    this.#choice = null;
    this.#showNone();
  }

  /** Takes what was scanned: for the media that is chosen, or the one that will be. */
  want(wanted: WantedMedia): void {
    this.#wanted = wanted;
    if (this.#choice === null) this.#showNone();
    else this.expect(wanted.sha256);
  }

  /** The job ticket does not hold any more. What was chosen stays as it is. */
  forgetTicket(): void {
    if (this.#wanted === null) return;
    this.#wanted = null;
    if (this.#choice === null) this.#showNone();
  }

  /**
   * Takes the hash that the enterprise sent, typed or scanned.
   * @throws PrestageError usage when the text is no SHA-256, or no media was chosen
   */
  expect(sha256: string): void {
    const choice = this.#choice;
    if (choice === null) {
      throw new PrestageError({
        code: 'usage',
        message: 'There is no media to compare this SHA-256 with.',
        remedy: 'Choose the media first.',
      });
    }
    try {
      choice.given = expectedHash({ path: choice.path, expectSha256: sha256, signed: choice.signed }).sha256;
    } catch (error) {
      if (error instanceof PrestageError && error.code === 'usage') throw error;
      choice.given = sha256.trim().toLowerCase();
      this.#refuse(choice, error);
      return;
    }
    if (choice.media === null) return;
    if (choice.hash === null) this.#hashing(choice, choice.media, null);
    else this.#assess(choice, choice.media, choice.hash);
  }

  /**
   * Opens the media's own variables: until when its certificate is valid. The password goes to the helper and is kept
   * nowhere.
   * @throws PrestageError usage when no media was chosen, media-password-wrong, media-variables-…
   */
  async readDates(password: string): Promise<void> {
    const choice = this.#require();
    const client = await this.#dependencies.helpers.plain();
    const imageIndex = this.#dependencies.imageIndex();
    const { dates } = await client.call('readMediaVariables', { path: choice.path, imageIndex, password });
    this.#giveDates(choice, dates);
  }

  /** Takes dates from a recipe or a manifest, beside those that are known. @throws PrestageError usage when no media was chosen */
  giveDates(dates: MediaDates | null): void {
    this.#giveDates(this.#require(), dates);
  }

  #giveDates(choice: Choice, dates: MediaDates | null): void {
    if (this.#choice !== choice) return;
    choice.dates = mergeMediaDates([choice.dates, dates]);
    this.reassess();
  }

  #require(): Choice {
    if (this.#choice !== null) return this.#choice;
    throw new PrestageError({
      code: 'usage',
      message: 'No media is chosen.',
      remedy: 'Choose the media first.',
    });
  }

  /** The order was opened or closed: what it wants counts from now on. */
  reassess(): void {
    const choice = this.#choice;
    if (choice === null || choice.media === null) return;
    if (choice.hash === null) this.#hashing(choice, choice.media, null);
    else this.#assess(choice, choice.media, choice.hash);
  }

  /** Looks into the media again for another image's boot files. The proof stays: it is of the whole file. */
  async showImage(imageIndex: number): Promise<void> {
    const choice = this.#choice;
    if (choice === null || choice.media === null || choice.media.imageIndex === imageIndex) return;
    const client = await this.#dependencies.helpers.plain();
    const media = await client.call('inspectMedia', { path: choice.path, imageIndex });
    if (this.#choice !== choice) return;
    choice.media = media;
    if ('media' in this.#state && this.#state.media !== null) this.#show({ ...this.#state, media });
  }

  async #prove(choice: Choice, imageIndex: number): Promise<void> {
    const { signal } = choice.stop;
    const client = await this.#dependencies.helpers.plain();
    const media = await client.call('inspectMedia', { path: choice.path, imageIndex }, { signal });
    if (this.#choice !== choice) return;
    choice.media = media;
    const before = await mediaMark(media.files);
    choice.signed = this.#dependencies.signed(choice.path);
    choice.dates = mergeMediaDates([choice.dates, choice.signed?.dates ?? null]);
    // A manifest that cannot be used stops here, before minutes go into hashing.
    this.#expected(choice);
    this.#hashing(choice, media, null);
    const hash = await client.call(
      'hashMedia',
      { progressToken: randomUUID(), files: media.files },
      {
        signal,
        onTaskProgress: ({ phase, done, total }) => {
          // A refusal that came meanwhile stays on the screen until the hash is judged.
          if (this.#state.status === 'refused') return;
          this.#hashing(choice, choice.media ?? media, { phase, done, total });
        },
      },
    );
    if ((await mediaMark(media.files)) !== before) {
      throw new PrestageError({
        code: 'media-changed',
        message: 'The media changed while it was being read.',
        remedy: 'Wait until it is completely copied to this computer, then choose it again.',
      });
    }
    if (this.#choice !== choice) return;
    choice.hash = hash;
    choice.mark = before;
    this.#assess(choice, choice.media, hash);
  }

  #assess(choice: Choice, media: Media, hash: MediaHash): void {
    try {
      requireOrderedMedia(this.#dependencies.ordered(), hash);
      this.#requireWanted(choice, hash.sha256);
      const expected = this.#expected(choice);
      assertExpected(expected, hash);
      const { sha256 } = hash;
      const stated = statedIn(expected);
      const known = choice.dates === null ? {} : { dates: choice.dates };
      if (stated === null) this.#show({ status: 'waiting-for-hash', media, sha256, ...known });
      else {
        // It is the same by now; of a split set the manifest names the parts, and all of them hold.
        this.#show({
          status: 'proved',
          media,
          sha256,
          expected: { ...stated, sha256 },
          ...known,
        });
      }
    } catch (error) {
      this.#refuse(choice, error);
    }
  }

  /** The names say more than that two hashes differ. @throws PrestageError media-hash-mismatch */
  #requireWanted({ path }: Choice, sha256: string): void {
    const wanted = this.#wanted;
    if (wanted === null || wanted.ticket === null || wanted.sha256 === sha256) return;
    throw notOfTicket(basename(path), wanted.ticket.name, wanted.sha256, sha256);
  }

  #hashing(choice: Choice, media: Media, progress: Task | null): void {
    if (this.#choice !== choice) return;
    const expected = this.#expectedOrNull(choice);
    const before = this.#state.status === 'hashing' ? this.#state.progress : null;
    this.#show({
      status: 'hashing',
      media,
      expected,
      progress: progress ?? before ?? { phase: 'hashing', done: 0, total: media.bytes },
    });
  }

  #refuse(choice: Choice, error: unknown): void {
    if (this.#choice !== choice || (isCancellation(error) && choice.stop.signal.aborted)) return;
    this.#show({
      status: 'refused',
      path: choice.path,
      media: choice.media,
      sha256: choice.hash?.sha256 ?? null,
      error: toErrorData(error),
    });
  }

  #expected({ path, given, signed }: Choice): ExpectedHash {
    return expectedHash({
      signed,
      path,
      expectSha256: given,
      orderedSha256: this.#dependencies.ordered()?.order.mediaSha256,
    });
  }

  #expectedOrNull(choice: Choice): Extract<MediaState, { status: 'hashing' }>['expected'] {
    try {
      return statedIn(this.#expected(choice));
    } catch {
      // Said when the hash is known; a manifest may be being copied right now.
      return null;
    }
  }

  #showNone(): void {
    this.#show({ status: 'none', ...(this.#wanted === null ? {} : { wanted: this.#wanted }) });
  }

  #show(state: MediaState): void {
    this.#state = state;
    this.#changed.fire();
  }
}

/** What somebody said; null when nobody did. */
function statedIn({
  sha256,
  source,
}: ExpectedHash): Extract<MediaState, { status: 'proved' }>['expected'] | null {
  return sha256 === null || source === 'none' ? null : { sha256, source };
}
