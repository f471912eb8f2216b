import './thread-pool';
import '../../core/base/uncompiled-schemas';
// Before what follows: the tools that it asks answer while all else is read.
import { versions } from './early-versions';
import { release } from 'node:os';
import { helperMethods, helperProtocolVersion } from '../../core/contract/helper-api';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { elevatedCaller } from '../tools/caller';
import { diffMedia } from '../delivery/diff-media';
import { gatherParts } from '../delivery/gather-parts';
import { rebuildMedia } from '../delivery/rebuild-media';
import { splitMedia } from '../delivery/send-media';
import { verifyCms } from '../delivery/verify-cms';
import { listControllers, listDrives } from '../drives/list-drives';
import { readHealth } from '../health/read-health';
import { makeLiveData, openLiveData } from '../live-setup/data-partition';
import { forgetImageDisk, makeImageDisk, openImageDisk, requireForImages } from '../live-setup/image-disk';
import { readLiveState } from '../live-setup/live-state';
import { notePage } from '../live-setup/note-page';
import { closeOtherDisk, openOtherDisk } from '../live-setup/other-disk';
import { powerOff } from '../live-setup/power-off';
import { applyKeptStation, setLiveStation } from '../live-setup/set-station';
import { unlockOwnDisk } from '../live-setup/unlock-disk';
import { writeLiveSlot } from '../live-setup/write-slot';
import { readMachine } from '../machine/read-machine';
import { hashMedia } from '../media/hash-media';
import { listContents } from '../media/list-contents';
import { createMedia } from '../media-create/create-media';
import { MediaInspector } from '../media/inspect-once';
import { readMediaVariables } from '../media/media-variables';
import { makeTrainingMedia } from '../media/training-media';
import { verifyMedia } from '../media/verify-media';
import { checkDriveSize, eraseTables, runJob, verifyDrive } from '../pipeline/job-runner';
import { hasHungThread } from '../pipeline/drive-thread';
import { holdToLook, type OpenedDrive } from '../pipeline/open-drive';
import { readDiskGuid } from '../pipeline/read-disk-guid';
import { requireUnused } from '../pipeline/require-unused';
import { liftHidden } from '../sanitise/lift-hidden';
import { lookAtAbilities, prepareSanitise, sanitiseDrive, type Ended } from '../sanitise/sanitise';
import { findToLook, Reservations } from '../pipeline/reservation';
import { createDriveImage } from '../disk-image/create-drive-image';
import { checkDiskImage } from '../disk-image/check-disk-image';
import { growDiskImage } from '../disk-image/grow-disk-image';
import { makeDiskImage } from '../disk-image/make-disk-image';
import { storesAreMade } from '../disk-image/store-template';
import { bootTestDrive } from '../boot-test/boot-test';
import { listBootInterfaces } from '../netboot/interfaces';
import { closeBootImage, openBootImage } from '../netboot/open-boot-image';
import { serveBoot } from '../netboot/serve-boot';
import { ownVersion } from '../tools/versions';
import { agentMode, forAgent } from './agent-mode';
import { withPrivilege } from './allowed-methods';
import { MachineEnd } from './machine-end';
import { reportOf } from './report-of';
import {
  claimStdout,
  obeySignals,
  serveHelper,
  type HandlerContext,
  type HelperHandlers,
} from './rpc-server';

/** The helper: serves core/contract/helper-api.ts over stdin and stdout until its input ends. */

const version = ownVersion();
const reservations = new Reservations();
const inspector = new MediaInspector();
const elevated = elevatedCaller() !== null;
const agent = agentMode(process.argv.slice(2));
const machineEnd = new MachineEnd(agent);
// The caller's PATH must not choose what runs with privilege.
if (elevated) process.env['PATH'] = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Sends progress of work on a drive, and shows it on the machine's screen. */
function shownReport(
  phase: 'sanitising' | 'sizing' | 'verifying',
  { progressToken: token }: { readonly progressToken: string },
  { taskProgress }: Pick<HandlerContext, 'taskProgress'>,
): (done: number, total: number) => void {
  machineEnd.work(phase, null);
  return (done, total) => {
    taskProgress({ token, phase, done, total });
    machineEnd.work(phase, { done, total });
  };
}

/** Works on a reserved drive that stays reserved, unless its thread hangs. */
async function onReserved<T>(
  reservation: string,
  work: (opened: OpenedDrive) => Promise<Ended<T>>,
): Promise<T> {
  const opened = reservations.take(reservation);
  let hangs = false;
  try {
    const ended = await work(opened);
    ({ hangs } = ended);
    return ended.answer;
  } finally {
    if (!hangs) reservations.giveBack(reservation, opened);
  }
}

const handlers: HelperHandlers = {
  // The protocol's version was compared before (rpc-server.ts).
  hello: async () => ({
    protocolVersion: helperProtocolVersion,
    version,
    pid: process.pid,
    uid: process.geteuid?.() ?? -1,
    versions: {
      prestage: version,
      node: process.versions.node,
      kernel: release(),
      ...(await versions),
    },
  }),
  readMachine: async (_, { signal }) => await readMachine('/sys', signal),
  listDrives: async (request) => ({
    drives: await listDrives(request),
    controllers: await listControllers(request),
  }),
  readLive: async () => ({ live: await readLiveState() }),
  unlockOwnDisk: async (request) => {
    await unlockOwnDisk(request, await findToLook(null));
    return {};
  },
  openOtherDisk: async (request) => {
    await openOtherDisk(request, await findToLook(null));
    return {};
  },
  closeOtherDisk: async () => {
    await closeOtherDisk();
    return {};
  },
  lookAtImageDisk: async (request) => {
    await requireForImages(request, await findToLook(null), requireUnused);
    return { diskGuid: await readDiskGuid({ ...request, benchDirectory: null }) };
  },
  makeImageDisk: async (request) => {
    await makeImageDisk(request, await findToLook(null), requireUnused, holdToLook);
    return {};
  },
  openImageDisk: async () => {
    await openImageDisk();
    return {};
  },
  forgetImageDisk: async () => {
    await forgetImageDisk();
    return {};
  },
  makeLiveData: async ({ key }, { signal }) => {
    await makeLiveData(key, signal);
    return {};
  },
  openLiveData: async ({ key }, { signal }) => {
    await openLiveData(key, signal);
    await applyKeptStation();
    // The records are there. What is missing beside them is told, and keeps drives from being written.
    await openImageDisk().catch(() => undefined);
    return {};
  },
  setLiveStation: async (request) => {
    await setLiveStation(request);
    return {};
  },
  writeLiveSlot: async (request, context) =>
    await writeLiveSlot(request, reportOf(request, context), context.signal),
  noteLivePage: async () => {
    await notePage();
    return {};
  },
  powerOffLive: async () => {
    await powerOff('poweroff');
    return {};
  },
  restartLive: async () => {
    await powerOff('reboot');
    return {};
  },
  listBootInterfaces: async (_, { signal }) => ({ interfaces: await listBootInterfaces(signal) }),
  openBootImage: async (request, context) => {
    const report = reportOf(request, context);
    return await openBootImage(
      request.path,
      (done, total) => {
        report('hashing', done, total);
      },
      context.signal,
    );
  },
  closeBootImage: async ({ folder }) => {
    await closeBootImage(folder);
    return {};
  },
  serveBoot: async ({ progressToken: token, ...request }, { signal, taskProgress }) =>
    await serveBoot(
      request,
      () => {
        taskProgress({ token, phase: 'checking', done: 1, total: 1 });
      },
      signal,
    ),
  tellMachine: async (request) => await machineEnd.tell(request),
  inspectMedia: async ({ path, imageIndex }, { signal }) => await inspector.inspect(path, imageIndex, signal),
  createMedia: async ({ progressToken: token, ...plan }, { signal, taskProgress }) =>
    await createMedia(
      plan,
      (task) => {
        taskProgress({ token, ...task });
      },
      signal,
    ),
  listContents: async (request, { signal, taskProgress }) =>
    await listContents(
      request,
      (done, total) => {
        taskProgress({ token: request.progressToken, phase: 'hashing', done, total });
      },
      signal,
    ),
  readMediaVariables: async (request, { signal }) => await readMediaVariables(request, signal),
  hashMedia: async ({ progressToken: token, files }, { signal, taskProgress }) =>
    await hashMedia(
      files,
      (done, total) => {
        taskProgress({ token, phase: 'hashing', done, total });
      },
      signal,
    ),
  verifyMedia: async ({ progressToken: token, path }, { signal, taskProgress }) =>
    await verifyMedia(
      path,
      (progress) => {
        taskProgress({ token, ...progress });
      },
      signal,
    ),
  splitMedia: async (request, context) =>
    await splitMedia(request, reportOf(request, context), context.signal),
  diffMedia: async (request, context) => await diffMedia(request, reportOf(request, context), context.signal),
  gatherParts: async (request, context) =>
    await gatherParts(request, reportOf(request, context), context.signal),
  rebuildMedia: async (request, context) =>
    await rebuildMedia(request, reportOf(request, context), context.signal),
  verifyCms: async (request, { signal }) => await verifyCms(request, signal),
  makeTrainingMedia: async ({ directory }, { signal }) => await makeTrainingMedia(directory, signal),
  makeDiskImage: async (request, { signal, taskProgress }) =>
    await makeDiskImage(
      request,
      inspector,
      (progress) => {
        taskProgress({ token: request.progressToken, ...progress });
      },
      signal,
    ),
  growDiskImage: async (request) => await growDiskImage(request),
  createDriveImage: async (request, { signal }) => await createDriveImage(request, signal),
  checkDiskImage: async ({ progressToken: token, directory }, { signal, taskProgress }) =>
    await checkDiskImage(
      directory,
      (progress) => {
        taskProgress({ token, ...progress });
      },
      signal,
    ),
  reserveDrives: async (request, { signal }) =>
    machineEnd.reserved(await reservations.reserve(request, signal)),
  releaseDrive: async ({ reservation }) => {
    await reservations.release(reservation);
    machineEnd.released(reservation);
    return {};
  },
  runJob: async (request, { signal }) => {
    const opened = reservations.take(request.reservation);
    const job = await runJob(
      opened,
      request,
      (state) => {
        server.jobProgress({ jobId: request.jobId, job: state });
        machineEnd.job(state);
      },
      signal,
      agent?.socket ?? null,
    );
    if (job.state === 'done') {
      reservations.keepUntilRecorded(request.reservation, opened);
      machineEnd.wrote(opened.drive.path);
    }
    return job;
  },
  eraseTables: async ({ reservation, stallMilliseconds }) => {
    await eraseTables(reservations.take(reservation), stallMilliseconds).finally(() => {
      machineEnd.released(reservation);
    });
    return {};
  },
  readAbilities: async (request, { signal }) => {
    const find = await findToLook(request.benchDirectory);
    const drives = request.drives.map(find);
    return { abilities: await Promise.all(drives.map((drive) => lookAtAbilities(drive, signal))) };
  },
  prepareSanitise: async ({ reservation, stallMilliseconds }, { signal }) =>
    await onReserved(reservation, (opened) => prepareSanitise(opened, stallMilliseconds, signal)),
  liftHidden: async ({ reservation, size }, { signal }) => {
    let held = reservations.take(reservation);
    try {
      const search = (): Promise<OpenedDrive | null> => reservations.findGrown(reservation, held, size);
      const end = await liftHidden(held, size, search, signal);
      if (end.state === 'kept') return end;
      held = end.opened;
      return { state: 'lifted', drive: held.drive };
    } finally {
      reservations.giveBack(reservation, held);
    }
  },
  sanitiseDrive: async (request, context) =>
    await onReserved(request.reservation, (opened) =>
      sanitiseDrive(opened, request, shownReport('sanitising', request, context), context.signal),
    ),
  checkSize: async (request, context) =>
    await checkDriveSize(
      reservations.take(request.reservation),
      request.stallMilliseconds,
      shownReport('sizing', request, context),
      context.signal,
    ),
  readHealth: async (request, { signal }) =>
    await readHealth(request, await findToLook(request.benchDirectory), holdToLook, signal),
  readDiskGuid: async (request) => ({ diskGuid: await readDiskGuid(request) }),
  verifyDrive: async (request, context) => {
    try {
      const report = shownReport('verifying', request, context);
      return await verifyDrive(request, report, context.signal, agent?.socket ?? null);
    } finally {
      machineEnd.over();
    }
  },
  bootTestDrive: async (request, { signal, taskProgress }) =>
    await bootTestDrive(
      request,
      (done, total) => {
        taskProgress({ token: request.progressToken, phase: 'rehearsing', done, total });
      },
      signal,
    ),
};

const refuse = async (): Promise<never> => {
  await Promise.resolve();
  throw new PrestageError({
    code: 'helper-protocol',
    message: 'The helper received, with administrator rights, a request that needs none.',
    remedy: 'Nothing was done. Reinstall Prestage: its parts do not match.',
  });
};
const refused: Partial<HelperHandlers> = Object.fromEntries(
  Object.keys(helperMethods)
    .filter((method) => elevated && !withPrivilege.has(method))
    .map((method) => [method, refuse]),
);

const all: HelperHandlers = { ...handlers, ...refused };
const server = serveHelper(agent === null ? all : forAgent(all, agent), {
  input: process.stdin,
  output: claimStdout(),
});
obeySignals(server);

void server.closed.then(async () => {
  await reservations.end(async (opened) => {
    await eraseTables(opened, timeouts.driveStall);
  });
  await storesAreMade();
  // process.exit waits for every thread, and one that hangs in the kernel never comes back.
  if (hasHungThread()) process.kill(process.pid, 'SIGKILL');
  process.exit(0);
});
