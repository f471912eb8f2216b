import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes } from '../../core/base/display';
import { libraryEntrySchema } from '../../core/delivery/library';
import { sha256Schema } from '../../core/media/chunk-map';
import {
  libraryFolder,
  MediaLibrary,
  type LibraryMedia,
  type UnfinishedMedia,
} from '../library/media-library';
import { loadSettings } from '../state/settings';
import { requireStateDirectory, statePaths } from '../state/state-paths';
import { commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { localTime, table } from './output';

const { form: _form, ...entryMembers } = libraryEntrySchema.shape;

/** A media of the library, as commands print it. */
export const libraryMediaForm = z.strictObject({
  ...entryMembers,
  /** The media's file, absolute; null while it is kept in parts. */
  path: z.string().nullable(),
  /** Folder of the media in the library, absolute. */
  folder: z.string(),
  /** What is wrong with it now, a sentence; null when its files are there. Nothing is hashed for it. */
  problem: z.string().nullable(),
});

/** What `media library list --json` prints. */
export const mediaLibraryForm = z.strictObject({
  /** Absolute. */
  folder: z.string(),
  media: z.array(libraryMediaForm),
  /** Deliveries that were begun and not finished. */
  unfinished: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      revision: z.int().nonnegative(),
      /** Of the whole media. */
      sha256: sha256Schema,
      /** Absolute. */
      folder: z.string(),
    }),
  ),
});

/** What `media library remove --json` prints. */
export const mediaRemoveForm = z.strictObject({
  /** Folder that is gone, absolute. */
  removed: z.string(),
});

/** `prestage media library list | remove`. */
export function mediaLibraryCommand(): Command {
  const command = new Command('library').description('media that this station has received');
  command
    .command('list')
    .description('list the media of the library, and deliveries that are not finished')
    .addOption(stateOption())
    .addOption(jsonOption(mediaLibraryForm))
    .action(
      commandAction<object>((context) => {
        const library = libraryOf(context);
        const media = library.list();
        const unfinished = library.unfinished();
        const document = { folder: library.folder, media: media.map(shownMedia), unfinished };
        context.output.result<typeof mediaLibraryForm>(document, () => libraryText(media, unfinished));
        return Promise.resolve(undefined);
      }),
    );
  command
    .command('remove')
    .description('remove a media, or what an unfinished delivery left, from this station')
    .argument('<media>', 'name of the media, or its SHA-256')
    .addOption(stateOption())
    .addOption(jsonOption(mediaRemoveForm))
    .action(
      commandAction<object>((context, _options, [wanted = '']) => {
        const removed = libraryOf(context).remove(wanted);
        context.output.result<typeof mediaRemoveForm>({ removed }, () => `Removed ${removed}.`);
        return Promise.resolve(undefined);
      }),
    );
  return command;
}

/** The library of the station, without making anything. */
export function libraryOf({ stateDirectory }: Pick<CommandContext, 'stateDirectory'>): MediaLibrary {
  requireStateDirectory(stateDirectory);
  const paths = statePaths(stateDirectory, { make: false });
  return new MediaLibrary(libraryFolder(paths, loadSettings(paths)));
}

/** A media of the library, as documents have it. */
export function shownMedia({ entry, folder, path, problem }: LibraryMedia): z.infer<typeof libraryMediaForm> {
  const { form: _entryForm, ...members } = entry;
  return { ...members, folder, path, problem };
}

function libraryText(media: readonly LibraryMedia[], unfinished: readonly UnfinishedMedia[]): string {
  if (media.length + unfinished.length === 0) return 'The media library is empty.';
  const titles = ['NAME', 'VERSION', 'REVISION', 'SIZE', 'SIGNED BY', 'RECEIVED', 'SHA-256', 'STATE'];
  const rows = [
    ...media.map(({ entry, path, problem }) => [
      entry.name,
      entry.version,
      String(entry.revision),
      formatBytes(entry.bytes),
      entry.signer.name,
      localTime(new Date(entry.receivedAt)),
      entry.sha256.slice(0, 12),
      problem !== null ? 'DAMAGED' : path === null ? 'in parts' : 'proved',
    ]),
    ...unfinished.map(({ name, version, revision, sha256 }) => [
      ...[name, version, String(revision), '', '', '', sha256.slice(0, 12)],
      'unfinished',
    ]),
  ];
  return table(
    titles.map((title) => ({ title })),
    rows,
  );
}
