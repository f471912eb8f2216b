import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
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
