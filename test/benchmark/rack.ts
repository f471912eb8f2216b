import { type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MiB } from '../../core/base/units';
import { buildScript } from '../support/built-script';
import { makeRackImage } from './rack-image';
import { Network, type Computer } from './rack-network';

/**
 * How long a disk image takes from one station to many machines, over cables of a chosen speed, and what the station sends: by
 * the product's own code with and without exchange among machines, and by udpcast. As root:
 * The defaults are a tenth of real ones, so that processors are not the limit: a chunk of 1 MiB takes as long at 100 Mbit/s as one of
 * 8 to 10 MiB at 1 Gbit/s.
 * With `--webtorrent FOLDER`, into which `npm install --ignore-scripts webtorrent@1` was run, by that, too.
 * `npx tsx test/benchmark/rack.ts [--megabytes 128] [--megabits 100] [--chunk 1] [--only swarm,alone,faults,udpcast] [--counts 1,2,4,8,16]`
 */

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '128' },
    megabits: { type: 'string', default: '100' },
    chunk: { type: 'string', default: '1' },
    only: { type: 'string', default: 'swarm,alone,faults,udpcast' },
    counts: { type: 'string', default: '1,2,4,8,16' },
    webtorrent: { type: 'string', default: '' },
  },
});
const chunkBytes = Number(values.chunk) * MiB;
const chunkCount = Math.round((Number(values.megabytes) * MiB) / chunkBytes);
const bytes = chunkCount * chunkBytes;
const megabits = Number(values.megabits);
const counts = values.counts.split(',').map(Number);
const folder = mkdtempSync(join(tmpdir(), 'prestage-rack-bench-'));
const image = join(folder, 'image');
const script = buildScript(join(import.meta.dirname, 'rack-end.ts'));
const node = process.execPath;

/** The image as one file. */
let whole = '';

/** Waits for a line. @throws Error when the process ends before */
async function line(child: ChildProcessWithoutNullStreams, begins: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (piece: Buffer) => (text += piece.toString()));
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString();
      const found = text.split('\n').find((one) => one.startsWith(begins));
      if (found !== undefined) resolve(found);
    });
    child.once('close', () => {
      reject(new Error(`it ended before it said ${begins}: ${text}`));
    });
  });
}

interface Fault {
  readonly what: string;
  /** Megabits of the cable of machine 1. */
  readonly slow?: number;
  /** Seconds after which the program of machine 1 is killed: others are told at once. */
  readonly killed?: number;
  /** Seconds after which machine 1 loses its power, or its cable: others are told nothing. */
  readonly silent?: number;
  /** Seconds by which machine 1 is late. */
  readonly late?: number;
  /** Machine 1 says it has everything, and gives wrong bytes. */
  readonly liar?: true;
}

async function run(kind: 'swarm' | 'alone', count: number, fault: Fault = { what: '' }): Promise<void> {
  const network = new Network();
  try {
    const station = network.add(0, megabits);
    const at = network.run(station, [node, script.path, 'station', folder, image, station.address]);
    const [, pin = ''] = (await line(at, 'ready')).split(' ');
    const machines = Array.from({ length: count }, (_, index) => {
      const odd = index === 0 && fault.what !== '' ? fault : null;
      const computer = network.add(index + 1, odd?.slow ?? megabits);
      const role = odd?.liar === true ? 'liar' : kind;
      const drive = join(folder, `drive-${index}.img`);
      const end = network.run(computer, [
        node,
        script.path,
        'machine',
        station.address,
        pin,
        image,
        drive,
        role,
      ]);
      return { end, odd, computer };
    });
    await Promise.all(machines.map(({ end }) => line(end, 'ready')));
    const before = network.sent(station);
    const ends = machines.map(async ({ end, odd, computer }) => {
      const late = odd?.late ?? 0;
      const done = odd?.liar === true ? Promise.resolve('') : line(end, 'done');
      done.catch(() => undefined);
      if (late > 0) await sleep(late * 1000);
      end.stdin.write('go\n');
      if (odd?.killed !== undefined) {
        await sleep(odd.killed * 1000);
        end.kill('SIGKILL');
        // `ip netns exec` has become the program itself.
        return null;
      }
      if (odd?.silent !== undefined) {
        await sleep(odd.silent * 1000);
        network.unplug(computer);
        return null;
      }
      return odd === null ? Number((await done).split(' ')[1]) : null;
    });
    const seconds = (await Promise.all(ends)).filter((one) => one !== null);
    const sent = network.sent(station) - before;
    report(`${kind}${fault.what === '' ? '' : `, ${fault.what}`}`, count, seconds, sent);
  } finally {
    network.remove();
    for (let index = 0; index < count; index += 1) {
      rmSync(join(folder, `drive-${index}.img`), { force: true });
    }
  }
}

async function udpcast(count: number): Promise<void> {
  const network = new Network();
  try {
    const station = network.add(0, megabits);
    const receivers: Computer[] = Array.from({ length: count }, (_, index) =>
      network.add(index + 1, megabits),
    );
    const before = network.sent(station);
    const begun = performance.now();
    const ends = receivers.map(async (computer) => {
      await ended(
        network.run(computer, ['udp-receiver', '--nokbd', '--file', '/dev/null', '--interface', 'eth0']),
      );
    });
    await sleep(500);
    const send = [
      'udp-sender',
      '--nokbd',
      '--file',
      whole,
      '--interface',
      'eth0',
      '--min-receivers',
      String(count),
    ];
    await ended(network.run(station, [...send, '--max-bitrate', `${Math.round(megabits * 0.95)}m`]));
    await Promise.all(ends);
    report('udpcast', count, [(performance.now() - begun) / 1000 - 0.5], network.sent(station) - before);
  } finally {
    network.remove();
  }
}

async function webtorrent(npm: string, count: number): Promise<void> {
  const network = new Network();
  const built = buildScript(join(import.meta.dirname, 'rack-webtorrent.ts'));
  const folders = Array.from({ length: count }, (_, index) => join(folder, `torrent-${index}`));
  try {
    const station = network.add(0, megabits);
    const torrent = join(folder, 'image.torrent');
    const seed = network.run(station, [node, built.path, 'seed', npm, station.address, whole, torrent]);
    await line(seed, 'ready');
    const ends = folders.map((into, index) => {
      mkdirSync(into);
      const computer = network.add(index + 1, megabits);
      return network.run(computer, [node, built.path, 'leech', npm, station.address, into, torrent]);
    });
    await Promise.all(ends.map((end) => line(end, 'ready')));
    const before = network.sent(station);
    const done = ends.map(async (end) => {
      const told = line(end, 'done');
      end.stdin.write('go\n');
      return Number((await told).split(' ')[1]);
    });
    report('webtorrent', count, await Promise.all(done), network.sent(station) - before);
  } finally {
    network.remove();
    built.remove();
    for (const into of folders) rmSync(into, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<void> {
  child.stdout.resume();
  child.stderr.resume();
  await new Promise((resolve) => child.once('close', resolve));
}

function report(what: string, count: number, seconds: readonly number[], sent: number): void {
  const [first, last] = [Math.min(...seconds), Math.max(...seconds)].map((one) => one.toFixed(1));
  process.stdout.write(
    `${what.padEnd(28)} ${String(count).padStart(2)} machines: ${first} to ${last} s, the station sent ${(sent / bytes).toFixed(2)} x the image\n`,
  );
}

const only = new Set(values.only.split(','));
try {
  whole = makeRackImage(image, chunkBytes, chunkCount);
  process.stdout.write(`${Math.round(bytes / 1e6)} MB, cables of ${megabits} Mbit/s\n`);
  if (only.has('swarm')) for (const count of counts) await run('swarm', count);
  if (only.has('alone')) for (const count of counts.filter((one) => one <= 8)) await run('alone', count);
  if (only.has('udpcast')) for (const count of counts) await udpcast(count);
  if (values.webtorrent !== '') for (const count of counts) await webtorrent(values.webtorrent, count);
  if (only.has('faults')) {
    await run('swarm', 8);
    await run('swarm', 8, { what: 'one on a quarter of it', slow: megabits / 4 });
    await run('swarm', 8, { what: 'one killed', killed: 5 });
    await run('swarm', 8, { what: 'one switched off', silent: 5 });
    await run('swarm', 8, { what: 'one late', late: 5 });
    await run('swarm', 8, { what: 'one with wrong bytes', liar: true });
  }
} finally {
  script.remove();
  rmSync(folder, { recursive: true, force: true });
}
