import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { once, setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { linkProtocol, rackNextSchema, rackProtocolVersion, receivedHeader } from '../../core/contract/rack';
import { chunkMapName, chunkMapSchema } from '../../core/media/chunk-map';
import { ChunkStore } from '../../station/agent/chunk-store';
import { fetchChunks } from '../../station/agent/chunk-fetcher';
import { PeerServer } from '../../station/agent/peer-server';
import { AdmissionBook } from '../../station/rack/admissions';
import { AgentServer } from '../../station/rack/agent-server';
import { Machines } from '../../station/rack/machines';
import { Sessions } from '../../station/rack/sessions';
import { keptIdentity, makeIdentity, type RackIdentity } from '../../station/rack-link/certificate';
import { commitmentOf, newNonce } from '../../station/rack-link/code';
import { ResumableLink } from '../../station/rack-link/link';
import { PinnedStation } from '../../station/rack-link/pinned';

/**
 * One end of test/benchmark/rack.ts, as a process of its own: the station, or a machine that writes what it gets to a file. The
 * product's own code moves the bytes; only helper and drive are missing.
 */

const version = 'benchmark';
const fingerprint = 'e'.repeat(64);
/** Questions that each machine of a crowd asks. */
const questionsEach = 20;

async function station(folder: string, image: string, host: string): Promise<void> {
  const identity = keptIdentity(folder);
  const machines = new Machines({
    station: identity.fingerprint,
    closedNetwork: { by: 'benchmark' },
    book: new AdmissionBook(join(folder, `${newNonce()}.json`)),
    now: () => new Date(),
  });
  const sessions = new Sessions(machines, 600_000);
  const known = new Set<string>();
  machines.on('changed', (certificate) => {
    if (known.has(certificate)) return;
    known.add(certificate);
    void sessions.serve(sessions.open(certificate), image, fingerprint);
  });
  const listen = { host, port: 7411 };
  const server = new AgentServer({ identity, machines, sessions, version, stationName: 'benchmark', listen });
  await server.start();
  process.stdout.write(`ready ${identity.fingerprint}\n`);
  // For rack-reckoning.ts: what it costs to serve.
  createInterface({ input: process.stdin }).on('line', () => {
    process.stdout.write(`cost ${costs()}\n`);
  });
}

/** Processor seconds, resident bytes, open descriptors. */
function costs(): string {
  const { user, system } = process.cpuUsage();
  const seconds = ((user + system) / 1e6).toFixed(3);
  return `${seconds} ${process.memoryUsage.rss()} ${readdirSync('/proc/self/fd').length}`;
}

/** Becomes a machine of the rack. */
async function greet(to: PinnedStation, identity: RackIdentity, peerPort: number | null): Promise<void> {
  const nonce = newNonce();
  const signal = new AbortController().signal;
  await to.ask(
    '/agents/hello',
    {
      ...{
        protocolVersion: rackProtocolVersion,
        version,
        bench: null,
        instance: '7b0a6a52-8d0f-4a39-9b5e-00000000000a',
        commitment: commitmentOf(nonce),
        peerPort,
      },
      machine: {
        ...{ serial: identity.fingerprint.slice(0, 12).toUpperCase(), facts: {}, refused: [] },
        ...{ source: 'none', needsPrivilege: false },
      },
    },
    20_000,
    signal,
  );
  await to.ask('/agents/reveal', { nonce }, 20_000, signal);
}

/** Opens the connection of its session, which the station otherwise gives up. */
async function connect(to: PinnedStation): Promise<void> {
  const signal = new AbortController().signal;
  const { body } = await to.ask('/agents/next', { revision: -1 }, 20_000, signal);
  const [id = ''] = rackNextSchema.parse(JSON.parse(body.toString())).sessions;
  const upgraded = await to.upgrade(
    `/agents/sessions/${id}`,
    linkProtocol,
    { [receivedHeader]: '0' },
    signal,
  );
  if (upgraded === null) throw new Error('the station has no session for this machine');
  const { answer, socket, head } = upgraded;
  new ResumableLink({ grace: 600_000 }).attach(socket, Number(answer.headers[receivedHeader]), head);
}

/** Machines that are there: each has four connections, as one that fetches chunks. */
async function crowd(host: string, pin: string, count: number): Promise<void> {
  const signal = new AbortController().signal;
  setMaxListeners(0, signal);
  const stations: PinnedStation[] = [];
  for (let number = 0; number < count; number += 1) {
    const identity = makeIdentity();
    const to = new PinnedStation({ host, port: 7411 }, pin, identity);
    await greet(to, identity, null);
    const asks = async (): Promise<never> => {
      for (let revision = -1; ;) {
        const { body } = await to.ask('/agents/next', { revision }, 120_000, signal);
        ({ revision } = rackNextSchema.parse(JSON.parse(body.toString())));
      }
    };
    for (let connection = 0; connection < 4; connection += 1) void asks();
    stations.push(to);
  }
  process.stdout.write('ready\n');
  await once(createInterface({ input: process.stdin }), 'line');
  // Questions as for chunks, to which the answer is that there is none.
  for (let round = 0; round < questionsEach; round += 1) {
    await Promise.all(
      stations.map((to) =>
        to.ask(`/agents/swarm/${fingerprint}/next`, { got: [], failed: [] }, 60_000, signal),
      ),
    );
  }
  process.stdout.write('asked\n');
}

async function machine(
  host: string,
  pin: string,
  image: string,
  drive: string,
  kind: 'swarm' | 'alone' | 'liar',
): Promise<void> {
  const identity = makeIdentity();
  const to = new PinnedStation({ host, port: 7411 }, pin, identity);
  const store = kind === 'liar' ? new LyingStore() : new ChunkStore();
  const peerPort = kind === 'alone' ? null : await new PeerServer(identity, to, store).start();
  const signal = new AbortController().signal;
  await greet(to, identity, peerPort);
  await connect(to);
  const map = chunkMapSchema.parse(JSON.parse(await readFile(join(image, chunkMapName), 'utf8')));
  const file = await open(drive, 'w+');
  process.stdout.write('ready\n');
  await once(createInterface({ input: process.stdin }), 'line');
  if (kind === 'liar') {
    // It says that it has everything, and stays.
    await to.ask(`/agents/swarm/${fingerprint}/join`, { wanted: [] }, 20_000, signal);
    return;
  }
  const begun = performance.now();
  const came = { station: 0, machines: 0 };
  await fetchChunks({
    ...{ station: to, identity, map, fingerprint, grace: 120_000, signal },
    wanted: [...map.chunks.keys()],
    take: async ({ indexes: [index = 0], bytes, fromMachine }) => {
      const chunk = map.chunks[index];
      if (chunk === undefined || createHash('sha256').update(bytes).digest('hex') !== chunk.sha256) {
        throw new Error('a wrong chunk was taken');
      }
      store.add(chunk.sha256, { path: drive, offset: chunk.offset, length: chunk.length }, bytes);
      await file.write(bytes, 0, bytes.length, chunk.offset);
      came[fromMachine ? 'machines' : 'station'] += bytes.length;
    },
  });
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(`done ${seconds.toFixed(2)} ${came.station} ${came.machines} ${costs()}\n`);
}

class LyingStore extends ChunkStore {
  override read(): Promise<Buffer> {
    return Promise.resolve(Buffer.alloc(1024 * 1024, 0x55));
  }
}

const [what, ...args] = process.argv.slice(2);
const [one = '', two = '', three = '', four = '', five = ''] = args;
if (what === 'station') await station(one, two, three);
else if (what === 'crowd') await crowd(one, two, Number(three));
else await machine(one, two, three, four, five as 'swarm' | 'alone' | 'liar');
