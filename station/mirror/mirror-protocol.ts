import type { Task } from '../../core/base/task';
import type { HostAndPort } from '../../core/settings/rack-settings';
import type { StatePaths } from '../state/state-paths';
import type { GotRecord, Offer } from './mirror';

/** What the thread that gets from another station for the app needs from the start. */
export interface MirrorWorkerData {
  readonly paths: StatePaths;
  /** The argv that starts the helper. Absolute paths. */
  readonly helper: readonly [string, ...string[]];
  /** Of Prestage. */
  readonly version: string;
}

/** The other station, and this one as it is set up just now. */
export interface MirrorPlace {
  readonly address: HostAndPort;
  /** SHA-256 of the other station's certificate. */
  readonly fingerprint: string;
  /** What this station calls itself. */
  readonly stationName: string;
  readonly libraryFolder: string;
  readonly cacheLimitBytes: number;
}

/** What the thread is asked, one of `reach` and `get` at a time. */
export type MirrorRequest =
  /** Waits until the other station has admitted this one, and says what it holds. */
  | { readonly verb: 'reach'; readonly place: MirrorPlace }
  | {
      readonly verb: 'get';
      readonly place: MirrorPlace;
      /** SHA-256 of media, and names of disk images. */
      readonly media: readonly string[];
      readonly images: readonly string[];
      readonly operator: string;
      /** Day until which the open work order ships; null: none does. */
      readonly shipBy: string | null;
    }
  /** What was told last, as it stands here now. */
  | { readonly verb: 'offer'; readonly place: MirrorPlace }
  /** Ends what is under way: that is then rejected as cancelled. */
  | { readonly verb: 'cancel' }
  /** Ends the helper that the thread started. */
  | { readonly verb: 'close' };

export interface MirrorAnswers {
  readonly reach: { readonly station: string; readonly offer: Offer };
  readonly get: null;
  readonly offer: Offer;
  readonly cancel: null;
  readonly close: null;
}

/** What the thread says unasked. */
export type MirrorTold =
  | { readonly told: 'waiting'; readonly code: string; readonly station: string }
  | { readonly told: 'silent'; readonly silent: boolean }
  /** @see Coming */
  | { readonly told: 'progress'; readonly id: string; readonly progress: Task }
  /** Something has come whole: it is to be recorded. */
  | { readonly told: 'got'; readonly record: GotRecord };
