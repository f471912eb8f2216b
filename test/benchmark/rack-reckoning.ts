import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { KiB, MiB } from '../../core/base/units';
import { chunkMapName, chunkMapSchema } from '../../core/media/chunk-map';
import { ServedImages } from '../../station/rack/served-image';
import { Swarm } from '../../station/rack/swarm';
import { buildScript } from '../support/built-script';
import { makeRackImage } from './rack-image';

/**
 * What a rack costs its station and each machine, for docs/rack-reckoning.md: processor seconds, memory and descriptors, which other work on the
 * same processors changes little. Over the loopback address, without cables: nothing here is a time of a rack.
 * `npx tsx test/benchmark/rack-reckoning.ts [--only bytes,crowd,maps,swarm] [--megabytes 512] [--counts 48,200,2000] [--seconds 12]`
 */

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'bytes,crowd,maps,swarm' },
    megabytes: { type: 'string', default: '512' },
    counts: { type: 'string', default: '48,200,2000' },
    seconds: { type: 'string', default: '12' },
  },
});
const only = new Set(values.only.split(','));
const folder = mkdtempSync(join(tmpdir(), 'prestage-reckoning-'));
const image = join(folder, 'image');
const host = '127.0.0.1';
const chunkBytes = 8 * MiB;
const chunkCount = Math.ceil((Number(values.megabytes) * MiB) / chunkBytes);
const children: ChildProcessWithoutNullStreams[] = [];

interface Cost {
  /** Processor seconds. */
  readonly seconds: number;
  /** Resident bytes. */
  readonly memory: number;
  readonly descriptors: number;
}

/** The next line that begins so. @throws Error when the process ends before */
async function line(child: ChildProcessWithoutNullStreams, begins: string): Promise<string[]> {
  return await new Promise((resolve, reject) => {
    let text = '';
    const look = (piece: Buffer): void => {
      text += piece.toString();
      const found = text.split('\n').find((one) => one.startsWith(begins));
      if (found === undefined) return;
      child.stdout.off('data', look);
      resolve(found.split(' '));
    };
    child.stdout.on('data', look);
    child.once('close', () => {
      reject(new Error(`it ended before it said ${begins}: ${text}`));
    });
  });
}

async function costOf(child: ChildProcessWithoutNullStreams): Promise<Cost> {
  const told = line(child, 'cost');
  child.stdin.write('cost\n');
  const [, seconds, memory, descriptors] = (await told).map(Number);
  return { seconds: seconds ?? 0, memory: memory ?? 0, descriptors: descriptors ?? 0 };
}

function start(path: string, ...args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [path, ...args]);
  child.stderr.pipe(process.stderr);
  children.push(child);
  return child;
}

async function startStation(path: string): Promise<{ at: ChildProcessWithoutNullStreams; pin: string }> {
  const at = start(path, 'station', folder, image, host);
  const [, pin = ''] = await line(at, 'ready');
  return { at, pin };
}

/** What the same bytes cost to hash here and now, processor seconds a GB: the measure of this computer in this minute. */
function hashing(): number {
  const buffer = randomBytes(chunkBytes);
  const begun = process.cpuUsage();
  for (let round = 0; round < 64; round += 1) createHash('sha256').update(buffer).digest();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6 / ((64 * chunkBytes) / 1e9);
}

/** One machine fetches all from the station: TLS at both ends, SHA-256 twice at the machine, which writes to a file. */
async function bytes(path: string): Promise<void> {
  const { at, pin } = await startStation(path);
  const machine = start(path, 'machine', host, pin, image, join(folder, 'drive.img'), 'alone');
  await line(machine, 'ready');
  const before = await costOf(at);
  const done = line(machine, 'done');
  machine.stdin.write('go\n');
  const [, , , , seconds = '0', memory = '0'] = await done;
  const after = await costOf(at);
  const gigabytes = (chunkCount * chunkBytes) / 1e9;
  const hashed = hashing();
  say(
    `bytes: ${gigabytes.toFixed(2)} GB; the station ${((after.seconds - before.seconds) / gigabytes).toFixed(2)} s a GB, ${mb(after.memory)};`,
    `SHA-256 of it alone ${hashed.toFixed(2)} s a GB;`,
    `the machine ${(Number(seconds) / gigabytes).toFixed(2)} s a GB (with its start), ${mb(Number(memory))}`,
  );
  await endAll();
}

/** So many machines are there, each with four connections. */
async function crowd(path: string, count: number): Promise<void> {
  const { at, pin } = await startStation(path);
  const before = await costOf(at);
  const machines = start(path, 'crowd', host, pin, String(count));
  await line(machines, 'ready');
  const after = await costOf(at);
  const asked = line(machines, 'asked');
  machines.stdin.write('go\n');
  await asked;
  const last = await costOf(at);
  const micros = ((last.seconds - after.seconds) * 1e6) / (count * 20);
  const connections = after.descriptors - before.descriptors;
  say(
    `crowd: ${count} machines, ${connections} connections; ${((after.seconds - before.seconds) / count).toFixed(4)} s a machine to come in,`,
    `${((after.memory - before.memory) / connections / 1000).toFixed(0)} kB a connection, ${mb(after.memory)} in all; ${micros.toFixed(0)} µs a question, SHA-256 ${hashing().toFixed(2)} s a GB`,
  );
  await endAll();
}

/**
 * What the disk images of a batch cost the station before a chunk is sent, and what it keeps of who has which chunk: 2,560 chunks, which are 20 GB, of
 * which each drive has eight of its own.
 */
async function maps(count: number): Promise<void> {
  const own = 8;
  const first = join(folder, 'maps');
  makeRackImage(first, 4 * KiB, 2560);
  const map = chunkMapSchema.parse(JSON.parse(readFileSync(join(first, chunkMapName), 'utf8')));
  const folders = Array.from({ length: count }, (_, drive) => join(first, `drive-${drive}`));
  for (const [drive, directory] of folders.entries()) {
    const chunks = map.chunks.map((chunk, index) => {
      const sha256 = createHash('sha256').update(`${drive} ${index}`).digest('hex');
      return index < own ? { ...chunk, sha256, own: index * 4 * KiB } : chunk;
    });
    mkdirSync(directory);
    writeFileSync(join(directory, chunkMapName), JSON.stringify({ ...map, chunks }));
  }
  const images = new ServedImages();
  const opened = [];
  const heap = heapUsed();
  const before = process.cpuUsage();
  for (const directory of folders) opened.push(await images.open(directory));
  const { user, system } = process.cpuUsage(before);
  const kept = heapUsed() - heap;
  const decides = new Swarm();
  for (const [drive, { list, isOwn }] of opened.entries()) {
    decides.join(`m${drive}`, `m${drive}`, shuffled([...list]), [], () => chunkBytes);
    for (const sha256 of list.slice(0, list.length / 2)) decides.got(`m${drive}`, sha256, !isOwn(sha256));
  }
  const among = heapUsed() - heap - kept;
  say(
    `maps: ${opened.length} machines: ${((user + system) / 1000 / count).toFixed(1)} ms and ${(kept / 1e6 / count).toFixed(2)} MB of each,`,
    `${(among / 1e6 / count).toFixed(2)} MB of who has and lacks which of ${decides.kept.chunks} chunks, half way`,
  );
  rmSync(first, { recursive: true });
}

/** Bytes in use, when what is not has been thrown away. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/**
 * What deciding costs: the product's own decisions, by a clock that is not this computer's. Each machine has four chunks on the way; a chunk takes
 * as long as at 1 Gbit/s. Whoever waits asks again when it is woken, and four times a second.
 * @param wakes `usable`: who can use what has changed, as the product does; `all`: everybody who waits, at each change
 */
function swarm(count: number, wakes: 'usable' | 'all'): void {
  let now = 0;
  const decides = new Swarm(() => now);
  const names = Array.from({ length: count }, (_, index) => `m${index}`);
  const chunks = Array.from({ length: 1000 }, (_, index) => `c${index}`);
  for (const name of names) decides.join(name, name, shuffled([...chunks]), [], () => chunkBytes);
  const chunkTime = 280;
  const askAgain = 250;
  interface Event {
    readonly name: string;
    /** What arrives; null: it asks again. */
    readonly sha256: string | null;
    /** It was woken meanwhile. */
    over: boolean;
  }
  // Both take the same time each, so that they come in the order in which they were put in.
  const arrivals: { readonly at: number; readonly event: Event }[] = [];
  const polls: { readonly at: number; readonly event: Event }[] = [];
  let [arrived, polled, asked, delivered] = [0, 0, 0, 0];
  const waiting = new Set<Event>();
  const ask = (name: string): void => {
    asked += 1;
    const next = decides.next(name);
    if (next === 'done') return;
    const event: Event = { name, sha256: next === 'wait' ? null : next.sha256, over: false };
    if (next === 'wait') {
      waiting.add(event);
      polls.push({ at: now + askAgain, event });
    } else arrivals.push({ at: now + chunkTime, event });
  };
  const begun = process.cpuUsage();
  const budget = Number(values.seconds) * 1e6;
  const spent = (): boolean => process.cpuUsage(begun).user > budget;
  for (const name of names) for (let turn = 0; turn < 4 && !spent(); turn += 1) ask(name);
  while (!spent()) {
    const [arrival, poll] = [arrivals[arrived], polls[polled]];
    if (arrival === undefined && poll === undefined) break;
    if (poll !== undefined && (arrival === undefined || poll.at < arrival.at)) {
      polled += 1;
      if (poll.event.over) continue;
      now = poll.at;
      waiting.delete(poll.event);
      ask(poll.event.name);
      continue;
    }
    if (arrival === undefined) continue;
    arrived += 1;
    now = arrival.at;
    decides.got(arrival.event.name, arrival.event.sha256 ?? '', true);
    delivered += 1;
    const list = [...waiting];
    const woken =
      wakes === 'all'
        ? list
        : decides.usable(list.map(({ name }) => name)).flatMap((index) => list[index] ?? []);
    for (const event of woken) {
      event.over = true;
      waiting.delete(event);
      ask(event.name);
      if (spent()) break;
    }
    ask(arrival.event.name);
  }
  const { user } = process.cpuUsage(begun);
  say(
    `swarm: ${count} machines, waking ${wakes}: ${asked} questions, ${delivered} chunks in ${(now / 1000).toFixed(0)} s of the rack, ${(user / asked).toFixed(0)} µs a question, ${(user / Math.max(1, delivered)).toFixed(0)} µs a chunk delivered`,
    arrived === arrivals.length ? '(to the end)' : '(broken off)',
  );
}

function shuffled<T>(list: T[]): T[] {
  return list
    .map((one) => ({ one, by: Math.random() }))
    .sort((left, right) => left.by - right.by)
    .map(({ one }) => one);
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
function say(...parts: readonly string[]): void {
  process.stdout.write(`${parts.join(' ')}\n`);
}

/** Ends what this script started. */
async function endAll(): Promise<void> {
  await Promise.all(
    children.splice(0).map(async (child) => {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await closed;
    }),
  );
}

const script = buildScript(join(import.meta.dirname, 'rack-end.ts'));
try {
  makeRackImage(image, chunkBytes, chunkCount);
  const counts = values.counts.split(',').map(Number);
  if (only.has('bytes')) for (let run = 0; run < 3; run += 1) await bytes(script.path);
  // More connections than that from one address the station does not take.
  const crowds = only.has('crowd') ? counts.filter((count) => count <= 200) : [];
  for (const count of crowds) await crowd(script.path, count);
  if (only.has('maps')) for (const count of counts) await maps(count);
  if (only.has('swarm')) {
    for (const count of counts) for (const wakes of ['all', 'usable'] as const) swarm(count, wakes);
  }
} finally {
  await endAll();
  script.remove();
  rmSync(folder, { recursive: true, force: true });
}
