import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { TaskProgress } from '../../../core/contract/helper-api';
import { PrestageError } from '../../../core/base/errors';
import type { Elevation } from '../../../station/helper-client/elevation';
import type { HelperClient } from '../../../station/helper-client/helper-client';
import { Helpers } from '../../../station/helper-client/helpers';
import { launchHelper } from '../../../station/helper-client/launch-helper';
import { buildScript } from '../../support/built-script';
import { temporaryArea } from '../../support/global-setup';

const script = buildScript(fileURLToPath(new URL('./fake-helper.ts', import.meta.url)));
afterAll(script.remove);
const helper = (mode: string): [string, ...string[]] => [process.execPath, script.path, mode];

const open: HelperClient[] = [];
async function launch(mode = 'good', signal?: AbortSignal): Promise<HelperClient> {
  const client = await launchHelper({
    elevation: { kind: 'direct' },
    helper: helper(mode),
    client: 'test',
    signal,
  });
  open.push(client);
  return client;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.dispose(500)));
});

/** What a call fails with. */
async function failure(call: Promise<unknown>): Promise<PrestageError['data']> {
  try {
    await call;
  } catch (error) {
    if (error instanceof PrestageError) return error.data;
    throw error;
  }
  throw new Error('it did not fail');
}
const verify = (client: HelperClient, path: string, signal?: AbortSignal): Promise<unknown> =>
  client.call('verifyMedia', { progressToken: path, path }, { signal });

describe('HelperClient', () => {
  it('greets, calls, and keeps what is printed off the wire', async () => {
    const client = await launch();
    expect(client.greeting?.version).toBe('0.0.0-fake');
    expect(await client.call('listDrives', { benchDirectory: null, protectedPaths: [] })).toEqual({
      drives: [],
      controllers: [],
    });
    expect(await client.dispose()).toEqual({ kind: 'ended' });
  });

  it('gives the helper no environment but what it needs', async () => {
    process.env['PRESTAGE_SECRET'] = 'x';
    onTestFinished(() => {
      delete process.env['PRESTAGE_SECRET'];
    });
    const client = await launch();
    const names = client.greeting?.versions['environment']?.split(' ') ?? [];
    expect(names.filter((name) => !['PATH', 'TMPDIR', 'LC_ALL'].includes(name))).toEqual([]);
  });

  it('passes the helper’s own errors on whole', async () => {
    const client = await launch();
    expect(await failure(client.call('inspectMedia', { path: '/m.wim', imageIndex: 1 }))).toEqual({
      code: 'media-truncated',
      message: '/m.wim ends too early.',
      cause: 'wimlib 65',
      remedy: 'Copy it again.',
      offset: 4096,
    });
    expect(await failure(verify(client, '/bug'))).toMatchObject({ code: 'internal' });
  });

  it('routes progress by token, and jobs to every listener', async () => {
    const client = await launch();
    const seen: TaskProgress[] = [];
    const jobs: string[] = [];
    const stop = client.onJobProgress(({ job }) => jobs.push(job.state));
    await client.call(
      'hashMedia',
      { progressToken: 't1', files: ['/a'] },
      { onTaskProgress: (progress) => seen.push(progress) },
    );
    expect(seen.map(({ done }) => done)).toEqual([5, 10]);
    await client.call('releaseDrive', { reservation: 'r' });
    stop();
    await client.call('releaseDrive', { reservation: 'r' });
    expect(jobs).toEqual(['checking']);
  });

  it('cancels one call and leaves the others', async () => {
    const client = await launch();
    const one = new AbortController();
    const two = new AbortController();
    const first = failure(verify(client, '/wait', one.signal));
    const second = failure(verify(client, '/wait2', two.signal));
    one.abort();
    expect(await first).toMatchObject({ code: 'cancelled' });
    expect(client.failure).toBeNull();
    two.abort();
    expect(await second).toMatchObject({ code: 'cancelled' });
    expect(await failure(verify(client, '/wait', one.signal))).toMatchObject({ code: 'cancelled' });
  });

  it('fails every call in flight when the helper is killed, with its last words', async () => {
    const client = await launch();
    const waiting = failure(verify(client, '/wait'));
    const error = await failure(verify(client, '/die'));
    expect(error).toMatchObject({ code: 'helper-died' });
    expect(error.cause).toBe('ended by SIGKILL\nthe last words');
    expect(await waiting).toEqual(error);
    expect(await failure(verify(client, '/late'))).toEqual(error);
    expect(await client.dispose()).toEqual({ kind: 'killed', signal: 'SIGKILL' });
  });

  it('tells an exit that nobody ordered, and its status', async () => {
    const client = await launch();
    expect(await failure(verify(client, '/exit'))).toMatchObject({
      code: 'helper-died',
      cause: 'exit status 7',
    });
  });

  it('keeps an answer that came before the end', async () => {
    const client = await launch();
    expect(await verify(client, '/answer-and-exit')).toEqual({ bytes: 1, warnings: [] });
  });

  it.each(['/garbage', '/bomb', '/wrong-answer'])('stops believing after %s', async (path) => {
    const client = await launch();
    const waiting = failure(verify(client, '/wait'));
    expect(await failure(verify(client, path))).toMatchObject({ code: 'helper-protocol' });
    expect(await waiting).toMatchObject({ code: 'helper-protocol' });
    expect(await client.exited).toEqual({ kind: 'ended' });
  });

  it('closes the input to end it, waits for calls in flight, and they end as cancelled', async () => {
    const client = await launch();
    const call = failure(verify(client, '/abort-slowly'));
    // When this has been answered, the call above has begun.
    await client.call('listDrives', { benchDirectory: null, protectedPaths: [] });
    const before = Date.now();
    expect(await client.dispose()).toEqual({ kind: 'ended' });
    expect(Date.now() - before).toBeGreaterThan(250);
    expect(await call).toMatchObject({ code: 'cancelled' });
  });

  it('kills a helper that does not end', { timeout: 20_000 }, async () => {
    const client = await launch('never-ends');
    expect(await client.dispose(200)).toEqual({ kind: 'killed', signal: 'SIGKILL' });
  });

  it('refuses a helper of another version', async () => {
    expect(await failure(launch('other-version'))).toMatchObject({ code: 'helper-outdated' });
  });

  it('can be cancelled while it starts', async () => {
    const controller = new AbortController();
    const start = failure(launch('silent', controller.signal));
    controller.abort();
    expect(await start).toMatchObject({ code: 'cancelled' });
  });

  it('says when there is nothing to start', async () => {
    const start = launchHelper({ elevation: { kind: 'direct' }, helper: ['/no/such/node'], client: 'test' });
    const error = await failure(start);
    expect(error).toMatchObject({ code: 'helper-missing' });
    expect(error.cause).toContain('ENOENT');
  });
});

describe('a privileged start', () => {
  /** Stands for sudo and pkexec: starts what comes after its own options. */
  function elevation(kind: 'sudo' | 'pkexec'): Elevation {
    const area = temporaryArea('elevation');
    onTestFinished(() => {
      rmSync(area, { recursive: true });
    });
    const path = join(area, kind);
    const skip = kind === 'sudo' ? 'while [ "$1" != -- ]; do shift; done; shift; ' : 'shift; ';
    writeFileSync(path, `#!/bin/sh\n${skip}exec "$@"\n`, { mode: 0o755 });
    return kind === 'sudo' ? { kind, path, interactive: true } : { kind, path };
  }

  it.each([
    ['sudo', 'sudo-refuses', /did not accept the password/],
    ['pkexec', 'pkexec-dismissed', /dialog was closed/],
    ['pkexec', 'pkexec-unauthorised', /not authorized/],
    ['sudo', 'not-root', /as user 1000/],
  ] as const)('%s: %s', async (kind, mode, message) => {
    const lines: string[] = [];
    const start = launchHelper({
      elevation: elevation(kind),
      helper: helper(mode),
      client: 'test',
      onStderr: (line) => lines.push(line),
    });
    const error = await failure(start);
    expect(error.code).toBe('privilege-denied');
    expect(error.message).toMatch(message);
    if (mode === 'sudo-refuses') expect(lines).toEqual(['sudo: 3 incorrect password attempts']);
  });

  it('gives a second helper for real drives', async () => {
    const all = new Helpers({
      helper: helper('good'),
      client: 'test',
      elevation: () => ({ ...elevation('sudo') }),
    });
    const [plain, privileged] = await Promise.all([all.plain(), all.forDrive({ kind: 'disk' })]);
    expect(privileged).not.toBe(plain);
    await all.dispose();
  });
});

describe('Helpers', () => {
  const helpers = (elevation: Elevation | null, mode = 'good'): Helpers =>
    new Helpers({ helper: helper(mode), client: 'test', elevation: () => elevation });

  it('starts one helper, once, for root', async () => {
    const all = helpers({ kind: 'direct' });
    const [one, two, three] = await Promise.all([
      all.plain(),
      all.forDrive({ kind: 'disk' }),
      all.forDrive({ kind: 'virtual' }),
    ]);
    expect(two).toBe(one);
    expect(three).toBe(one);
    await all.dispose();
  });

  it('asks for privilege for real drives only', async () => {
    const all = helpers(null);
    expect((await all.forDrive({ kind: 'virtual' })).failure).toBeNull();
    expect(await failure(all.forDrive({ kind: 'loop' }))).toMatchObject({ code: 'privilege-unavailable' });
    await all.dispose();
  });

  it('takes the second way when nobody can be asked for a password on the first', async () => {
    const area = temporaryArea('fallback');
    onTestFinished(() => {
      rmSync(area, { recursive: true });
    });
    const path = join(area, 'pkexec');
    writeFileSync(path, '#!/bin/sh\necho "No authentication agent found." >&2\nexit 127\n', { mode: 0o755 });
    const ways = {
      helper: helper('plain'),
      client: 'test',
      elevation: (): Elevation => ({ kind: 'pkexec', path }),
    };
    const alone = new Helpers(ways);
    const both = new Helpers({
      ...ways,
      fallback: () => ({ kind: 'sudo', path: '/bin/false', interactive: false }),
    });
    expect(await failure(alone.privileged())).toMatchObject({ code: 'privilege-unavailable' });
    // Which is refused here in a way of its own.
    expect(await failure(both.privileged())).not.toMatchObject({ code: 'privilege-unavailable' });
    await alone.dispose();
    await both.dispose();
  });

  it('starts a new helper after one has died', async () => {
    const all = helpers({ kind: 'direct' });
    const first = await all.plain();
    await failure(verify(first, '/die'));
    await first.exited;
    const second = await all.plain();
    expect(second).not.toBe(first);
    expect((await all.greeting()).version).toBe('0.0.0-fake');
    await all.dispose();
  });

  it('is not taken for one that talks nonsense when it ends before anything was written to it', async () => {
    const elevation: Elevation = { kind: 'pkexec', path: '/bin/false' };
    // Whether the pipe breaks under the first request is a race: it takes a few tries to lose it.
    for (let round = 0; round < 20; round += 1) {
      const ended = launchHelper({ elevation, helper: ['/nowhere'], client: 'test' });
      expect(await failure(ended)).toMatchObject({ code: 'helper-died' });
    }
  });
});
