import type { BundleReport, ShipList, ShipmentPapers } from '../../core/contract/app-shipments';
import type { AppendContext } from '../ledger/ledger';

/** What the shipments' worker is asked. */
export type ShipRequest =
  | { readonly verb: 'list' }
  | {
      readonly verb: 'close';
      readonly number: string;
      readonly serials: readonly string[];
      readonly file: string;
      /** Somebody has said that a file of that name may go. */
      readonly replace: boolean;
      readonly append: AppendContext;
    }
  | { readonly verb: 'papers'; readonly number: string }
  | { readonly verb: 'again'; readonly number: string; readonly file: string; readonly replace: boolean };

export interface ShipAnswers {
  readonly list: ShipList;
  readonly papers: ShipmentPapers;
  readonly close: BundleReport;
  readonly again: BundleReport;
}
