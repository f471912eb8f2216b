import type { BundleReport, ShipList } from '../../core/contract/app-shipments';
import type { AppendContext } from '../ledger/ledger';

/** What the shipments' worker is asked. */
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
