import { createHash, randomUUID } from 'node:crypto';
import { basename, extname, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { formatBytes, parseSize } from '../../core/base/display';
import { sha256Schema } from '../../core/media/chunk-map';
import { streamOf } from '../../core/delivery/manifest';
import { counted } from '../../core/base/plurals';
import { isCancellation, PrestageError } from '../../core/base/errors';
import { namedContents } from '../../core/contents/name-packages';
import { settingsOf } from '../../core/delivery/recipe-settings';
import { contentOf, type Recipe } from '../../core/recipe/recipe';
import { datesOfRecipe } from '../../core/recipe/recipe-dates';
import { sendMedia, type SendRequest, type SentMedia } from '../delivery/send';
import type { HelperClient } from '../helper-client/helper-client';
import { withTemplates } from '../machine-files/read-machine-files';
import { readRecipe, type ReadRecipe } from '../recipe/read-recipe';
import { openSecretKey } from '../signing/key-files';
import { passwordFrom } from './ask-password';
import { commandAction, jsonOption, parseCount } from './command-context';
import { details } from './output';

/** What `media send --json` prints. */
export const mediaSendForm = z.strictObject({
  /** The manifest, absolute. */
  manifest: z.string(),
  /** Its signature, absolute; null: not signed. */
  signature: z.string().nullable(),
  /** Of the manifest's bytes: a receipt names it. */
  manifestSha256: sha256Schema,
  name: z.string(),
  version: z.string(),
  revision: z.int().positive(),
  /** Of the media. */
  sha256: sha256Schema,
  /** Of the media. */
  bytes: z.int().positive(),
  /** Bytes of all parts. */
  bytesSent: z.int().positive(),
  parts: z.array(z.strictObject({ fileName: z.string(), bytes: z.int().positive(), sha256: sha256Schema })),
  /** Media that the receiver must have; null: sent whole. */
  base: z.strictObject({ fileName: z.string(), sha256: sha256Schema }).nullable(),
});

interface SendOptions {
  readonly to: string;
  readonly since?: string;
  readonly partSize?: number;
  readonly key?: string;
  readonly passwordFile?: string;
  readonly name?: string;
  readonly mediaVersion?: string;
  readonly revision?: number;
  readonly recipe?: string;
}

/** The smallest part. Bytes. */
const smallestPart = 64 * 1024;

/** `prestage media send`. */
export function mediaSendCommand(): Command {
  return new Command('send')
    .description('copy a media file to a folder in parts, with a signed manifest that proves every block')
    .argument('<file>', 'WIM or ESD file')
    .requiredOption('--to <folder>', 'folder to send to, such as a stick or a share; made when it is missing')
    .option(
      '--part-size <size>',
      'size of a part at most, such as 3.9G for FAT32 (default: one part)',
      parsePart,
    )
    .option('--since <file>', 'send only what differs from this older media, which the receiver has')
    .option(
      '--key <file>',
      'secret key to sign with; without it, sign the manifest with minisign or openssl cms',
    )
    .option('--password-file <file>', 'file with the password of the key, which only you can read')
    .option('--recipe <file>', 'recipe of the media: its settings, dates, name, version and revision')
    .option('--name <name>', 'name of the media, the same for all its revisions (default: the file name)')
    .option('--media-version <version>', 'version for people, such as 24H2 (default: the revision)')
    .option('--revision <number>', 'number that is higher for each newer media file of this name', parseCount)
    .addOption(jsonOption(mediaSendForm))
    .action(
      commandAction<SendOptions>(async (context, options, [file = '']) => {
        const { signal, output, helpers } = context;
        const path = resolve(file);
        const ask = async (): Promise<string> =>
          await passwordFrom(options.passwordFile, 'Password of the key: ', signal);
        const signer = options.key === undefined ? null : await openSecretKey(options.key, ask);
        const client = await helpers.plain();
        const read = options.recipe === undefined ? null : readRecipe(options.recipe);
        const contents = await contentsOf(client, path, read?.recipe ?? null, signal);
        const sent = await sendMedia(
          {
            path,
            since: options.since === undefined ? null : resolve(options.since),
            directory: resolve(options.to),
            partBytes: options.partSize ?? null,
            described: { ...describedBy(options, read, path), ...contents },
            signer,
          },
          {
            client,
            signal,
            onProgress: (progress) => {
              output.progress.task(basename(path), progress);
            },
          },
        );
        output.result<typeof mediaSendForm>(documentOf(sent), () => sentText(sent, signer?.keyId ?? null));
        return undefined;
      }),
    );
}

/** The packages that the media holds, for the manifest; nothing where they cannot be listed: receiving will say why. */
async function contentsOf(
  client: HelperClient,
  path: string,
  recipe: Recipe | null,
  signal: AbortSignal,
): Promise<Pick<SendRequest['described'], 'contents'>> {
  try {
    const request = { progressToken: randomUUID(), path, imageIndex: 1, contentOf: [] };
    const listed = await client.call('listContents', request, { signal });
    const contents = namedContents(listed, recipe === null ? [] : contentOf(recipe));
    return contents === null ? {} : { contents };
  } catch (error) {
    if (!(error instanceof PrestageError) || isCancellation(error)) throw error;
    return {};
  }
}

/** What the sender says of the media: on the command line, else in the recipe. @throws PrestageError usage, recipe-… */
function describedBy(
  { name, mediaVersion, revision }: SendOptions,
  read: ReadRecipe | null,
  path: string,
): SendRequest['described'] {
  const recipe = read?.recipe ?? null;
  const number = revision ?? recipe?.revision;
  if (number === undefined) {
    throw new PrestageError({
      code: 'usage',
      message: 'The revision is missing: the number that tells which media of this name is newer.',
      remedy: 'Give it with --revision, or give the recipe with --recipe.',
    });
  }
  const dates = recipe === null ? null : datesOfRecipe(recipe);
  return {
    name: name ?? recipe?.name ?? basename(path, extname(path)),
    version: mediaVersion ?? recipe?.version ?? String(number),
    revision: number,
    ...(read === null
      ? {}
      : {
          recipe: settingsOf(read.recipe, withTemplates(read.recipe.machineFiles ?? [], read.path)),
        }),
    ...(dates === null ? {} : { dates }),
  };
}

function parsePart(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== null && bytes >= smallestPart) return bytes;
  throw new InvalidArgumentError('It must be a size of at least 64K, such as 3.9G.');
}

function documentOf({
  manifest,
  manifestFile,
  signatureFile,
  manifestBytes,
}: SentMedia): z.infer<typeof mediaSendForm> {
  const { name, version, revision, media, parts, difference } = manifest;
  return {
    manifest: manifestFile,
    signature: signatureFile,
    manifestSha256: createHash('sha256').update(manifestBytes).digest('hex'),
    ...{ name, version, revision },
    sha256: media.sha256,
    bytes: media.bytes,
    bytesSent: streamOf(manifest).bytes,
    parts: parts.map(({ fileName, bytes, sha256 }) => ({ fileName, bytes, sha256 })),
    base:
      difference === undefined
        ? null
        : { fileName: difference.base.fileName, sha256: difference.base.sha256 },
  };
}

function sentText({ manifest, manifestFile, signatureFile }: SentMedia, keyId: string | null): string {
  const { media, parts, difference } = manifest;
  const { bytes } = streamOf(manifest);
  const share = ((bytes / media.bytes) * 100).toFixed(1);
  return [
    details([
      ['media', `${manifest.name}, version ${manifest.version}, revision ${manifest.revision}`],
      ['SHA-256', media.sha256],
      ['manifest', manifestFile],
      [
        'signature',
        signatureFile === null ? 'none yet' : `${basename(signatureFile)}, key ID ${keyId ?? ''}`,
      ],
      ['parts', `${counted(parts.length, 'file', 'files')}, ${formatBytes(bytes)}`],
      ...(difference === undefined
        ? []
        : [
            [
              'difference',
              `${share}% of ${formatBytes(media.bytes)}, for those who have ${difference.base.fileName}`,
            ] as const,
          ]),
    ]),
    ...(signatureFile === null
      ? [
          '',
          'The manifest is not signed, and nobody can receive the media before it is. Sign it with one of:',
          `  minisign -S -H -s KEY -m '${manifestFile}'`,
          `  openssl cms -sign -binary -outform DER -signer CERTIFICATE.pem -inkey KEY.pem -in '${manifestFile}' -out '${manifestFile}.p7s'`,
        ]
      : []),
  ].join('\n');
}
