/** The thread that gets from another station for the app: what comes is decrypted, hashed and written here, and not where the window is moved. */
import { workerData } from 'node:worker_threads';
import { PrestageError } from '../../core/base/errors';
import type { Task } from '../../core/base/task';
import { timeouts } from '../../core/base/timeouts';
import { Helpers } from '../helper-client/helpers';
import { openImageCache, type ImageCache } from '../image-cache/image-cache';
import { requireStationKey } from '../ledger/keys';
import { MediaLibrary } from '../library/media-library';
import { keptIdentity } from '../rack-link/certificate';
import type { Held } from '../rack/holdings-form';
import { answerRequests, tell } from '../threads/worker-thread';
import { getWanted, offerOf, type Offer, type Outcome } from './mirror';
import type {
  MirrorAnswers,
  MirrorPlace,
  MirrorRequest,
  MirrorTold,
  MirrorWorkerData,
} from './mirror-protocol';
import { OtherStation } from './other-station';

const { paths, helper, version } = workerData as MirrorWorkerData;
/** A helper of its own: it reads what came beside those of the app. */
const helpers = new Helpers({ helper, client: `prestage app ${version}` });
const outcomes = new Map<string, Outcome>();
let stop = new AbortController();
/** What the other station told last. */
let told: Held = { keyFingerprint: null, media: [], images: [] };

const say = (what: MirrorTold): void => {
  tell(what);
};

const cacheOf = async ({ cacheLimitBytes }: MirrorPlace): Promise<ImageCache> =>
  await openImageCache(paths.imageCache, cacheLimitBytes);

/** Greets the other station for one piece of work: it knows this one by its key from then on, and says what it holds now. */
async function withStation<T>(
  { address, fingerprint, stationName }: MirrorPlace,
  work: (station: OtherStation, held: Held, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  stop = new AbortController();
  const { signal } = stop;
  const station = await OtherStation.reach({
    ...{ address, fingerprint, version, signal, name: stationName, grace: timeouts.rackGrace },
    identity: keptIdentity(paths.rack),
    onWaiting: (code, name) => {
      say({ told: 'waiting', code, station: name });
    },
    onSilent: (silent) => {
      say({ told: 'silent', silent });
    },
  });
  try {
    const held = await station.held();
    told = held;
    return await work(station, held, signal);
  } finally {
    station.close();
  }
}

async function offer(place: MirrorPlace): Promise<Offer> {
  const { versions } = await helpers.greeting();
  const library = new MediaLibrary(place.libraryFolder);
  return await offerOf(told, outcomes, { library, cache: await cacheOf(place), versions });
}

async function get(request: Extract<MirrorRequest, { verb: 'get' }>): Promise<null> {
  const { place, operator, shipBy } = request;
  return await withStation(place, async (station, held, signal) => {
    const media = held.media.filter(({ sha256 }) => request.media.includes(sha256));
    const images = held.images.filter(({ key }) => request.images.includes(key));
    if (media.length + images.length < request.media.length + request.images.length) {
      throw new PrestageError({
        code: 'mirror-not-held',
        message: `Station ${station.name} does not have all of it any more.`,
      });
    }
    const key = requireStationKey(paths);
    const { versions } = await helpers.greeting();
    let id = '';
    const onProgress = (progress: Task): void => {
      say({ told: 'progress', id, progress });
    };
    const got = await getWanted({ media, images }, held, {
      ...{ station, cache: await cacheOf(place), versions, operator, signal },
      receiving: {
        ...{ paths, library: new MediaLibrary(place.libraryFolder), signal, shipBy, onProgress },
        station: { name: place.stationName, key },
        client: await helpers.plain(),
      },
      onProgress: (coming, progress) => {
        ({ id } = coming);
        onProgress(progress);
      },
      onGot: (record) => {
        const { what } = record;
        outcomes.set(what.is === 'media' ? what.sha256 : what.key, 'got');
        say({ told: 'got', record });
      },
    });
    for (const [name, outcome] of got) if (outcomes.get(name) !== 'got') outcomes.set(name, outcome);
    return null;
  });
}

answerRequests<MirrorRequest, MirrorAnswers>(async (request) => {
  switch (request.verb) {
    case 'reach':
      return await withStation(request.place, async (station) => ({
        station: station.name,
        offer: await offer(request.place),
      }));
    case 'get':
      return await get(request);
    case 'offer':
      return await offer(request.place);
    case 'cancel':
      stop.abort();
      return null;
    case 'close':
      stop.abort();
      await helpers.dispose();
      return null;
  }
});
