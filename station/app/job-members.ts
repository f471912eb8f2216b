import type { AppJob } from '../../core/contract/app-bench';
import { placeOf } from '../../core/drive/drive';
import { againReasonOf, type BatchRequest, type PlannedJob } from '../jobs/batch-plan';
import { driveAgainMember } from '../jobs/job-details';

/** A card whose drive is held, and of which nothing has been written. */
export function preparingView(job: PlannedJob, request: BatchRequest): AppJob {
  const { drive, machineSerial, again } = job;
  const againReason = again ? againReasonOf(request, machineSerial) : null;
  return {
    driveId: drive.id,
    attachment: drive.attachment,
    bay: placeOf(drive),
    machineSerial,
    state: { state: 'preparing', task: null },
    startedAt: new Date().toISOString(),
    endedAt: null,
    ledgerEntry: null,
    canCancel: true,
    canRetry: false,
    ...(againReason === null ? {} : { againReason }),
    ...driveAgainMember(job, request, null),
    ...machineMembers(job),
  };
}

/** What the card's details tell of the machine. */
function machineMembers({
  machine,
  replaces,
  driverPack,
  files,
  loader,
}: PlannedJob): Pick<AppJob, 'machine' | 'replaces' | 'driverPack' | 'machineFiles' | 'loader'> {
  const { computerName, model } = machine ?? {};
  const known = computerName !== undefined || model !== undefined;
  return {
    ...(known
      ? {
          machine: {
            ...(computerName === undefined ? {} : { computerName }),
            ...(model === undefined ? {} : { model }),
          },
        }
      : {}),
    ...(replaces === null ? {} : { replaces }),
    ...(driverPack === undefined ? {} : { driverPack }),
    ...(files.length === 0 ? {} : { machineFiles: files.map(({ path }) => path) }),
    ...(loader === null ? {} : { loader }),
  };
}
