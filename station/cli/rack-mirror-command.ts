import type { Command } from 'commander';
import { z } from 'zod';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { timeouts } from '../../core/base/timeouts';
import { offerStateSchema, type OfferState } from '../../core/contract/app-mirror';
import { heldMediaSchema } from '../../core/media/held-media';
import type { HostAndPort } from '../../core/settings/rack-settings';
import { openImageCache } from '../image-cache/image-cache';
import { requireStationKey } from '../ledger/keys';
import { libraryFolder, MediaLibrary } from '../library/media-library';
import { getWanted, offerOf, wantedOf, type Outcome, type Wanted } from '../mirror/mirror';
import { OtherStation } from '../mirror/other-station';
import { OrderReader } from '../orders/order-reader';
import { keptIdentity } from '../rack-link/certificate';
import { heldImageSchema, type Held } from '../rack/holdings-form';
import { commandAction, jsonOption, parseCount, stateOption, type CommandContext } from './command-context';
import { operatorOf, operatorOption } from './operator-option';
import { details, table } from './output';
import { parseFingerprint, parseHostAndPort } from './rack-text';
import { withStation, type StationContext } from './station-context';

interface MirrorOptions {
  readonly station: HostAndPort;
  readonly fingerprint: string;
  readonly operator?: string;
  readonly grace?: number;
}

/** What `rack mirror --json` prints. */
export const rackMirrorForm = z.strictObject({
  /** Name of the other station. */
  station: z.string(),
  /** SHA-256 of its certificate. */
  certificate: z.string(),
  /** SHA-256 of the key that it signs its ledger with; null: it has written none yet. */
  keyFingerprint: z.string().nullable(),
  /** `here`: this station had it already. `got`: it came just now. `unusable`: it was made with other versions of the tools. */
  media: z.array(z.strictObject({ ...heldMediaSchema.shape, state: offerStateSchema })),
  images: z.array(z.strictObject({ ...heldImageSchema.shape, state: offerStateSchema })),
});
type Shown = z.infer<typeof rackMirrorForm>;

/** `prestage rack mirror`. @param version of Prestage */
export function addMirror(command: Command, version: string): void {
  command
    .command('mirror')
    .description('get media and disk images from another station, or list what it has')
    .argument(
      '[what...]',
      'name or SHA-256 of a media file: it comes with its disk images; or the name of a disk image. Without: list',
    )
    .requiredOption('--station <address:port>', 'where the other station serves its rack', parseHostAndPort)
    .requiredOption(
      '--fingerprint <sha256>',
      "SHA-256 of that station's certificate, as prestage rack shows it there",
      parseFingerprint,
    )
    .addOption(operatorOption())
    .option(
      '--grace <seconds>',
      `seconds to wait for the other station when it does not answer (default: ${timeouts.rackGrace / 1000})`,
      parseCount,
    )
    .addOption(stateOption())
    .addOption(jsonOption(rackMirrorForm))
    .action(
      commandAction<MirrorOptions>(async (context, options, what) => {
        const { output, signal } = context;
        const operator = operatorOf(options.operator);
        await withStation(context, operator, async (here) => {
          const station = await OtherStation.reach({
            ...{
              address: options.station,
              fingerprint: options.fingerprint,
              identity: keptIdentity(here.paths.rack),
              version,
              signal,
            },
            name: here.settings.stationName,
            grace: options.grace === undefined ? timeouts.rackGrace : options.grace * 1000,
            onSilent: (silent, name) => {
              if (silent) output.message(`Station ${name} does not answer. It is asked again.`);
            },
            onWaiting: (code, name) => {
              output.message(
                `Station ${name} has not admitted this one yet. If it shows the code ${code} too, on it: prestage rack admit ${code.replace(' ', '')}`,
              );
            },
          });
          try {
            const held = await station.held();
            const wanted = what.map((text) => wantedOf(text, held, station.name));
            const shown = await run(wanted, held, station, operator, here, context);
            output.result<typeof rackMirrorForm>(shown, () => textOf(shown));
          } finally {
            station.close();
          }
        });
        return undefined;
      }),
    );
}

async function run(
  wanted: readonly Wanted[],
  held: Held,
  station: OtherStation,
  operator: string,
  { paths, settings, ledger, append }: StationContext,
  { helpers, output, signal }: CommandContext,
): Promise<Shown> {
  const key = requireStationKey(paths);
  const library = new MediaLibrary(libraryFolder(paths, settings));
  const cache = await openImageCache(paths.imageCache, settings.cacheLimitBytes);
  const { versions } = await helpers.greeting();
  const outcomes = new Map<string, Outcome>();
  for (const one of wanted) {
    const got = await getWanted(one, held, {
      ...{ station, cache, versions, operator, signal },
      receiving: {
        ...{ paths, library, signal, station: { name: settings.stationName, key } },
        shipBy: new OrderReader(ledger, paths).current()?.order.shipBy ?? null,
        client: await helpers.plain(),
        onProgress: (progress) => {
          output.progress.task('media', progress);
        },
      },
      onProgress: ({ name }, progress) => {
        output.progress.task(name, progress);
      },
      onGot: (record) => {
        ledger.append(record, append);
      },
    });
    for (const [name, outcome] of got) outcomes.set(name, outcome);
  }
  const { media, images } = await offerOf(held, outcomes, { library, cache, versions });
  return {
    station: station.name,
    certificate: station.fingerprint,
    keyFingerprint: held.keyFingerprint,
    ...{ media: [...media], images: [...images] },
  };
}

const states: Readonly<Record<OfferState, string>> = {
  offered: 'there',
  here: 'here already',
  got: 'got',
  unusable: 'other tools',
};

function textOf({ station, certificate, keyFingerprint, media, images }: Shown): string {
  const head = details([
    ['station', station],
    ['fingerprint', certificate],
    ['key', keyFingerprint],
  ]);
  const rows = [
    ...media.map(({ name, version, revision, sha256, bytes, state }) => [
      'media',
      sha256.slice(0, 16),
      `${sanitizeForDisplay(name, 60)} ${sanitizeForDisplay(version, 40)}, revision ${revision}`,
      formatBytes(bytes),
      states[state],
    ]),
    ...images.map(({ key, facts, bytes, state }) => [
      'disk image',
      key.slice(0, 16),
      `of media ${facts.mediaSha256.slice(0, 16)}, image ${facts.imageIndex}, ${sanitizeForDisplay(facts.layout, 40)}, ${formatBytes(facts.driveSize)}, sectors ${facts.sectorSize}`,
      formatBytes(bytes),
      states[state],
    ]),
  ];
  if (rows.length === 0) return `${head}\n\nIt has no media and no disk image.`;
  const columns = ['WHAT', 'NAME', 'OF', 'SIZE', 'STATE'].map((title) => ({ title }));
  return `${head}\n\n${table(columns, rows)}`;
}
