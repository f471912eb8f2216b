import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { timeouts } from '../../core/base/timeouts';
import { MiB } from '../../core/base/units';
import type { AppState } from '../../core/contract/app';
import type { AppMirror } from '../../core/contract/app-mirror';
import { runHere } from '../support/command-line';
import { TestApp } from '../support/app-service';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { Cable, RackParts, serveRack } from '../support/rack';
import { good, recordsOf, Stations } from '../support/two-stations';

/** The app gets a media file and its disk image from another station. */

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly version: string;
};
/** Commands and programs one after the other, which take seconds each on busy cores. */
const patience = 400_000;

let area: string;
let stations: Stations;
const parts = new RackParts();
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  area = temporaryArea('app-mirror');
  stations = await Stations.make(area);
}, patience);
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await parts.end();
});
afterAll(() => {
  removeArea(area);
});

/** The app of a station that has nothing. */
async function appOf(state: string): Promise<TestApp> {
  const app = await TestApp.open(state, null, undefined, version);
  let closed = false;
  closing.push(async () => {
    if (!closed) await app.service.close();
    closed = true;
  });
  await app.until(({ drives }) => drives.listed, 'a list of drives');
  await app.scan('OP-Ada Byron');
  return app;
}

type Of<S extends AppMirror['status']> = Extract<AppMirror, { status: S }>;
const is =
  <S extends AppMirror['status']>(status: S, more: (mirror: Of<S>) => boolean = () => true) =>
  ({ mirror }: AppState): boolean =>
    mirror.status === status && more(mirror as Of<S>);
const idle = is('listed', ({ getting }) => getting === null);
const listedIn = ({ mirror }: AppState): Of<'listed'> => {
  if (mirror.status !== 'listed') throw new Error(mirror.status);
  return mirror;
};

/** Takes the other station off the screen, and the patch that says so has come. */
async function left(app: TestApp): Promise<void> {
  await app.handlers.leaveStation({});
  await app.until(is('off'), 'no other station');
}

/** Compares the code there that the app shows. */
async function admitted(app: TestApp, serving: string, address: string, fingerprint: string): Promise<void> {
  await app.handlers.reachStation({ station: address, fingerprint });
  const { mirror } = await app.until(
    is('reaching', ({ waiting }) => waiting !== null),
    'a code to compare',
  );
  const { station, code } = present((mirror as Of<'reaching'>).waiting);
  expect(station).toBe('Bench 1');
  expect((await runHere(['rack', 'show', '--state', serving])).stdout).toContain(code);
  await good('rack', 'admit', code.replace(' ', ''), '--state', serving, '--json');
  await app.until(idle, 'what the other station holds');
}

describe('another station, in the app', { timeout: patience }, () => {
  it('is refused in words for a bad address, a bad or another fingerprint, where nobody is, and where it turns this one away', async () => {
    const served = await serveRack(stations.first);
    parts.runs(served.station);
    const app = await appOf(await stations.second('second-refused'));
    const ask = async (station: string, fingerprint: string): Promise<unknown> =>
      await app.handlers.reachStation({ station, fingerprint });
    await expect(ask('nowhere', served.fingerprint)).rejects.toMatchObject({ code: 'usage' });
    await expect(ask('127.0.0.1:0', served.fingerprint)).rejects.toMatchObject({ code: 'usage' });
    await expect(ask(served.address, 'abc')).rejects.toMatchObject({ code: 'usage' });
    await expect(app.handlers.getFromStation({ media: [stations.sha256], images: [] })).rejects.toMatchObject(
      { code: 'usage' },
    );
    expect(app.state.mirror).toEqual({ status: 'off' });
    const refused = async (station: string, fingerprint: string): Promise<unknown> => {
      await ask(station, fingerprint);
      const state = await app.until(is('refused'), 'a refusal');
      await left(app);
      return state.mirror;
    };
    expect(await refused('127.0.0.1:9', served.fingerprint)).toMatchObject({
      error: { code: 'mirror-gone', message: 'No station can be reached at 127.0.0.1:9.' },
    });
    expect(await refused(served.address, 'ab'.repeat(32))).toMatchObject({
      error: { code: 'rack-wrong-station' },
    });
    // Nothing of what was refused is offered the next time.
    expect(app.state.settings.rack.other).toBeNull();

    await ask(served.address, served.fingerprint);
    const waits = is('reaching', ({ waiting }) => waiting !== null);
    await app.until(waits, 'a code to compare');
    await expect(ask(served.address, served.fingerprint)).rejects.toMatchObject({ code: 'delivery-busy' });
    await app.handlers.cancelMirror({});
    await app.until(is('off'), 'nothing');
    await ask(served.address, served.fingerprint);
    const { mirror } = await app.until(waits, 'a code to compare');
    const { code } = present((mirror as Of<'reaching'>).waiting);
    await good('rack', 'refuse', code.replace(' ', ''), '--state', stations.first, '--json');
    expect((await app.until(is('refused'), 'a refusal')).mirror).toMatchObject({
      error: { code: 'mirror-turned-away' },
    });
  });

  it('gives what is chosen, which is proved, recorded and used here; and nothing whose key is not trusted', async () => {
    const served = await serveRack(stations.first);
    parts.runs(served.station);
    const state = stations.stranger('second-whole');
    const app = await appOf(state);
    await admitted(app, stations.first, served.address, ` ${served.fingerprint.toUpperCase()}`);
    const { sha256, key } = stations;
    expect(listedIn(app.state)).toMatchObject({
      ...{ station: 'Bench 1', certificate: served.fingerprint, getting: null, broken: null },
      media: [{ sha256, name: 'Contoso', state: 'offered' }],
      images: [{ key, mediaSha256: sha256, state: 'offered' }],
    });
    expect(app.state.settings.rack.other).toEqual({
      station: served.address,
      fingerprint: served.fingerprint,
    });

    const wanted = { media: [sha256], images: [key] };
    await app.handlers.getFromStation(wanted);
    await expect(app.handlers.getFromStation(wanted)).rejects.toMatchObject({ code: 'delivery-busy' });
    const unknown = await app.until(
      is('listed', ({ broken }) => broken !== null),
      'a key that is unknown',
    );
    expect(listedIn(unknown).broken).toMatchObject({ wanted, error: { code: 'delivery-key-unknown' } });
    expect(unknown.library.media).toEqual([]);

    await app.handlers.trustKey({ name: 'Contoso', text: readFileSync(stations.publicKey, 'utf8') });
    await app.handlers.getFromStation(wanted);
    const got = await app.until(
      (now) => idle(now) && now.library.media[0]?.images.count === 1,
      'media and disk image',
    );
    expect(listedIn(got)).toMatchObject({
      ...{ broken: null, media: [{ state: 'got' }], images: [{ state: 'got' }] },
    });
    expect(got.library.media).toMatchObject([{ sha256, operator: 'Ada Byron' }]);
    // It is known again by its key, and asked for nothing that is here.
    await left(app);
    await app.handlers.reachStation({ station: served.address, fingerprint: served.fingerprint });
    expect(listedIn(await app.until(idle, 'the list'))).toMatchObject({ media: [{ state: 'here' }] });
    await app.service.close();
    closing.length = 0;
    const from = { station: 'Bench 1', certificate: served.fingerprint };
    expect(await recordsOf(state)).toMatchObject([
      { kind: 'got-from-station', from, what: { is: 'media', sha256 } },
      { kind: 'got-from-station', from, what: { is: 'disk-image', key } },
    ]);
  });

  it('is asked again while it does not answer; what has come stays when it is cancelled, and is not fetched again', async () => {
    const serving = stations.copyOfFirst('first-broken');
    const served = await serveRack(serving);
    parts.runs(served.station);
    const cable = parts.has(await Cable.to(served.address));
    const app = await appOf(await stations.second('second-broken'));
    await admitted(app, serving, cable.address, served.fingerprint);
    const wanted = { media: [], images: [stations.key] };
    const size = present(listedIn(app.state).images[0]).bytes;

    const half = cable.after(4 * MiB);
    await app.handlers.getFromStation(wanted);
    await half;
    cable.pull();
    await app.until(
      is('listed', ({ getting }) => getting?.silent === true),
      'a station that is silent',
    );
    await app.handlers.leaveStation({});
    expect(listedIn(app.state).getting).toMatchObject({ id: stations.key });
    await app.handlers.cancelMirror({});
    const broken = await app.until(idle, 'the end');
    expect(listedIn(broken)).toMatchObject({
      ...{ broken: { wanted, error: null }, images: [{ state: 'offered' }] },
    });

    cable.plug();
    const before = cable.carried;
    const more = cable.after(MiB);
    await app.handlers.getFromStation(present(listedIn(broken).broken).wanted);
    await more;
    cable.pull();
    await app.until(
      is('listed', ({ getting }) => getting?.silent === true),
      'a station that is silent',
    );
    await sleep(timeouts.rackRetry);
    cable.plug();
    const got = await app.until(idle, 'the disk image');
    expect(listedIn(got)).toMatchObject({ broken: null, images: [{ state: 'got' }] });
    expect(cable.carried - before).toBeLessThan(size);
  });
});
