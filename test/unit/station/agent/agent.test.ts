import { createServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { HelperExit, HelperProcess } from '../../../../station/helper-client/helper-process';
import { runAgent, workAfter, type AgentView } from '../../../../station/agent/agent';
import { makeIdentity } from '../../../../station/rack-link/certificate';

/** An agent whose station is a server of the test. */

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Runs an agent until a station has been asked so often. @returns what was asked, and how the agent ended */
async function askedOf(status: number, document: unknown, times: number): Promise<[string[], unknown]> {
  const [station, machine] = [makeIdentity(), makeIdentity()];
  const asked: string[] = [];
  const stop = new AbortController();
  const server = createServer(
    { key: station.key, cert: station.certificate, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      asked.push(request.url ?? '');
      request.resume();
      response.writeHead(status).end(JSON.stringify(document));
      if (asked.length === times) stop.abort();
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const views: AgentView[] = [];
  const ended: unknown = await runAgent({
    ...{ identity: machine, fingerprint: station.fingerprint, version: '1', bench: null, grace: 1000 },
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    machine: { serial: '5CD1234XY1', facts: {}, refused: [], source: 'none', needsPrivilege: false },
    startHelper: () => {
      throw new Error('nobody was admitted');
    },
    signal: stop.signal,
    onView: (view) => views.push(view),
  }).catch((error: unknown) => error);
  return [asked, ended];
}

/** What a station answers: a status and a document; null: not yet. */
type Answer = readonly [number, object] | null;

/** A helper that does nothing until it is ended. */
function idleHelper(): HelperProcess {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  let announce: (exit: HelperExit) => void = () => undefined;
  const exited = new Promise<HelperExit>((resolve) => (announce = resolve));
  const end = async (): Promise<HelperExit> => {
    announce({ kind: 'ended' });
    return await exited;
  };
  return { stdin, stdout, exited, lastWords: () => null, end } as unknown as HelperProcess;
}

/**
 * Runs an agent with a station that answers as it is told, until that has it stopped.
 * @param answer gets the path, and how often that has been asked, from 1 on
 */
async function answered(
  answer: (path: string, time: number, stop: () => void) => Answer | Promise<Answer>,
): Promise<{ readonly views: AgentView[]; readonly asked: string[]; readonly ended: unknown }> {
  const [station, stop] = [makeIdentity(), new AbortController()];
  const [views, asked]: [AgentView[], string[]] = [[], []];
  const server = createServer(
    { key: station.key, cert: station.certificate, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const path = request.url ?? '';
      asked.push(path);
      request.resume();
      const time = asked.filter((one) => one === path).length;
      void Promise.resolve(
        answer(path, time, () => {
          stop.abort();
        }),
      ).then((told) => {
        if (told !== null) response.writeHead(told[0]).end(JSON.stringify(told[1]));
      });
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const ended: unknown = await runAgent({
    ...{ identity: makeIdentity(), fingerprint: station.fingerprint, version: '1', bench: null, grace: 1000 },
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    machine: { serial: '5CD1234XY1', facts: {}, refused: [], source: 'none', needsPrivilege: false },
    startHelper: idleHelper,
    signal: stop.signal,
    onView: (view) => views.push(view),
  }).catch((error: unknown) => error);
  return { views, asked, ended };
}

const greeting: Answer = [200, { version: '1', station: 'one', nonce: 'a'.repeat(64) }];

/** An agent that has found its station once, while somebody else answers in its place. */
async function impersonated(): Promise<{ readonly views: AgentView[]; readonly ended: unknown }> {
  const [station, other] = [makeIdentity(), makeIdentity()];
  const stop = new AbortController();
  const views: AgentView[] = [];
  let greetings = 0;
  const server = createServer(
    { key: station.key, cert: station.certificate, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      request.resume();
      if (request.url === '/agents/hello' && (greetings += 1) === 2) stop.abort();
      if (request.url !== '/agents/next') {
        response.end(JSON.stringify({ version: '1', station: 'one', nonce: 'a'.repeat(64) }));
        return;
      }
      server.setSecureContext({ key: other.key, cert: other.certificate });
      server.closeAllConnections();
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const ended: unknown = await runAgent({
    ...{ identity: makeIdentity(), fingerprint: station.fingerprint, version: '1', bench: null, grace: 1000 },
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    machine: { serial: '5CD1234XY1', facts: {}, refused: [], source: 'none', needsPrivilege: false },
    startHelper: () => {
      throw new Error('nobody was admitted');
    },
    signal: stop.signal,
    onView: (view) => {
      views.push(view);
      if (JSON.stringify(view).includes(other.fingerprint)) {
        server.setSecureContext({ key: station.key, cert: station.certificate });
      }
    },
  }).catch((error: unknown) => error);
  return { views, ended };
}

const error = (code: string): object => ({ error: { code, message: 'No.', cause: null, remedy: 'None.' } });

describe('an agent', () => {
  it('asks again when the rack is full: somebody may have filled it', async () => {
    const [asked, ended] = await askedOf(409, error('rack-full'), 2);
    expect(asked).toEqual(['/agents/hello', '/agents/hello']);
    expect(ended).toMatchObject({ code: 'cancelled' });
  });

  it('waits for its station while somebody else answers in its place', async () => {
    const { views, ended } = await impersonated();
    expect(ended).toMatchObject({ code: 'cancelled' });
    expect(views.some((view) => view.what === 'searching' && view.problem !== null)).toBe(true);
  });

  it('ends when it has another version than its station', async () => {
    const [asked, ended] = await askedOf(409, error('rack-outdated'), 2);
    expect(asked).toEqual(['/agents/hello']);
    expect(ended).toMatchObject({ code: 'rack-outdated' });
  });

  it('asks again when its station cannot do something right now, and says so', async () => {
    for (const code of ['internal', 'state-unavailable', 'rack-protocol']) {
      const { views, asked, ended } = await answered((path, time, stop) => {
        if (path === '/agents/next') return [500, error(code)];
        if (path === '/agents/hello' && time === 2) {
          stop();
          return null;
        }
        return greeting;
      });
      expect(asked, code).toEqual(['/agents/hello', '/agents/reveal', '/agents/next', '/agents/hello']);
      expect(views).toContainEqual({ what: 'searching', problem: 'No.' });
      expect(JSON.stringify(views)).not.toContain('stopped');
      expect(ended).toMatchObject({ code: 'cancelled' });
    }
    expect(await askedOf(500, error('internal'), 2)).toEqual([
      ['/agents/hello', '/agents/hello'],
      expect.objectContaining({ code: 'cancelled' }),
    ]);
  });

  it('does not end because its station says that it was stopped', async () => {
    const [asked, ended] = await askedOf(409, error('cancelled'), 2);
    expect(asked).toHaveLength(2);
    expect(ended).toMatchObject({ message: 'The agent was stopped.' });
  });

  it('ends at once when it is told to: before its first question, and while it connects', async () => {
    const mute = createTcpServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    closing.push(() => mute.close());
    const identity = makeIdentity();
    for (const wait of [0, 300]) {
      const stop = new AbortController();
      if (wait === 0) stop.abort();
      else {
        setTimeout(() => {
          stop.abort();
        }, wait);
      }
      const begun = performance.now();
      const ended: unknown = await runAgent({
        ...{ identity, fingerprint: identity.fingerprint, version: '1', bench: null, grace: 1000 },
        address: { host: '127.0.0.1', port: (mute.address() as AddressInfo).port },
        machine: { serial: '5CD1234XY1', facts: {}, refused: [], source: 'none', needsPrivilege: false },
        startHelper: idleHelper,
        ...{ signal: stop.signal, onView: () => undefined },
      }).catch((error: unknown) => error);
      expect(ended).toMatchObject({ code: 'cancelled' });
      expect(performance.now() - begun).toBeLessThan(3000);
    }
  });

  it('that was turned away does not show that it is admitted when a session ends', async () => {
    const session = '0b8f3f6e-54f2-4c1c-9f41-0f6f2c3d9a11';
    const { views } = await answered(async (path, time, stop) => {
      if (path === '/agents/next') {
        const state = time === 1 ? 'admitted' : 'refused';
        if (time > 2) return null;
        return [200, { revision: time, state, problem: null, sessions: time === 1 ? [session] : [] }];
      }
      if (!path.startsWith('/agents/sessions/')) return greeting;
      // Once it has been told, the session is over.
      await sleep(300);
      setTimeout(stop, 500);
      return [410, {}];
    });
    expect(views.map(({ what }) => what)).toContain('admitted');
    const refused = views.findIndex(({ what }) => what === 'refused');
    expect(refused).toBeGreaterThan(0);
    expect(new Set(views.slice(refused).map(({ what }) => what))).toEqual(new Set(['refused']));
  });

  it('does not take a shorter or other greeting for one', async () => {
    const [asked, ended] = await askedOf(200, { version: '1', station: 'one', nonce: 'ab', more: 1 }, 2);
    expect(asked).toEqual(['/agents/hello']);
    expect(ended).toMatchObject({ code: 'rack-protocol' });
  });
});

it('work is said to go on only while whoever does it may be there; how it ended stays', () => {
  const working = { state: 'working', job: 'verifying', done: 1, total: 3 } as const;
  expect(workAfter(working, 1, 1)).toBe(working);
  expect(workAfter(working, 1, 2)).toBe(working);
  expect(workAfter(working, 1, 0)).toBeNull();
  // One of two helpers is gone: it may have been the one that worked.
  expect(workAfter(working, 2, 1)).toBeNull();
  const ended = { state: 'ended', verdict: 'passed', text: '', atEnd: 'wait', isDone: true } as const;
  expect(workAfter(ended, 2, 0)).toBe(ended);
});
