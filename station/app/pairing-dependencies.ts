import type { BatchState } from '../../core/contract/app-batch';
import type { AppBootTest, AppJob, DrivesState } from '../../core/contract/app-bench';
import type { Drive } from '../../core/drive/drive';
import type { OrderLeft } from '../../core/flow/flow';
import type { DriveBefore } from '../../core/job/drive-again';
import type { AtEnd } from '../../core/machine/at-end';
import type { DrivePast } from '../../core/ledger/drive-past';
import type { LiveForPairing } from '../../core/pairing/own-step';
import type { MediaState } from '../../core/media/media-state';
import type { JobMedia } from '../../core/pairing/job-media';
import type { AppSettings } from '../../core/settings/settings';
import type { ScanMemory } from './scan-memory';

/** What the pairing has to know of the app's other services. */
export interface PairingServiceDependencies {
  readonly settings: () => AppSettings;
  readonly drives: () => DrivesState;
  /** IDs of the rack's machines that are connected. */
  readonly connected: () => ReadonlySet<string>;
  /** Codes of machines that ask to be let into it. */
  readonly codes: () => readonly string[];
  readonly media: () => MediaState;
  /** What scans of a media file are compared with. */
  readonly jobMedia: () => JobMedia;
  readonly batch: () => BatchState;
  /** Drives that are erased or checked for no machine now. */
  readonly atWork: () => readonly string[];
  readonly jobs: () => readonly AppJob[];
  readonly bootTests: () => readonly AppBootTest[];
  readonly memory: ScanMemory;
  /** When a machine last got a finished drive: ISO 8601, or null. */
  readonly shippedOn: (machineSerial: string) => string | null;
  /** What an attached drive holds, and how its last job ended. */
  readonly pastOf: (drive: Drive) => DrivePast;
  /** What is known of an attached drive that is only written for a reason. */
  readonly driveBefore: (driveId: string) => DriveBefore;
  /** Whether the open order lets a machine have a drive. */
  readonly inOrder: (machineSerial: string) => boolean;
  /** Whether the open work order itself names a machine. */
  readonly isOrdered: (machineSerial: string) => boolean;
  /** Number of the work order that is open; null: none is. */
  readonly openOrder: () => string | null;
  /** What it says that machines of the rack do at the end; null: nothing. */
  readonly orderEnd: () => AtEnd | null;
  /** What is left of it; null: none with a list is open. */
  readonly orderLeft: () => OrderLeft | null;
  /** Machines whose drives were confirmed as taken out and are in no shipment. */
  readonly takenOut: () => readonly string[];
  /** Machines whose cards with PASS went since the last start, and that are in no shipment. */
  readonly gone: () => readonly string[];
  /** The stick that the station runs from; null: from none. */
  readonly live: () => Pick<LiveForPairing, 'own'> | null;
  /** How many notices are on the screen. */
  readonly notices: () => number;
}
