import { Emitter } from 'vscode-jsonrpc/node';
import { sanitizeForDisplay } from '../../core/base/display';
import { isCancellation, PrestageError, toErrorData, type ErrorData } from '../../core/base/errors';
import type { AppRequest } from '../../core/contract/app';
import type { AppMirror, MirrorWanted } from '../../core/contract/app-mirror';
import { readHostAndPort, type HostAndPort, type RackSettings } from '../../core/settings/rack-settings';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { libraryFolder } from '../library/media-library';
import type { GotRecord, Offer } from '../mirror/mirror';
import type {
  MirrorAnswers,
  MirrorPlace,
  MirrorRequest,
  MirrorTold,
  MirrorWorkerData,
} from '../mirror/mirror-protocol';
import { readFingerprint } from '../rack-link/certificate';
import { logEvent } from '../state/log-file';
import type { Settings } from '../state/settings';
import { WorkerThread } from '../threads/worker-thread';

type Thread = WorkerThread<MirrorRequest, MirrorAnswers, MirrorTold>;
type Listed = Extract<AppMirror, { status: 'listed' }>;

export interface MirrorServiceDependencies extends MirrorWorkerData {
  readonly ledger: Pick<Ledger, 'append'>;
  /** Absolute path of the bundled mirror-worker. */
  readonly workerFile: string;
  readonly settings: () => Pick<Settings, 'stationName' | 'cacheLimitBytes' | 'libraryFolder' | 'rack'>;
  /** Keeps the other station's address. @throws PrestageError settings-invalid, state-unavailable */
  readonly keep: (settings: RackSettings) => void;
  /** Who gets it. */
  readonly operator: () => string;
  /** For the record, once what an earlier run left open is recorded. */
  readonly context: () => Promise<AppendContext>;
  /** Day until which the open work order ships; null: none does. */
  readonly shipBy: () => string | null;
}

interface Target {
  readonly address: HostAndPort;
  readonly shown: string;
  readonly fingerprint: string;
}

/**
 * Gets media and disk images from another station, with the code of `prestage rack mirror`, in a thread of its own. One station at a time, and one
 * piece of work. What is fetched is recorded as it comes.
 */
export class MirrorService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #got = new Emitter<GotRecord['what']>();
  /** Something is here that was not. */
  readonly onGot = this.#got.event;
  readonly #dependencies: MirrorServiceDependencies;
  #state: AppMirror = { status: 'off' };
  #target: Target | null = null;
  #thread: Thread | null = null;
  #work: Promise<void> | null = null;
  /** Entries that are being written: one after the other, in the order in which things came. */
  #recorded: Promise<void> = Promise.resolve();
  /** Why one of them could not be written. */
  #unwritten: ErrorData | null = null;

  constructor(dependencies: MirrorServiceDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): AppMirror {
    return this.#state;
  }

  get isGetting(): boolean {
    return this.#state.status === 'listed' && this.#state.getting !== null;
  }

  /** Begins to ask the other station. @throws PrestageError usage; delivery-busy while something is fetched */
  reach({ station, fingerprint }: AppRequest<'reachStation'>): void {
    const address = readHostAndPort(station.trim());
    const digits = readFingerprint(fingerprint);
    if (address === null || address.port === 0) {
      throw usage(
        'That is not an address with a port.',
        'Give the address at which the other station serves its rack, as in 192.168.77.1:7411.',
      );
    }
    if (digits === null) {
      throw usage(
        'That is not a fingerprint: it has 64 digits and letters from a to f.',
        'Copy it from the Machines screen of the other station.',
      );
    }
    this.#requireIdle();
    const shown = station.trim();
    this.#target = { address, shown, fingerprint: digits };
    this.#set({ status: 'reaching', address: shown, waiting: null });
    this.#work = this.#reach(this.#target).finally(() => {
      this.#work = null;
    });
  }

  /** Begins to fetch. @throws PrestageError usage; delivery-busy while something is fetched */
  get(wanted: MirrorWanted): void {
    this.#requireIdle();
    const { status } = this.#state;
    const target = this.#target;
    if (status !== 'listed' || target === null || wanted.media.length + wanted.images.length === 0) {
      throw usage('Nothing was chosen.', 'Choose a media file or a disk image of the other station.');
    }
    const getting = { id: null, progress: null, silent: false, cancelling: false };
    this.#change({ getting, broken: null });
    this.#work = this.#get(target, wanted).finally(() => {
      this.#work = null;
    });
  }

  /** Ends what is under way. What has come stays. */
  cancel(): void {
    if (this.#work === null) return;
    if (this.#state.status === 'listed' && this.#state.getting !== null) {
      this.#change({ getting: { ...this.#state.getting, cancelling: true } });
    }
    void this.#thread?.ask({ verb: 'cancel' }).catch(() => undefined);
  }

  /** Forgets the other station, unless something is fetched from it. */
  leave(): void {
    if (this.#work !== null) return;
    this.#target = null;
    this.#set({ status: 'off' });
    void this.#endThread();
  }

  /** Resolves when nothing is fetched. */
  async settled(): Promise<void> {
    await this.#work;
  }

  async close(): Promise<void> {
    this.cancel();
    await this.#work;
    await this.#endThread();
  }

  async #reach(target: Target): Promise<void> {
    try {
      const { station, offer } = await this.#open().ask({ verb: 'reach', place: this.#place(target) });
      const { address, shown, fingerprint } = target;
      logEvent('info', 'mirror-reached', { station, host: address.host, fingerprint });
      this.#set({
        ...{ status: 'listed', address: shown, station: sanitizeForDisplay(station, 60) },
        ...{ certificate: fingerprint, getting: null, broken: null, ...viewOf(offer) },
      });
      const { settings, keep } = this.#dependencies;
      keep({ ...settings().rack, other: { station: shown, fingerprint } });
    } catch (error) {
      const { shown: address, fingerprint: certificate } = target;
      if (isCancellation(error)) this.#set({ status: 'off' });
      else this.#set({ status: 'refused', address, certificate, error: toErrorData(error) });
    }
  }

  async #get(target: Target, wanted: MirrorWanted): Promise<void> {
    const { operator, shipBy } = this.#dependencies;
    const place = this.#place(target);
    let broken: Listed['broken'] = null;
    try {
      const asked = { ...wanted, operator: operator(), shipBy: shipBy() };
      await this.#open().ask({ verb: 'get', place, ...asked });
    } catch (error) {
      broken = { wanted, error: isCancellation(error) ? null : toErrorData(error) };
    }
    await this.#recorded;
    if (this.#unwritten !== null) broken = { wanted, error: this.#unwritten };
    this.#unwritten = null;
    const offer = await this.#open()
      .ask({ verb: 'offer', place })
      .catch(() => null);
    this.#change({ getting: null, broken, ...(offer === null ? {} : viewOf(offer)) });
  }

  #take(told: MirrorTold): void {
    const state = this.#state;
    switch (told.told) {
      case 'waiting': {
        const waiting = { station: sanitizeForDisplay(told.station, 60), code: told.code };
        if (state.status === 'reaching') this.#set({ ...state, waiting });
        return;
      }
      case 'silent':
      case 'progress': {
        if (state.status !== 'listed' || state.getting === null) return;
        const { getting } = state;
        if (told.told === 'silent') this.#change({ getting: { ...getting, silent: told.silent } });
        else this.#change({ getting: { ...getting, id: told.id, progress: told.progress } });
        return;
      }
      case 'got':
        this.#recorded = this.#recorded.then(() => this.#record(told.record));
        return;
    }
  }

  async #record(record: GotRecord): Promise<void> {
    const { ledger, context } = this.#dependencies;
    try {
      ledger.append(record, await context());
    } catch (error) {
      this.#unwritten ??= toErrorData(error);
    }
    this.#got.fire(record.what);
  }

  #open(): Thread {
    const { paths, helper, version, workerFile: file } = this.#dependencies;
    const data: MirrorWorkerData = { paths, helper, version };
    if (this.#thread === null || this.#thread.ended) {
      const onTold = (told: MirrorTold): void => {
        this.#take(told);
      };
      this.#thread = new WorkerThread({ file, data, gone, onTold });
    }
    return this.#thread;
  }

  async #endThread(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.ask({ verb: 'close' }).catch(() => undefined);
    await thread?.end();
  }

  #place({ address, fingerprint }: Target): MirrorPlace {
    const { paths, settings } = this.#dependencies;
    const { stationName, cacheLimitBytes } = settings();
    const folder = libraryFolder(paths, settings());
    return { address, fingerprint, stationName, cacheLimitBytes, libraryFolder: folder };
  }

  #requireIdle(): void {
    if (this.#work === null) return;
    throw new PrestageError({
      code: 'delivery-busy',
      message: 'This station is getting something from another station already.',
      remedy: 'Wait until it has ended, or cancel it. Then try again.',
    });
  }

  #change(change: Partial<Listed>): void {
    if (this.#state.status === 'listed') this.#set({ ...this.#state, ...change });
  }

  #set(state: AppMirror): void {
    this.#state = state;
    this.#changed.fire();
  }
}

function viewOf({ media, images }: Offer): Pick<Listed, 'media' | 'images'> {
  return {
    media: media.map((one) => ({ ...one })),
    images: images.map(({ key, facts, bytes, state }) => ({
      ...{ key, bytes, state, mediaSha256: facts.mediaSha256, imageIndex: facts.imageIndex },
      ...{ layout: facts.layout, driveSize: facts.driveSize, sectorSize: facts.sectorSize },
    })),
  };
}

function usage(message: string, remedy: string): PrestageError {
  return new PrestageError({ code: 'usage', message, remedy });
}

function gone(cause: string): PrestageError {
  return new PrestageError({
    code: 'internal',
    message: 'What gets from other stations has ended unexpectedly.',
    cause,
    remedy: 'Try again: what has come is kept.',
  });
}
