import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { managerLines, programLines } from '../../core/boot/loader-choice';
import { sha256Schema } from '../../core/media/chunk-map';
import { formatBytes } from '../../core/base/display';
import { recordedHashSource, recordedHashSourceSchema } from '../../core/media/media-state';
import {
  dateLines,
  dateNotices,
  mediaDatesSchema,
  mergeMediaDates,
  type MediaDates,
} from '../../core/media/media-dates';
import { recoveryText } from '../../core/media/recovery';
import { mediaHashSchema, mediaSchema, type Media, type MediaHash } from '../../core/media/media';
import type { HelperClient } from '../helper-client/helper-client';
import { mediaPath } from '../library/media-path';
import { signedMediaAt } from '../library/signed-media';
import {
  assertExpected,
  expectedHash,
  type ExpectedHash,
  type SignedMedia,
} from '../media/media-expectation';
import { statePaths } from '../state/state-paths';
import { commandAction, jsonOption, parseCount, stateOption, type CommandContext } from './command-context';
import { mediaContentsCommand } from './media-contents-command';
import { mediaCreateCommand } from './media-create-command';
import { addDateOptions, findDates, type DateOptions } from './media-dates';
import { mediaLibraryCommand } from './media-library-command';
import { checkReceiptCommand, mediaReceiveCommand } from './media-receive-command';
import { mediaSendCommand } from './media-send-command';
import { details, table, type Cell } from './output';
import { planCommand } from './plan-command';
import { recipeCommand } from './recipe-command';

/** What `media inspect --json` prints. */
export const mediaInspectForm = z.strictObject({
  /** Of one file: its SHA-256. Of a split set: the SHA-256 of the parts' list (sha256sum form). */
  sha256: sha256Schema,
  /** Source of the SHA-256 it was compared with; `none`: it was not compared. */
  expected: recordedHashSourceSchema,
  ...mediaSchema.shape,
  /** SHA-256 of every file, in the order of `files`. */
  hashes: mediaHashSchema.shape.files,
  /** Certificate, ship-by day and management points; null: neither recipe, password nor signed manifest said it. */
  dates: mediaDatesSchema.nullable(),
  /** Media GUID of Configuration Manager, with braces; null: no password was given, or it is not known. */
  mediaGuid: z.string().nullable(),
});

/** What `media verify --json` prints. */
export const mediaVerifyForm = z.strictObject({
  /** Absolute. */
  path: z.string(),
  verified: z.literal(true),
  /** Bytes that were read and checked. */
  bytes: z.int().nonnegative(),
  /** As `media inspect` prints it. */
  sha256: sha256Schema,
  /** Source of the SHA-256 it was compared with; `none`: it was not compared. */
  expected: recordedHashSourceSchema,
  /** The media has a table of checksums over all its content, and it was checked. */
  integrityTable: z.boolean(),
  /** What wimlib warned of while it read the media. */
  warnings: z.array(z.string()),
});

interface InspectOptions extends DateOptions {
  readonly image: number;
}

/** `prestage media`, with all below it. */
export function mediaCommand(): Command {
  const command = new Command('media').description(
    'plan, make, inspect, send and receive a prestaged Windows image (a WIM file)',
  );
  addDateOptions(command.command('inspect'))
    .description('show what the media contains, and whether it is the file that was sent')
    .argument(
      '<file>',
      'WIM or ESD file, the first part of a split set, or the name of a media file in the library',
    )
    .option('--image <index>', 'image whose file names and boot files are checked', parseCount, 1)
    .addOption(stateOption())
    .addOption(jsonOption(mediaInspectForm))
    .action(
      commandAction<InspectOptions>(async (context, options, [file = '']) => {
        const { image } = options;
        const { path, expected, signed } = expectationOf(context, file);
        const client = await context.helpers.plain();
        const { dates: said, guid } = await findDates({ path, imageIndex: image }, options, context);
        const dates = mergeMediaDates([said, signed?.dates ?? null]);
        const { media, hash } = await inspectAndHash(client, path, image, context);
        assertExpected(expected, hash);
        const shipping = { now: new Date(), shipBy: null };
        for (const warning of dateNotices(dates, shipping)) context.output.message(`warning: ${warning}`);
        const document = {
          sha256: hash.sha256,
          expected: recordedHashSource(expected.source),
          ...media,
          hashes: hash.files,
          dates,
          mediaGuid: guid,
        };
        context.output.result<typeof mediaInspectForm>(document, () =>
          [mediaText(media, hash, expected), ...(dates === null ? [] : ['', datesText(dates, guid)])].join(
            '\n',
          ),
        );
        return undefined;
      }),
    );
  command
    .command('verify')
    .description('read all data in the media and compare it with the checksums inside')
    .argument(
      '<file>',
      'WIM or ESD file, the first part of a split set, or the name of a media file in the library',
    )
    .addOption(stateOption())
    .addOption(jsonOption(mediaVerifyForm))
    .action(
      commandAction<object>(async (context, _options, [file = '']) => {
        const { path, expected } = expectationOf(context, file);
        const client = await context.helpers.plain();
        const { media, hash } = await inspectAndHash(client, path, 1, context);
        assertExpected(expected, hash);
        const { signal, output } = context;
        const { bytes, warnings } = await client.call(
          'verifyMedia',
          { progressToken: randomUUID(), path },
          {
            signal,
            onTaskProgress: (progress) => {
              output.progress.task(basename(path), progress);
            },
          },
        );
        const document = {
          path,
          verified: true as const,
          bytes,
          sha256: hash.sha256,
          expected: recordedHashSource(expected.source),
          integrityTable: media.integrityTable,
          warnings,
        };
        output.result<typeof mediaVerifyForm>(document, () =>
          [
            `The media is intact: ${formatBytes(bytes)} checked.`,
            hashText(hash, expected),
            ...warnings.map((warning) => `wimlib warns: ${warning}`),
          ].join('\n'),
        );
        return undefined;
      }),
    );
  for (const one of [
    recipeCommand(),
    planCommand(),
    mediaCreateCommand(),
    mediaContentsCommand(),
    mediaSendCommand(),
    mediaReceiveCommand(),
    checkReceiptCommand(),
    mediaLibraryCommand(),
  ]) {
    command.addCommand(one);
  }
  return command;
}

/** The file that is meant, and what is said of it: by its signed manifest where it is in the library, else by the file beside it. */
function expectationOf(
  { stateDirectory }: CommandContext,
  file: string,
): { readonly path: string; readonly expected: ExpectedHash; readonly signed: SignedMedia | null } {
  const paths = statePaths(stateDirectory, { make: false });
  const path = mediaPath(file, paths);
  const signed = signedMediaAt(path, paths);
  return { path, expected: expectedHash({ path, signed }), signed };
}

/**
 * Inspects and hashes at the same time. Hashing starts with the file that was given; a split set, which only
 * the inspection knows, starts it again.
 */
export async function inspectAndHash(
  client: HelperClient,
  path: string,
  imageIndex: number,
  { signal, output }: CommandContext,
): Promise<{ media: Media; hash: MediaHash }> {
  const hashFiles = (files: string[], stop: AbortSignal): Promise<MediaHash> =>
    client.call(
      'hashMedia',
      { progressToken: randomUUID(), files },
      {
        signal: AbortSignal.any([signal, stop]),
        onTaskProgress: (progress) => {
          output.progress.task(basename(path), progress);
        },
      },
    );
  const stop = new AbortController();
  const early = hashFiles([path], stop.signal);
  // Looked at below; the inspection's refusal says more than the hashing's.
  early.catch(() => undefined);
  try {
    const media = await client.call('inspectMedia', { path, imageIndex }, { signal });
    const alone = media.files.length === 1 && media.files[0] === path;
    if (!alone) stop.abort();
    return { media, hash: alone ? await early : await hashFiles(media.files, signal) };
  } finally {
    stop.abort();
  }
}

function mediaText(media: Media, hash: MediaHash, expected: ExpectedHash): string {
  const { bootable } = media;
  const compression = media.solid ? `${media.compression}, solid` : media.compression;
  const lines: [string, Cell][] = [
    ['file', media.path],
    [
      'size',
      media.parts > 1 ? `${formatBytes(media.bytes)} in ${media.parts} parts` : formatBytes(media.bytes),
    ],
    ['GUID', media.guid],
    ['compression', compression],
    ['integrity table', media.integrityTable ? 'yes' : 'no'],
    ['bootable', bootable.bootable ? `yes (image ${media.imageIndex})` : ['no', ...bootable.problems]],
    [
      'boots',
      bootable.loaders.map(({ cpu, signed }) => `${cpu} machines, ${signed ? 'signed' : 'not signed'}`),
    ],
    ['recovery', recoveryText(media.recovery)],
    ['boot programs', bootable.programs === undefined ? [] : programLines({ programs: bootable.programs })],
    ['for 2011 and 2023', managerLines(bootable)],
  ];
  const images = table(
    [
      { title: 'IMAGE', align: 'right' },
      { title: 'NAME' },
      { title: 'SIZE', align: 'right' },
      { title: 'FILES', align: 'right' },
    ],
    media.images.map((image) => [
      String(image.index),
      image.name,
      formatBytes(image.bytes),
      String(image.files),
    ]),
  );
  const demands = table(
    [{ title: 'BOOT DEMAND' }, { title: 'MET' }, { title: 'FOUND' }],
    bootable.demands.map(({ id, state, found }) => [id, demandWords[state], found]),
  );
  const warnings = media.warnings.length === 0 ? '' : `\n\n${details([['warning', media.warnings]])}`;
  return `${details(lines)}\n${hashText(hash, expected)}\n\n${images}\n\n${demands}${warnings}`;
}

function datesText(dates: MediaDates, guid: string | null): string {
  return details([...dateLines(dates), ...(guid === null ? [] : [['media GUID', guid] as const])]);
}

const demandWords = { met: 'yes', 'not-met': 'no', unknown: 'not known' } as const;

function hashText(hash: MediaHash, expected: ExpectedHash): string {
  const assessed = {
    given: 'matches the given SHA-256',
    manifest: 'matches the manifest',
    'signed-manifest': `matches the manifest signed by ${expected.signed?.signer.name ?? ''}`,
    none: 'not compared: no expected SHA-256',
  }[recordedHashSource(expected.source)];
  return details([['SHA-256'.padEnd('integrity table'.length), `${hash.sha256} (${assessed})`]]);
}
