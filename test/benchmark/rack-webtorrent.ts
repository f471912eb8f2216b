import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** One end of test/benchmark/rack.ts that runs webtorrent, from a folder into which npm has put its version 1, which needs nothing that
 * is compiled. TCP only, with one tracker. */

interface Torrent {
  readonly torrentFile: Uint8Array;
  on(event: 'done' | 'ready', listener: () => void): void;
}
interface Client {
  seed(file: string, options: object, ready: (torrent: Torrent) => void): void;
  add(torrent: Uint8Array, options: object): Torrent;
  on(event: 'error', listener: (error: Error) => void): void;
}
type ClientClass = new (options: object) => Client;
type TrackerClass = new (options: object) => { listen(port: number, host: string, ready: () => void): void };

const [what = '', npm = '', host = '', file = '', torrentFile = ''] = process.argv.slice(2);

async function load<T>(name: string): Promise<T> {
  return (await import(join(npm, 'node_modules', name))) as T;
}

const { default: WebTorrent } = await load<{ readonly default: ClientClass }>('webtorrent/index.js');
const client = new WebTorrent({
  ...{ dht: false, lsd: false, utp: false, natUpnp: false, natPmp: false, tracker: { wrtc: false } },
});
client.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
if (what === 'seed') {
  const { default: tracking } = await load<{ readonly default: { readonly Server: TrackerClass } }>(
    'bittorrent-tracker/index.js',
  );
  const { Server } = tracking;
  const tracker = new Server({ udp: false, ws: false, interval: 2000 });
  await new Promise<void>((resolve) => {
    tracker.listen(7412, host, resolve);
  });
  const options = { announce: [`http://${host}:7412/announce`], pieceLength: 1024 * 1024 };
  client.seed(file, options, (torrent) => {
    void writeFile(torrentFile, torrent.torrentFile).then(() => process.stdout.write('ready\n'));
  });
} else {
  const known = await readFile(torrentFile);
  process.stdout.write('ready\n');
  await once(createInterface({ input: process.stdin }), 'line');
  const begun = performance.now();
  client.add(known, { path: file }).on('done', () => {
    process.stdout.write(`done ${((performance.now() - begun) / 1000).toFixed(2)}\n`);
  });
}
