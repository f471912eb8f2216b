import {
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MiB } from '../../core/base/units';
import { chunkMapName, chunkMapSchema, chunkPlaces } from '../../core/media/chunk-map';
import { imageDetailsSchema, imageKey } from '../../station/image-cache/image-cache';
import { rackMirrorForm } from '../../station/cli/rack-mirror-command';
import { errorOf, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { NetworkRoom } from '../support/network-room';
import { present } from '../support/present';
import { Cable, RackParts, Running, serveRack } from '../support/rack';
import { good, recordsOf, Stations, writeOne } from '../support/two-stations';

/** A dozen commands one after the other, which take seconds each on busy cores. */
const patience = 400_000;

/** Two stations: the second gets a media file and its disk image from the first, and writes drives from it. */

let area: string;
let first: string;
/** What the first station has: SHA-256 of its media, and the name of its disk image. */
let sha256: string;
let key: string;
let stations: Stations;
const parts = new RackParts();

const at = (...names: string[]): string => join(area, ...names);
const run = async (...args: string[]): Promise<CliResult> => await runHere(args);

beforeAll(async () => {
  area = temporaryArea('mirror');
  stations = await Stations.make(area);
  ({ first, sha256, key } = stations);
}, patience);
afterEach(async () => {
  await parts.end();
});
afterAll(() => {
  removeArea(area);
});

const mirrorArgs = (address: string, fingerprint: string, state: string, ...more: string[]): string[] => [
  ...['rack', 'mirror', ...more, '--station', address, '--fingerprint', fingerprint],
  ...['--state', state, '--json', '--operator', 'ana'],
];

/** Compares the code once; the station's key is kept, and it is known from then on. */
async function admit(serving: string, getting: Running): Promise<void> {
  const [, code = ''] = await getting.says(/rack admit (\S+)/);
  const shown = await run('rack', 'show', '--state', serving);
  expect(shown.stdout).toContain('station second');
  await good('rack', 'admit', code, '--state', serving, '--json');
}

async function cachedAt(state: string): Promise<unknown[]> {
  const text = await good('cache', 'show', '--state', state, '--json');
  return z.object({ renders: z.array(z.unknown()) }).parse(JSON.parse(text)).renders;
}

/** Serves a station, admits a new one there, and puts a cable between them. */
async function pair(
  serving: string,
  name: string,
): Promise<{ state: string; cable: Cable; served: Awaited<ReturnType<typeof serveRack>> }> {
  const served = await serveRack(serving);
  parts.runs(served.station);
  const cable = await Cable.to(served.address);
  parts.has(cable);
  const state = await stations.second(name);
  const getting = new Running(mirrorArgs(cable.address, served.fingerprint, state));
  parts.runs(getting);
  await admit(serving, getting);
  expect(await getting.exited).toBe(0);
  return { state, cable, served };
}

describe('a station that gets from another', { timeout: patience }, () => {
  it('is admitted by its code, has media and disk image proved, writes from them, and says so in the record', async (test) => {
    if (process.getuid?.() !== 0) test.skip('network namespaces are made by root');
    const room = new NetworkRoom();
    parts.has(room);
    const [one, two] = [room.computer(), room.computer()];
    room.cable(one, two, { from: 'eth0', to: 'eth0' });
    room.address(one, 'eth0', '10.77.0.1/24');
    room.address(two, 'eth0', '10.77.0.2/24');
    const served = await serveRack(first, ['--closed-network'], '10.77.0.1:7411', room.in(one));
    parts.runs(served.station);
    const state = await stations.second('second-whole');
    const getting = new Running(
      mirrorArgs('10.77.0.1:7411', served.fingerprint, state, 'contoso'),
      {},
      undefined,
      room.in(two),
    );
    parts.runs(getting);
    // Also on a closed network: it gets all that the station has.
    await admit(first, getting);
    expect(await getting.exited, getting.text).toBe(0);
    const from = { station: 'Bench 1', certificate: served.fingerprint };
    expect((await recordsOf(state)).filter(({ kind }) => kind === 'got-from-station')).toMatchObject([
      { from, what: { is: 'media', sha256 } },
      { from, what: { is: 'disk-image', key, mediaSha256: sha256 } },
    ]);
    // Other machines are none of its business, and it is none of the rack's.
    const drives = await run('drives', '--bench', at('bench-first'), '--state', first, '--json');
    expect(drives.stdout).not.toContain('"rack"');

    const { report } = await writeOne(state, at('bench-second'));
    expect(report.jobs[0]?.state).toBe('done');
    const ended = (await recordsOf(state)).find((record) => record.kind === 'job-ended');
    expect(ended?.kind === 'job-ended' ? ended.job.imageFrom : null).toMatchObject(from);
    const mine = (await recordsOf(first)).find((record) => record.kind === 'job-ended');
    expect(mine?.kind === 'job-ended' ? mine.job.imageFrom : null).toBeUndefined();
    await good(
      'ship',
      '--number',
      'S-1',
      '--machine',
      '5CD1234XY1',
      '--output',
      at('shipment.zip'),
      '--state',
      state,
      '--json',
    );
    const audit = await run(
      'audit',
      at('shipment.zip'),
      '--trust',
      join(state, 'station-key.pub.pem'),
      '--training',
    );
    expect(audit.stdout).toContain(`from station Bench 1 (fingerprint ${served.fingerprint}`);
  });

  it('is refused with another fingerprint, and by a station that turned it away', async () => {
    const served = await serveRack(first);
    parts.runs(served.station);
    const state = await stations.second('second-refused');
    const wrong = await run(...mirrorArgs(served.address, 'ab'.repeat(32), state));
    expect(errorOf(wrong).code).toBe('rack-wrong-station');
    const getting = new Running(mirrorArgs(served.address, served.fingerprint, state, sha256));
    parts.runs(getting);
    const [, code = ''] = await getting.says(/rack admit (\S+)/);
    await good('rack', 'refuse', code, '--state', first, '--json');
    expect(await getting.exited).toBe(3);
    expect(getting.text).toContain('mirror-turned-away');
    expect(await cachedAt(state)).toEqual([]);
    const nobody = await run(...mirrorArgs('127.0.0.1:9', served.fingerprint, state));
    expect(errorOf(nobody)).toMatchObject({
      code: 'mirror-gone',
      message: 'No station can be reached at 127.0.0.1:9.',
    });
  });

  it('goes on where it was, when the station was gone, and by itself when it is started again', async () => {
    const serving = stations.copyOfFirst('first-gone');
    const { state, cable, served } = await pair(serving, 'second-gone');
    const whole = present(
      rackMirrorForm.parse(
        JSON.parse((await run(...mirrorArgs(cable.address, served.fingerprint, state))).stdout),
      ).images[0],
    );
    expect(whole).toMatchObject({ key, state: 'offered' });
    const half = cable.after(4 * MiB);
    const broken = run(...mirrorArgs(cable.address, served.fingerprint, state, key, '--grace', '2'));
    await half;
    cable.pull();
    expect(errorOf(await broken).code).toBe('mirror-gone');
    expect(await cachedAt(state)).toEqual([]);

    cable.plug();
    const before = cable.carried;
    const again = cable.after(MiB);
    const going = run(...mirrorArgs(cable.address, served.fingerprint, state, key));
    await again;
    await served.station.kill();
    const restarted = await serveRack(serving, [], served.address);
    parts.runs(restarted.station);
    const got = rackMirrorForm.parse(JSON.parse((await going).stdout));
    expect(got.images).toMatchObject([{ key, state: 'got' }]);
    expect(cable.carried - before).toBeLessThan(whole.bytes);
    expect(await cachedAt(state)).toHaveLength(1);
    const here = await run(...mirrorArgs(cable.address, served.fingerprint, state, key.slice(0, 10)));
    expect(rackMirrorForm.parse(JSON.parse(here.stdout)).images).toMatchObject([{ state: 'here' }]);
  });

  it('uses no wrong byte, no other map and no disk image of other tools', async () => {
    const serving = stations.copyOfFirst('first-wrong');
    const folder = join(serving, 'renders', key);
    const map = chunkMapSchema.parse(JSON.parse(readFileSync(join(folder, chunkMapName), 'utf8')));
    const place = present(chunkPlaces(map)[3]);
    const { state, cable, served } = await pair(serving, 'second-wrong');
    const get = async (what: string): Promise<CliResult> =>
      await run(...mirrorArgs(cable.address, served.fingerprint, state, what));
    const right = readFileSync(join(folder, place.file)).subarray(place.offset, place.offset + 1);
    poke(join(folder, place.file), place.offset, Buffer.from([255 - (right[0] ?? 0)]));
    const wrong = errorOf(await get(key));
    expect(wrong.code).toBe('mirror-wrong-bytes');
    expect(wrong.message).toContain('chunk 3 of the disk image');
    expect(await cachedAt(state)).toEqual([]);
    poke(join(folder, place.file), place.offset, right);

    // Made with other tools: of its media it is left out, by its own name it is refused.
    const entry = z
      .object({ facts: imageDetailsSchema, fingerprint: z.string() })
      .parse(JSON.parse(readFileSync(join(folder, 'render.json'), 'utf8')));
    const facts = { ...entry.facts, versions: { ...entry.facts.versions, mkntfs: '1999.1' } };
    const other = imageKey(facts);
    cpSync(folder, join(serving, 'renders', other), { recursive: true });
    writeFileSync(join(serving, 'renders', other, 'render.json'), JSON.stringify({ ...entry, facts }));
    expect(errorOf(await get(other)).code).toBe('mirror-other-tools');
    // Named as what it is not.
    const named = 'c'.repeat(64);
    renameSync(join(serving, 'renders', other), join(serving, 'renders', named));
    writeFileSync(join(serving, 'renders', named, 'render.json'), JSON.stringify(entry));
    expect(errorOf(await get(named)).code).toBe('mirror-contradicts');
    // Another chunk map than stated.
    rmSync(join(serving, 'renders', named), { recursive: true });
    writeFileSync(join(folder, 'render.json'), JSON.stringify({ ...entry, fingerprint: 'd'.repeat(64) }));
    await served.station.stop();
    parts.runs((await serveRack(serving, [], served.address)).station);
    expect(errorOf(await get(key)).message).toContain('another SHA-256 than was stated');
    expect(errorOf(await get('nothing')).code).toBe('mirror-not-held');
    expect(await cachedAt(state)).toEqual([]);
    // A key that nobody here trusts.
    rmSync(join(state, 'trusted-keys.json'));
    expect(errorOf(await get('contoso')).code).toBe('delivery-key-unknown');
    expect(
      existsSync(join(state, 'library'))
        ? readdirSync(join(state, 'library')).filter((name) => !name.startsWith('.'))
        : [],
    ).toEqual([]);
  });
});

function poke(file: string, offset: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, offset);
  closeSync(handle);
}
