import './thread-pool';
import { release } from 'node:os';
import { engineProtocolVersion } from '../../core/contract/engine';
import { PrestageError } from '../../core/errors';
import { timeouts } from '../../core/timeouts';
import { elevatedCaller } from '../caller';
import { listDrives } from '../drives/list';
import { hashMedia } from '../media/hash-media';
import { MediaInspector } from '../media/inspect-once';
import { verifyMedia } from '../media/verify';
import { eraseTables, runJob, verifyDrive } from '../pipeline/job-runner';
import { hasHungThread } from '../pipeline/drive-thread';
import { Reservations } from '../pipeline/reservation';
import { checkRender } from '../render/check-render';
import { makeRender } from '../render/make-render';
import { toolVersions } from '../tools/versions';
import { ownVersion } from '../version';
import { claimStdout, obeySignals, serveEngine, type EngineHandlers } from './rpc-server';

/** The helper: serves core/contract/engine.ts over stdin and stdout until its input ends. */

const version = ownVersion();
const reservations = new Reservations();
const inspector = new MediaInspector();

const handlers: EngineHandlers = {
  hello: async (request) => {
    if (request.protocolVersion !== engineProtocolVersion) {
      throw new PrestageError({
        code: 'helper-outdated',
        message: `The helper speaks version ${engineProtocolVersion} and was asked for ${request.protocolVersion}.`,
        remedy: 'Install Prestage again: its parts are of different versions.',
      });
    }
    return {
      protocolVersion: engineProtocolVersion,
      version,
      pid: process.pid,
      uid: process.geteuid?.() ?? -1,
      versions: {
        prestage: version,
        node: process.versions.node,
        kernel: release(),
        ...(await toolVersions()),
      },
    };
  },
  listDrives: async (request) => ({ drives: await listDrives(request) }),
  inspectMedia: async ({ path, imageIndex }, { signal }) => await inspector.inspect(path, imageIndex, signal),
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
  makeRender: async (request, { signal, taskProgress }) =>
    await makeRender(
      request,
      inspector,
      (progress) => {
        taskProgress({ token: request.progressToken, ...progress });
      },
      signal,
    ),
  checkRender: async ({ progressToken: token, directory }, { signal, taskProgress }) =>
    await checkRender(
      directory,
      (progress) => {
        taskProgress({ token, ...progress });
      },
      signal,
    ),
  reserveDrives: async (request) => await reservations.reserve(request),
  releaseDrive: async ({ reservation }) => {
    await reservations.release(reservation);
    return {};
  },
  runJob: async (request, { signal }) => {
    const opened = reservations.take(request.reservation);
    const job = await runJob(
      opened,
      request,
      (state) => {
        server.jobProgress({ jobId: request.jobId, job: state });
      },
      signal,
    );
    if (job.state === 'done') reservations.keepUntilRecorded(request.reservation, opened);
    return job;
  },
  eraseTables: async ({ reservation }) => {
    await eraseTables(reservations.take(reservation), timeouts.driveStall);
    return {};
  },
  verifyDrive: async (request, { signal, taskProgress }) =>
    await verifyDrive(
      request,
      (done, total) => {
        taskProgress({ token: request.progressToken, phase: 'verifying', done, total });
      },
      signal,
    ),
};

/**
 * What needs no privilege is not done with privilege: a helper that sudo or pkexec started reads no media and
 * makes no files. Its caller has another helper for that.
 */
const forCallersOwnHelper = async (): Promise<never> => {
  await Promise.resolve();
  throw new PrestageError({
    code: 'helper-protocol',
    message: 'The helper was asked with privilege for what needs none.',
    remedy: 'Nothing was done. Install Prestage again: its parts do not fit together.',
  });
};
const unprivileged: Partial<EngineHandlers> = {
  inspectMedia: forCallersOwnHelper,
  hashMedia: forCallersOwnHelper,
  verifyMedia: forCallersOwnHelper,
  makeRender: forCallersOwnHelper,
  checkRender: forCallersOwnHelper,
};
const served: EngineHandlers = elevatedCaller() === null ? handlers : { ...handlers, ...unprivileged };

const server = serveEngine(served, { input: process.stdin, output: claimStdout() });
obeySignals(server);

void server.closed.then(async () => {
  await reservations.end(async (opened) => {
    await eraseTables(opened, timeouts.driveStall);
  });
  // process.exit waits for every thread, and one that hangs in the kernel never comes back.
  if (hasHungThread()) process.kill(process.pid, 'SIGKILL');
  process.exit(0);
});
