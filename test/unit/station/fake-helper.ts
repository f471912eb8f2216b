/** A helper that does nothing but speak, in the way its first argument says. Started by tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { helperProtocolVersion } from '../../../core/contract/helper-api';
import { cancelled, PrestageError } from '../../../core/base/errors';
import {
  claimStdout,
  obeySignals,
  serveHelper,
  type HelperHandlers,
  type HandlerContext,
} from '../../../helper/server/rpc-server';

const mode = process.argv[2] ?? 'good';

if (mode === 'sudo-refuses') {
  process.stderr.write('sudo: 3 incorrect password attempts\n');
  process.exit(1);
}
if (mode === 'pkexec-dismissed') process.exit(126);
if (mode === 'pkexec-unauthorised') {
  process.stderr.write('Error executing command as another user: Not authorized\n');
  process.exit(127);
}
if (mode === 'silent') {
  setInterval(() => undefined, 1000);
  await new Promise(() => undefined);
}

const output = claimStdout();

async function untilAborted({ signal }: HandlerContext): Promise<never> {
  if (!signal.aborted) {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
  }
  throw cancelled('The work');
}

const nothing = (): Promise<never> => Promise.reject(new Error('not part of this test'));

const handlers: HelperHandlers = {
  hello: () =>
    Promise.resolve({
      protocolVersion: mode === 'other-version' ? 99 : helperProtocolVersion,
      version: '0.0.0-fake',
      pid: process.pid,
      uid: mode === 'not-root' ? 1000 : 0,
      versions: { environment: Object.keys(process.env).sort().join(' ') },
    }),
  readMachine: nothing,
  readDiskGuid: nothing,
  readLive: () => Promise.resolve({ live: null }),
  unlockOwnDisk: nothing,
  makeLiveData: nothing,
  openLiveData: nothing,
  setLiveStation: nothing,
  writeLiveSlot: nothing,
  openOtherDisk: nothing,
  tellMachine: nothing,
  listBootInterfaces: nothing,
  openBootImage: nothing,
  closeBootImage: nothing,
  serveBoot: nothing,
  closeOtherDisk: nothing,
  noteLivePage: nothing,
  powerOffLive: nothing,
  restartLive: nothing,
  lookAtImageDisk: nothing,
  makeImageDisk: nothing,
  openImageDisk: nothing,
  forgetImageDisk: nothing,
  listDrives: () => {
    console.log('a library that prints');
    return Promise.resolve({ drives: [], controllers: [] });
  },
  makeTrainingMedia: nothing,
  listContents: nothing,
  createMedia: nothing,
  readMediaVariables: nothing,
  splitMedia: nothing,
  diffMedia: nothing,
  gatherParts: nothing,
  rebuildMedia: nothing,
  verifyCms: nothing,
  inspectMedia: ({ path }) =>
    Promise.reject(
      new PrestageError({
        code: 'media-truncated',
        message: `${path} ends too early.`,
        cause: 'wimlib 65',
        remedy: 'Copy it again.',
        offset: 4096,
      }),
    ),
  hashMedia: ({ progressToken, files }, { taskProgress }) => {
    taskProgress({ token: progressToken, phase: 'hashing', done: 5, total: 10 });
    taskProgress({ token: 'somebody else', phase: 'hashing', done: 1, total: 10 });
    taskProgress({ token: progressToken, phase: 'hashing', done: 10, total: 10 });
    const sha256 = 'a'.repeat(64);
    return Promise.resolve({ sha256, files: files.map((path) => ({ path, sha256, bytes: 10 })) });
  },
  verifyMedia: async ({ path }, context) => {
    if (path === '/die') {
      process.stderr.write('the last words\n');
      process.kill(process.pid, 'SIGKILL');
    }
    if (path === '/exit') process.exit(7);
    if (path === '/answer-and-exit') {
      setImmediate(() => setImmediate(() => setImmediate(() => process.exit(0))));
      return { bytes: 1, warnings: [] };
    }
    if (path === '/garbage') output.write('Segmentation fault\n');
    if (path === '/bomb') output.write('Content-Length: 9999999999\r\n\r\n');
    if (path === '/wrong-answer') return { bytes: -1, warnings: [] };
    if (path === '/bug') throw new TypeError('a bug');
    if (path === '/abort-slowly') {
      await untilAborted(context).catch(() => undefined);
      await sleep(300);
      throw cancelled('The work');
    }
    return await untilAborted(context);
  },
  makeDiskImage: nothing,
  growDiskImage: nothing,
  checkDiskImage: nothing,
  reserveDrives: nothing,
  releaseDrive: () => {
    server.jobProgress({ jobId: '11111111-1111-4111-8111-111111111111', job: { state: 'checking' } });
    return Promise.resolve({});
  },
  runJob: nothing,
  eraseTables: nothing,
  createDriveImage: nothing,
  verifyDrive: nothing,
  bootTestDrive: nothing,
  readAbilities: nothing,
  prepareSanitise: nothing,
  liftHidden: nothing,
  sanitiseDrive: nothing,
  checkSize: nothing,
  readHealth: nothing,
};

const server = serveHelper(handlers, { input: process.stdin, output });
obeySignals(server);
await server.closed;
if (mode === 'never-ends') await sleep(600_000);
process.exit(0);
