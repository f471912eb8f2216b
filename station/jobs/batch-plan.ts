import type { AtEnd } from '../../core/machine/at-end';
import {
  type BootLoaderSettings,
  type FirmwareTrust,
  type LoaderPlan,
  type RecordedLoader,
} from '../../core/boot/loader-choice';
import { type Bay } from '../../core/drive/bays';
import { type Assignment } from '../../core/job/batch-rules';
import type { DiskRule } from '../../core/drive/disk-rule';
import { type Drive } from '../../core/drive/drive';
import type { DriveHealth } from '../../core/health/health';
import type { ErrorData } from '../../core/base/errors';
import type { HealthRule } from '../../core/health/health-rules';
import type { PlannedErase, ShownErase } from '../../core/sanitise/choose';
import type { NistLevel } from '../../core/sanitise/methods';
import type { Layout } from '../../core/drive/layout';
import { type DriveBefore } from '../../core/job/drive-again';
import type { DrivePast } from '../../core/ledger/drive-past';
import type { MachineDetails } from '../../core/machine/machine';
import type { ReplacedComputer } from '../../core/machine/replaced-computer';
import type { Media, MediaHash, MediaImage } from '../../core/media/media';
import { type MediaDates } from '../../core/media/media-dates';
import type { ExpectedHash } from '../media/media-expectation';
import { type OpenOrder } from '../orders/order-reader';
import { type ChosenMachineFiles, type FilledFile } from '../machine-files/fill-machine-files';

/** What a batch is asked for, and what was looked at and found right before anything is touched. */

/** What the operator asked for. */
export interface BatchRequest {
  readonly mediaPath: string;
  readonly imageIndex: number;
  readonly layoutName: string;
  /** Boot loader that goes on, and what machines trust of which nobody else says it; missing: the media's own, and nothing is known. */
  readonly bootLoader?: BootLoaderSettings;
  /** What the machines trust, said for this batch; missing: as the work order and the settings say. */
  readonly firmwareTrust?: FirmwareTrust | undefined;
  /** File that lists what each machine gets of its own; missing: the media's, or the station's. */
  readonly machineFiles?: string | undefined;
  readonly expectSha256: string | null;
  readonly assignments: readonly Assignment[];
  /** Machines that were meant and are not in the batch, because they do not answer. */
  readonly leftOut?: readonly LeftOut[];
  /** The rule by which disks of machines were chosen; missing: each was named. */
  readonly diskRule?: DiskRule;
  readonly benchDirectory: string | null;
  readonly operator: string;
  /** Why machines that were already shipped are done again; null refuses those that have no reason of their own. */
  readonly againReason: string | null;
  /** Reasons of their own, by serial. */
  readonly againReasons?: ReadonlyMap<string, string>;
  /** Why drives are written that hold a finished image or whose last job failed, by drive id. */
  readonly driveReasons?: ReadonlyMap<string, string>;
  /** What asks for a reason and has none yet is not refused by the plan: whoever asked for it will be asked. */
  readonly asksLater?: boolean;
  /** The enterprise's number for the batch. */
  readonly workOrder: string | null;
  /** What is known of machines beside their serials, by serial. */
  readonly machines?: ReadonlyMap<string, MachineDetails>;
  /** By what the computer knew each drive when it was shown, by id; a drive that is not in it was not looked at before. */
  readonly seen?: ReadonlyMap<string, string | null>;
  /**
   * Machines whose finished images the operator was shown before this was asked for, by drive id: a drive that is not in it
   * was shown without one. Missing: what the plan names is what will be shown.
   */
  readonly shown?: ReadonlyMap<string, string>;
  /** The bays that were set up; their labels go into messages and the record. */
  readonly bays: readonly Bay[];
  /** Machines that would get no driver pack of the media are refused. */
  readonly requireDrivers?: boolean;
  /** What is known of how long the media is of use, beside its signed manifest; null or missing: nothing. */
  readonly dates?: MediaDates | null;
  /** What a drive's health may say. */
  readonly healthRules: readonly HealthRule[];
  /** Each drive is erased securely, and looked at, before its image goes on. Missing: false. */
  readonly sanitise?: boolean;
  /** What that must be at least. Missing: a clear. */
  readonly sanitiseLevel?: NistLevel;
  /** Hidden areas are left as they are. Missing: they are opened and erased. */
  readonly keepHidden?: boolean;
  /** How drives were shown to be erased, by drive id; one that is not in it, or missing: as the plan says. */
  readonly eraseShown?: ReadonlyMap<string, ShownErase>;
  /** What machines of the rack do once their drives are written and recorded; missing: as order, recipe or settings say. */
  readonly atEnd?: AtEnd | undefined;
  /** What was chosen in the app for the same: counts where the order says nothing. */
  readonly endChosen?: AtEnd | null;
  /** The whole drive is written and read back before the image goes on. */
  readonly checkSize: boolean;
  /** What the media's hash was found to be before; null: it is hashed while the batch is prepared. */
  readonly proof: MediaProof | null;
}

/** Why a machine that was already shipped is done again; null: nobody said so, and it is refused. */
export function againReasonOf(
  { againReason, againReasons }: Pick<BatchRequest, 'againReason' | 'againReasons'>,
  machineSerial: string,
): string | null {
  return againReasons?.get(machineSerial) ?? againReason;
}

/** Why a drive with a past is written; null: nobody said so, and it is refused. */
export function driveReasonOf(
  request: Pick<BatchRequest, 'againReason' | 'againReasons' | 'driveReasons'>,
  driveId: string,
  machineSerial: string,
  { held }: DriveBefore,
): string | null {
  // Whoever said why a machine gets another drive said enough for the drive that holds this machine's own image.
  const own = held?.machineSerial === machineSerial ? request.againReasons?.get(machineSerial) : undefined;
  return request.driveReasons?.get(driveId) ?? own ?? request.againReason;
}

/** A media file's hash, with what tells whether its files are still the ones that were hashed. */
export interface MediaProof {
  readonly hash: MediaHash;
  /** As {@link mediaMark} gave it, before and after the hashing. */
  readonly mark: string;
}

/** One drive that will be erased, and for which machine. */
export interface PlannedJob {
  readonly drive: Drive;
  readonly machineSerial: string;
  /** The machine was shipped before, and the operator said why it is done again. */
  readonly again: boolean;
  /** Machine whose finished image the drive is, or was, shown to hold; null when none. */
  readonly holdsMachine: string | null;
  /** What is known of the drive that it is only written for a reason for. */
  readonly before: DriveBefore;
  /** What the ledger tells of the drive, as the listing shows it. */
  readonly past: DrivePast;
  /** What the drive says of its health. */
  readonly health: DriveHealth;
  /** What is known of the machine beside its serial; null when nothing is. */
  readonly machine: MachineDetails | null;
  /** Files that only this machine's drive gets. */
  readonly files: readonly FilledFile[];
  /** The computer whose place the machine takes; null: none that is known. */
  readonly replaces: ReplacedComputer | null;
  /** The boot loader that goes on, and what the machine's firmware trusts; null where the programs were not read. */
  readonly loader: RecordedLoader | null;
  /** How the drive will be erased securely; missing where that was not asked for. */
  readonly erase?: PlannedErase;
  /** Its driver pack on the media; null: none of them. Missing: the media has none. */
  readonly driverPack?: string | null;
}

/** Bytes that the drive of a job has when its image goes on: more than now where its hidden areas are opened. */
export function sizeWhenWritten({ drive, erase }: Pick<PlannedJob, 'drive' | 'erase'>): number {
  return erase?.lift?.size ?? drive.size;
}

/** A drive in a machine of a rack that its batch goes on without, because the machine does not answer. Nothing was written to it. */
export interface LeftOut {
  /** Null: which of its drives was meant is not known. */
  readonly driveId: string | null;
  readonly machineSerial: string;
  readonly reason: ErrorData;
}

/** Everything that was looked at and found right. Nothing has been touched. */
export interface BatchPlan {
  readonly media: Media;
  readonly image: MediaImage;
  readonly expected: ExpectedHash;
  /** Changes when a file of the media changes. */
  readonly mediaMark: string;
  /** How the media was looked into. */
  readonly look: {
    /** As `lookVersions` gives them. */
    readonly versions: string;
    /** Hash of the bytes in which a look was made that was kept; null: the media was looked into now. */
    readonly sha256: string | null;
    /** The media is one file, which nobody changed while it was looked into. */
    readonly isWhole: boolean;
  };
  readonly layout: Layout;
  /** The boot loaders that will lie on the drives. */
  readonly loader: LoaderPlan;
  /** Why machines that trust certain certificates may not start the drives. */
  readonly loaderWarnings: readonly string[];
  readonly jobs: readonly PlannedJob[];
  readonly leftOut: readonly LeftOut[];
  /** What machines of a rack do at the end, whoever said it. */
  readonly atEnd: AtEnd;
  /** Files that each machine gets of its own. */
  readonly machineFiles: ChosenMachineFiles;
  /** What to know of them. */
  readonly machineFileNotices: readonly string[];
  /** The order that is open on the station; null when none is. */
  readonly order: OpenOrder | null;
  /** Machines that get no driver pack, in sentences. */
  readonly driverWarnings: readonly string[];
  /** What to know of the media's dates, though they hold. */
  readonly dateWarnings: readonly string[];
  /** Media and state: must not be on a drive that is written. */
  readonly protectedPaths: readonly string[];
}
