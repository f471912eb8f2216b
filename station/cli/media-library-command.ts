import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { libraryEntrySchema } from '../../core/delivery/library';
import { acceptedMediaSchema, type AcceptedMedia } from '../../core/delivery/standing';
import { sha256Schema } from '../../core/media/chunk-map';
import { forgetAccepted, removeMedia, requireAccepted } from '../library/accepted-media';
import {
  libraryFolder,
  MediaLibrary,
  type LibraryMedia,
  type UnfinishedMedia,
} from '../library/media-library';
import { loadSettings } from '../state/settings';
import { requireStateDirectory, statePaths } from '../state/state-paths';
import { typesName } from './apply-questions';
import { commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { localTime, table } from './output';

const { form: _form, ...entryMembers } = libraryEntrySchema.shape;

/** A media file of the library, as commands print it. */
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

/** What `media library forget --json` prints. */
export const mediaForgetForm = z.strictObject({
  /** The newest revision of this name that was ever received, of each signer's key. */
  forgotten: z.array(acceptedMediaSchema),
});

/** `prestage media library list | remove | forget`. */
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
    .description('remove a media file, or what an unfinished delivery left, from this station')
    .argument('<media>', 'name of the media, or its SHA-256')
    .addOption(stateOption())
    .addOption(jsonOption(mediaRemoveForm))
    .action(
      commandAction<object>((context, _options, [wanted = '']) => {
        const paths = statePaths(context.stateDirectory, { make: false });
        const removed = removeMedia(libraryOf(context), paths, wanted);
        context.output.result<typeof mediaRemoveForm>({ removed }, () => `Removed ${removed}.`);
        return Promise.resolve(undefined);
      }),
    );
  command
    .command('forget')
    .description(
      'forget which revisions of a media file were ever here, for a sender that has started its revision numbers over',
    )
    .argument('<name>', 'name of the media')
    .option('--yes', 'do not ask')
    .addOption(stateOption())
    .addOption(jsonOption(mediaForgetForm))
    .action(
      commandAction<{ yes?: true }>(async (context, { yes }, [name = '']) => {
        requireStateDirectory(context.stateDirectory);
        const paths = statePaths(context.stateDirectory, { make: false });
        const forgotten = requireAccepted(paths, name);
        if (yes !== true) await confirmForget(forgotten, name, context.signal);
        forgetAccepted(paths, name);
        const document = { forgotten: [...forgotten] };
        context.output.result<typeof mediaForgetForm>(document, () =>
          forgotten.map((one) => `Forgotten: ${rememberedText(one)}.`).join('\n'),
        );
        return undefined;
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

/** A media file of the library, as documents have it. */
export function shownMedia({ entry, folder, path, problem }: LibraryMedia): z.infer<typeof libraryMediaForm> {
  const { form: _entryForm, ...members } = entry;
  return { ...members, folder, path, problem };
}

function rememberedText({ name, version, revision, signer }: AcceptedMedia): string {
  const shown = (text: string): string => sanitizeForDisplay(text, 80);
  return `${shown(name)} revision ${revision} (${shown(version)}), signed by ${shown(signer.name)}`;
}

/** @throws PrestageError not-confirmed */
async function confirmForget(
  forgotten: readonly AcceptedMedia[],
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const named = forgotten.map(rememberedText).join('; ');
  const shown = sanitizeForDisplay(name, 80);
  const question = `Older media will be received without a reason. Remembered: ${named}. Type '${shown}' to forget it: `;
  if (await typesName(question, name, signal)) return;
  throw new PrestageError({
    code: 'not-confirmed',
    message: `Forgetting the revisions of ${shown} was not confirmed.`,
    remedy: 'Nothing was changed. Type the name when it is asked for, or add --yes.',
  });
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
