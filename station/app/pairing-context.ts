import type { BatchState } from '../../core/contract/app-batch';
import type { AppBootTest, AppJob, DrivesState } from '../../core/contract/app-bench';
import type { OrderLeft } from '../../core/flow/flow';
import type { MediaState } from '../../core/media/media-state';
import type { PairingContext } from '../../core/pairing/pairing';
import type { ScanContext } from '../../core/scan/scan';
import type { AppSettings } from '../../core/settings/settings';
import type { LedgerReader } from '../ledger/ledger-reader';
import { jobsForPairing } from './jobs-for-pairing';
import type { ScanMemory } from './scan-memory';

export interface PairingServiceDependencies {
  readonly settings: () => AppSettings;
  readonly drives: () => DrivesState;
  readonly media: () => MediaState;
  readonly batch: () => BatchState;
  readonly jobs: () => readonly AppJob[];
  readonly bootTests: () => readonly AppBootTest[];
  readonly memory: ScanMemory;
  readonly ledger: Pick<LedgerReader, 'findShipped' | 'findDoneByGuid'>;
  /** The machine for which a drive with this attachment was finished, when the listing cannot know it. */
  readonly finishedFor: (attachment: string | null) => string | null;
  /** Whether the open order lets a machine have a drive. */
  readonly inOrder: (machineSerial: string) => boolean;
  /** Whether the open work order itself names a machine. */
  readonly isOrdered: (machineSerial: string) => boolean;
  /** Number of the work order that is open; null: none is. */
  readonly openOrder: () => string | null;
  /** What is left of it; null: none with a list is open. */
  readonly orderLeft: () => OrderLeft | null;
}

/** What a barcode is compared with. */
export function scanContext({ settings, drives, isOrdered }: PairingServiceDependencies): ScanContext {
  const { drives: attached, bays } = drives();
  return { settings: settings(), bays, drives: attached, isOrdered };
}

/** The world as the pairing sees it; when the same text was scanned before, a scan says itself. */
export function pairingContext(
  dependencies: PairingServiceDependencies,
  own: {
    readonly againReasons: ReadonlyMap<string, string>;
    readonly starting: boolean;
    readonly sinceLastPair: number | null;
  },
): PairingContext {
  const { settings, drives, media, batch, jobs, bootTests, ledger } = dependencies;
  const { inOrder, isOrdered, openOrder, orderLeft } = dependencies;
  return {
    operator: batch().operator,
    mediaStatus: media().status,
    drives: drives().drives,
    bays: drives().bays,
    ...jobsForPairing(jobs(), bootTests()),
    scanSettings: settings(),
    isOrdered,
    inOrder,
    shippedOn: (serial) => ledger.findShipped(serial)?.entry.time ?? null,
    againAllowed: (serial) => own.againReasons.has(serial),
    openOrder,
    orderLeft,
    workOrder: batch().workOrder,
    sinceLastSame: null,
    sinceLastRead: null,
    sinceLastPair: own.sinceLastPair,
    starting: own.starting,
  };
}
