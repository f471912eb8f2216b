import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { formatBytes, parseSize, sanitizeForDisplay } from '../../core/base/display';
import { sha256Schema } from '../../core/media/chunk-map';
import { imageSourceSchema } from '../../core/media/image-source';
import { openImageCache, imageDetailsSchema, type CacheEntry } from '../image-cache/image-cache';
import { changeSettings, loadSettings } from '../state/settings';
import { statePaths } from '../state/state-paths';
import { commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { localTime, table } from './output';

/** What the cache commands print with `--json`. */
export const cacheForm = z.strictObject({
  /** Bytes used now. */
  bytes: z.int().nonnegative(),
  /** Size limit, in bytes. */
  limitBytes: z.int().nonnegative(),
  /** The disk images in the cache. */
  renders: z.array(
    z.strictObject({
      /** Name of the disk image, derived from what it was made from. */
      key: z.string(),
      /** Folder, absolute. */
      directory: z.string(),
      /** Bytes it uses on the disk. */
      bytes: z.int().nonnegative(),
      lastUsed: z.iso.datetime({ precision: 3 }),
      /** What it was made from. */
      facts: imageDetailsSchema,
      /** SHA-256 of its chunk map. */
      fingerprint: sha256Schema,
      /** The station that it came from; null: it was made on this one. */
      from: imageSourceSchema.nullable(),
    }),
  ),
});

/** `prestage cache show | clear | limit`: the disk images that are kept. */
export function cacheCommand(): Command {
  const command = new Command('cache').description(
    'manage the image cache: disk images kept for the next batch',
  );
  const subcommand = (name: string, description: string): Command =>
    command.command(name).description(description).addOption(stateOption()).addOption(jsonOption(cacheForm));
  subcommand('show', 'show the disk images in the cache and how much space they use').action(
    commandAction<object>(async (context) => {
      await show(context);
      return undefined;
    }),
  );
  subcommand('clear', 'remove every disk image that no batch is using').action(
    commandAction<object>(async (context) => {
      const { paths, settings } = stateOf(context);
      const cache = await openImageCache(paths.imageCache, settings.cacheLimitBytes);
      await cache.clear();
      await show(context);
      return undefined;
    }),
  );
  subcommand('limit', 'set the size limit of the image cache; the least recently used are removed first')
    .argument('<size>', 'for example 200G', parseLimit)
    .action(
      commandAction<object>(async (context, _options, [size = '']) => {
        const { paths } = stateOf(context);
        const cacheLimitBytes = parseLimit(size);
        changeSettings(paths, { cacheLimitBytes });
        const cache = await openImageCache(paths.imageCache, cacheLimitBytes);
        await cache.evict(0);
        await show(context);
        return undefined;
      }),
    );
  return command;
}

function parseLimit(text: string): number {
  const bytes = parseSize(text);
  if (bytes === null) throw new InvalidArgumentError('It must be a size such as 200G.');
  return bytes;
}

function stateOf({ stateDirectory }: CommandContext): {
  paths: ReturnType<typeof statePaths>;
  settings: ReturnType<typeof loadSettings>;
} {
  const paths = statePaths(stateDirectory);
  return { paths, settings: loadSettings(paths) };
}

async function show(context: CommandContext): Promise<void> {
  const { paths, settings } = stateOf(context);
  const cache = await openImageCache(paths.imageCache, settings.cacheLimitBytes);
  const entries = await cache.entries();
  const bytes = await cache.bytes();
  const limitBytes = settings.cacheLimitBytes;
  const images = entries.map((entry) => ({ ...entry, lastUsed: entry.lastUsed.toISOString() }));
  context.output.result<typeof cacheForm>({ bytes, limitBytes, renders: images }, () =>
    cacheText(entries, bytes, limitBytes),
  );
}

function cacheText(entries: readonly CacheEntry[], bytes: number, limitBytes: number): string {
  const sum = `${formatBytes(bytes)} of ${formatBytes(limitBytes)} used.`;
  if (entries.length === 0) return sum;
  const columns = ['MEDIA', 'IMAGE', 'LAYOUT', 'DRIVE', 'SECTOR', 'USES', 'LAST USED', 'FROM'].map(
    (title) => ({
      title,
    }),
  );
  const rows = entries.map(({ facts: details, bytes: taken, lastUsed, from }) => [
    details.mediaSha256.slice(0, 16),
    String(details.imageIndex),
    details.layout,
    formatBytes(details.driveSize),
    String(details.sectorSize),
    formatBytes(taken),
    localTime(lastUsed),
    from === null ? null : sanitizeForDisplay(from.station, 40),
  ]);
  return `${table(columns, rows)}\n\n${sum}`;
}
