import type { BundleReport, ShipList, ShipmentPapers } from '../../core/contract/app-shipments';
import type { LabelSettings } from '../../core/label/label-settings';
import type { AppendContext } from '../ledger/ledger';

/** Which labels. */
export type LabelChoice =
  | { readonly of: 'machine'; readonly machineSerial: string }
  | { readonly of: 'shipment'; readonly number: string }
  | { readonly of: 'test'; readonly stationName: string };

/** How they are made. */
export type LabelLook = Pick<LabelSettings, 'form' | 'size' | 'dpi'>;

export interface MadeLabels {
  readonly bytes: Uint8Array;
  /** What it is called among the jobs of the queue. */
  readonly title: string;
  /** The labels, for a message: `The label of machine X`. */
  readonly what: string;
  readonly count: number;
  /** Machines of the shipment without a label, and why: a sentence each. */
  readonly left: readonly string[];
}

/** The certificate of a drive that was erased for no machine. */
export interface EraseCertificate {
  readonly bytes: Uint8Array;
  /** The entry that it is of. */
  readonly entry: number;
  /** What the file may be called. */
  readonly fileName: string;
}

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
  /** Of a drive that was erased for no machine. */
  | { readonly verb: 'erase-certificate'; readonly sequence: number }
  | { readonly verb: 'labels'; readonly choice: LabelChoice; readonly look: LabelLook }
  | { readonly verb: 'again'; readonly number: string; readonly file: string; readonly replace: boolean };

export interface ShipAnswers {
  readonly list: ShipList;
  readonly papers: ShipmentPapers;
  readonly labels: MadeLabels;
  readonly 'erase-certificate': EraseCertificate;
  readonly close: BundleReport;
  readonly again: BundleReport;
}
