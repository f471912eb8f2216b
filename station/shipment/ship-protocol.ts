import type { BundleReport, ShipList } from '../../core/contract/app-shipments';
import type { ErrorData } from '../../core/base/errors';
import type { AppendContext } from '../ledger/ledger';
import type { StatePlaces } from '../state/state-paths';

/** What the thread is asked. Both ends are ours and of one build: no schema stands between. */
export type ShipRequest =
  | { readonly verb: 'list' }
  | {
      readonly verb: 'close';
      readonly number: string;
      readonly serials: readonly string[];
      readonly file: string;
      readonly append: AppendContext;
    }
  | { readonly verb: 'again'; readonly number: string; readonly file: string };

export interface ShipAnswers {
  readonly list: ShipList;
  readonly close: BundleReport;
  readonly again: BundleReport;
}

export type ShipPlaces = Pick<StatePlaces, 'ledgerFile' | 'headFile' | 'keyFile' | 'publicKeyFile'>;

/** The thread's data. */
export interface ShipWork {
  readonly places: ShipPlaces;
  readonly request: ShipRequest;
}

export type ShipReply =
  | { readonly ok: true; readonly value: ShipAnswers[ShipRequest['verb']] }
  | { readonly ok: false; readonly error: ErrorData };
