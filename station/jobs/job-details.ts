import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { RecordedAgent } from '../../core/machine/admission';
import { driveAgainOf } from '../../core/job/drive-again';
import type { JobDetails } from '../../core/ledger/record';
import type { MediaHash } from '../../core/media/media';
import { recordedHashSource } from '../../core/media/media-state';
import { recoveryFor } from '../../core/media/recovery';
import { heldFor } from '../drives/drive-before';
import { attachmentMember, recordedDrive } from '../drives/finished-drive';
import { recordedFiles } from '../machine-files/fill-machine-files';
import {
  againReasonOf,
  driveReasonOf,
  type BatchPlan,
  type BatchRequest,
  type PlannedJob,
} from './batch-plan';
import type { DriveGuids, DriveImage, ReservedJob } from './run-job';

/** What a job is asked to do, as its ledger entries say it. */

export function detailsOf(
  batchId: string,
  {
    planned,
    previousDiskGuid,
    foundMachine,
  }: Pick<ReservedJob, 'planned' | 'previousDiskGuid' | 'foundMachine'>,
  request: BatchRequest,
  plan: BatchPlan,
  hash: MediaHash,
  image: DriveImage,
  guids: DriveGuids,
  agent: RecordedAgent | null = null,
): JobDetails {
  const { drive, machineSerial } = planned;
  return {
    jobId: randomUUID(),
    batchId,
    machineSerial,
    drive: recordedDrive(drive),
    media: {
      fileName: basename(plan.media.path),
      sha256: hash.sha256,
      bytes: plan.media.bytes,
      guid: plan.media.guid,
      expected: recordedHashSource(plan.expected.source),
      ...(plan.expected.signed === null ? {} : { signedManifest: plan.expected.signed }),
      ...(plan.media.leftOut.length === 0 ? {} : { leftOut: plan.media.leftOut }),
    },
    image: { index: plan.image.index, name: plan.image.name },
    layout: plan.layout.name,
    ...recoveryMember(plan),
    ...(planned.loader === null ? {} : { loader: planned.loader }),
    fingerprint: image.fingerprint,
    ...(image.from === null ? {} : { imageFrom: image.from }),
    ...guids,
    ...(previousDiskGuid === undefined ? {} : { previousDiskGuid }),
    ...attachmentMember(drive),
    againReason: planned.again ? againReasonOf(request, planned.machineSerial) : null,
    ...driveAgainMember(planned, request, foundMachine),
    ...workOrderOf(request, plan),
    ...(planned.machine === null ? {} : { machine: planned.machine }),
    // What an agent tells of its machine's disks says nothing of who images them: the station does.
    ...(drive.ownDisk === undefined || agent !== null ? {} : { ownDisk: drive.ownDisk }),
    ...(agent === null ? {} : { agent }),
    ...recordedFiles(planned.files),
    ...(planned.driverPack === undefined
      ? {}
      : { driverPack: planned.driverPack === null ? null : { name: planned.driverPack } }),
    ...(planned.replaces === null ? {} : { replaces: planned.replaces }),
  };
}

function recoveryMember({ layout, media }: BatchPlan): Pick<JobDetails, 'recovery'> {
  const recovery = recoveryFor(layout, media);
  return recovery === null ? {} : { recovery };
}

/** Why a drive with a past is written, as record and card keep it. @param foundMachine as in the reserved job */
export function driveAgainMember(
  { drive, machineSerial, before }: PlannedJob,
  request: BatchRequest,
  foundMachine: string | null,
): Pick<JobDetails, 'driveAgain'> {
  const whole = foundMachine === null ? before : { ...before, held: heldFor(foundMachine).held };
  const again = driveAgainOf(whole, driveReasonOf(request, drive.id, machineSerial, whole));
  return again === null ? {} : { driveAgain: again };
}

function workOrderOf(
  { workOrder }: BatchRequest,
  { order }: BatchPlan,
): Pick<JobDetails, 'workOrder' | 'orderId'> {
  if (order !== null) return { workOrder: order.order.number, orderId: order.orderId };
  return workOrder === null ? {} : { workOrder };
}
