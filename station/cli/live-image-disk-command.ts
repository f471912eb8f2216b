import { Command } from 'commander';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { driveLabel } from '../../core/drive/drive';
import { pastWords } from '../../core/ledger/past-words';
import { attachedPast, requireDrive } from '../drives/finished-drive';
import { forgetImageDisk, makeImageDisk, mediaNames } from '../image-disk/image-disk';
import { askErase, requireTerminal } from './apply-questions';
import { commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { liveForm, requireLive, showStick } from './live-shown';
import { libraryOf } from './media-library-command';
import { operatorOf, operatorOption } from './operator-option';
import { withStation } from './station-context';

interface ImageDiskOptions {
  readonly yes?: true;
  readonly again?: string;
  readonly operator?: string;
  readonly open?: true;
  readonly forget?: true;
}

/** `prestage live image-disk`: where a station on a stick has its disk images. */
export function imageDiskCommand(): Command {
  return new Command('image-disk')
    .description(
      'have disk images and new media on a disk beside the stick: it is erased, and encrypted with a key on the stick',
    )
    .argument('[drive]', 'ID of the disk, as prestage drives lists it')
    .option('--yes', 'erase it, or stop using it, without asking')
    .option(
      '--again <reason>',
      'allow a disk that holds a finished image or whose last job failed, and record why',
    )
    .addOption(operatorOption())
    .option('--open', 'open the disk that was chosen, when it was plugged in after the start')
    .option(
      '--forget',
      'have disk images and media on the stick again; nobody can read those on the disk any more',
    )
    .addOption(stateOption())
    .addOption(jsonOption(liveForm))
    .action(
      commandAction<ImageDiskOptions>(async (context, options, [driveId]) => {
        const { open, forget } = options;
        await requireLive(context);
        if ([driveId !== undefined, open === true, forget === true].filter(Boolean).length !== 1) {
          throw new PrestageError({
            code: 'usage',
            message: 'Give the ID of a disk, or --open, or --forget.',
          });
        }
        if (driveId === undefined) {
          if (open === true) await (await context.helpers.privileged()).call('openImageDisk', {});
          else await stopUsing(options, context);
        } else {
          await make(driveId, options, context);
        }
        await showStick(context);
        return undefined;
      }),
    );
}

/** @throws PrestageError not-confirmed, live-… */
async function stopUsing({ yes }: ImageDiskOptions, context: CommandContext): Promise<void> {
  const library = libraryOf(context);
  const media = library.onDisk().map(({ entry }) => entry.sha256);
  if (media.length > 0 && yes !== true) {
    throw new PrestageError({
      code: 'not-confirmed',
      message: `Media lie on the disk, and would be in no library any more: ${mediaNames(library)}.`,
      remedy: 'Nothing was changed. To lose them on purpose, add --yes.',
    });
  }
  await forgetImageDisk(media, library, context.helpers);
}

/** @throws PrestageError not-confirmed, live-…, drive-…, ledger-… */
async function make(
  driveId: string,
  { yes, again, operator }: ImageDiskOptions,
  context: CommandContext,
): Promise<void> {
  const who = operatorOf(operator);
  const why = again === undefined ? '' : sanitizeForDisplay(again, 200);
  await withStation(context, who, async ({ ledger, append }) => {
    const { helpers, output, signal } = context;
    const drive = await requireDrive(driveId, null, helpers, signal);
    if (yes !== true) {
      requireTerminal();
      const past = pastWords(attachedPast(drive, ledger)).map((words) => `\n${words}.`);
      const text = `All that is on the ${driveLabel(drive)} (${formatBytes(drive.size)}) is erased.${past.join('')}`;
      await askErase(text, output, signal);
    }
    await makeImageDisk(drive, why === '' ? null : why, { helpers, ledger, append });
  });
}
