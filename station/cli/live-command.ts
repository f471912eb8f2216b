import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { formatBytes, sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { confirmationOf } from '../../core/drive/drive';
import { liveKeyboards, liveKeyboardSchema, timeZoneSchema, type LiveKey } from '../../core/live/live-state';
import { requireDrive } from '../drives/finished-drive';
import { updateLive } from '../live/update-live';
import { statePaths } from '../state/state-paths';
import { passwordFrom } from './ask-password';
import { commandAction, jsonOption, stateOption } from './command-context';
import { imageDiskCommand } from './live-image-disk-command';
import { liveForm, requireLive, showStick } from './live-shown';
import { liveMachineCommand } from './live-machine-command';
import { operatorOf, operatorOption } from './operator-option';

/** What `live update --json` prints. */
export const liveUpdateForm = z.strictObject({
  slot: z.enum(['a', 'b']),
  /** Name of the key that signed it. */
  signer: z.string(),
  bytes: z.int().nonnegative(),
});

/** What `live off --json` prints. */
export const liveOffForm = z.strictObject({ off: z.literal(true) });

interface KeyOptions {
  readonly passwordFile?: string;
  readonly keyStick?: true;
}
interface StationOptions {
  readonly timeZone?: string;
  readonly keyboard?: string;
  readonly time?: string;
}
interface UnlockOptions {
  readonly machine: string;
  readonly operator?: string;
}

/** `prestage live show | setup | unlock | station | unlock-disk | update | machine | off`. */
export function liveCommand(): Command {
  const command = new Command('live').description('a station that runs from a stick: Prestage Live');
  command
    .command('show', { isDefault: true })
    .description('show the stick, its data partition, and what keeps real drives from being written')
    .addOption(stateOption())
    .addOption(jsonOption(liveForm))
    .action(
      commandAction(async (context) => {
        await showStick(context);
        return undefined;
      }),
    );
  keyed(command, 'setup', 'make the encrypted data partition in the free space of the stick', 'makeLiveData');
  keyed(command, 'unlock', 'open the data partition', 'openLiveData');
  addStation(command);
  addUnlockDisk(command);
  addUpdate(command);
  addDisk(command);
  command.addCommand(imageDiskCommand());
  command.addCommand(liveMachineCommand());
  command
    .command('off')
    .description('turn this PC off')
    .addOption(jsonOption(liveOffForm))
    .action(
      commandAction(async (context) => {
        await requireLive(context);
        const client = await context.helpers.privileged();
        await client.call('powerOffLive', {});
        context.output.result<typeof liveOffForm>({ off: true }, () => 'This PC turns off.');
        return undefined;
      }),
    );
  return command;
}

function keyed(
  command: Command,
  name: string,
  description: string,
  method: 'makeLiveData' | 'openLiveData',
): void {
  command
    .command(name)
    .description(description)
    .option('--password-file <file>', 'file with the passphrase, which only you can read')
    .option('--key-stick', 'with a key file on a second stick (FAT32), instead of a passphrase')
    .addOption(stateOption())
    .addOption(jsonOption(liveForm))
    .action(
      commandAction<KeyOptions>(async (context, options) => {
        const { helpers, signal } = context;
        // Before anything is asked: elsewhere there is nothing to give a passphrase to.
        await requireLive(context);
        const key = await keyFrom(options, method, signal);
        const client = await helpers.privileged();
        await client.call(method, { key }, { signal });
        await showStick(context);
        return undefined;
      }),
    );
}

async function keyFrom(
  { passwordFile, keyStick }: KeyOptions,
  method: 'makeLiveData' | 'openLiveData',
  signal: AbortSignal,
): Promise<LiveKey> {
  if (keyStick === true) return { kind: 'key-stick' };
  const text = await passwordFrom(passwordFile, 'Passphrase of the data partition: ', signal);
  const again = method === 'makeLiveData' && passwordFile === undefined;
  if (again && (await passwordFrom(undefined, 'Type it again: ', signal)) !== text) {
    throw new PrestageError({
      code: 'live-key-wrong',
      message: 'The two passphrases differ.',
      remedy: 'Nothing was changed. Start again.',
    });
  }
  if (text !== '') return { kind: 'passphrase', text };
  throw new PrestageError({ code: 'live-key-wrong', message: 'The passphrase is empty.' });
}

function addStation(command: Command): void {
  command
    .command('station')
    .description('set the time zone and the keyboard, which are kept on the stick, and the clock')
    .option('--time-zone <zone>', 'as in Europe/Berlin or America/New_York')
    .addOption(new Option('--keyboard <layout>', 'keyboard').choices(Object.keys(liveKeyboards)))
    .option('--time <time>', "date and time, as in 2026-11-29T09:30:00Z; the PC's own clock is left alone")
    .addOption(stateOption())
    .addOption(jsonOption(liveForm))
    .action(
      commandAction<StationOptions>(async (context, { timeZone, keyboard, time }) => {
        await requireLive(context);
        if (timeZone === undefined && keyboard === undefined && time === undefined) {
          throw new PrestageError({
            code: 'usage',
            message: 'Nothing is to be set: give --time-zone, --keyboard or --time.',
          });
        }
        const client = await context.helpers.privileged();
        await client.call('setLiveStation', {
          ...(timeZone === undefined ? {} : { timeZone: zoneOf(timeZone) }),
          ...(keyboard === undefined ? {} : { keyboard: liveKeyboardSchema.parse(keyboard) }),
          ...(time === undefined ? {} : { time: timeOf(time) }),
        });
        await showStick(context);
        return undefined;
      }),
    );
}

function zoneOf(text: string): string {
  const zone = timeZoneSchema.safeParse(text).data;
  if (zone !== undefined) return zone;
  throw new PrestageError({
    code: 'usage',
    message: `'${sanitizeForDisplay(text, 60)}' is not the name of a time zone.`,
    remedy: 'Give a name such as Europe/Berlin.',
  });
}

function timeOf(text: string): string {
  const time = new Date(text);
  if (Number.isFinite(time.getTime())) return time.toISOString();
  throw new PrestageError({
    code: 'usage',
    message: `'${sanitizeForDisplay(text, 60)}' is not a date and time.`,
    remedy: 'Give it as in 2026-11-29T09:30:00Z.',
  });
}

function addUnlockDisk(command: Command): void {
  command
    .command('unlock-disk')
    .description("let one of this PC's own disks be written until the next start")
    .argument('<drive>', 'ID of the disk, as prestage drives lists it')
    .requiredOption('--machine <serial>', 'serial of this PC, from its label')
    .addOption(operatorOption())
    .addOption(stateOption())
    .addOption(jsonOption(liveForm))
    .action(
      commandAction<UnlockOptions>(async (context, { machine, operator }, [driveId = '']) => {
        await requireLive(context);
        const drive = await requireDrive(driveId, null, context.helpers, context.signal);
        const client = await context.helpers.privileged();
        const who = operatorOf(operator);
        await client.call('unlockOwnDisk', {
          ...{ driveId, confirmed: confirmationOf(drive), machine, operator: who },
        });
        await showStick(context);
        return undefined;
      }),
    );
}

function addDisk(command: Command): void {
  command
    .command('open-disk')
    .description('open a USB disk, so that files are read from it: below /run/prestage/disk')
    .argument('<drive>', 'ID of the disk, as prestage drives lists it')
    .option('--write', 'files are put on it, too')
    .addOption(stateOption())
    .addOption(jsonOption(liveForm))
    .action(
      commandAction<{ readonly write?: true }>(async (context, { write }, [driveId = '']) => {
        await requireLive(context);
        const drive = await requireDrive(driveId, null, context.helpers, context.signal);
        const client = await context.helpers.privileged();
        const request = { driveId, confirmed: confirmationOf(drive), write: write === true };
        await client.call('openOtherDisk', request);
        await showStick(context);
        return undefined;
      }),
    );
  command
    .command('close-disk')
    .description('close the disk that files are read from: it may be pulled then')
    .addOption(stateOption())
    .addOption(jsonOption(liveForm))
    .action(
      commandAction(async (context) => {
        await requireLive(context);
        const client = await context.helpers.privileged();
        await client.call('closeOtherDisk', {});
        await showStick(context);
        return undefined;
      }),
    );
}

function addUpdate(command: Command): void {
  command
    .command('update')
    .description(
      'write another version to the slot that does not run; the next start tries it, and goes back when it does not come up',
    )
    .argument('<file>', 'image of Prestage Live, with its signature (.minisig) beside it')
    .addOption(stateOption())
    .addOption(jsonOption(liveUpdateForm))
    .action(
      commandAction<object>(async (context, _options, [given = '']) => {
        await requireLive(context);
        const { helpers, output, signal, stateDirectory } = context;
        const report = await updateLive(resolve(given), {
          ...{ helpers, signal, paths: statePaths(stateDirectory, { make: false }) },
          onTask: (task) => {
            output.progress.task('media', task);
          },
        });
        output.result<typeof liveUpdateForm>(report, () =>
          [
            `${shownPath(given)}, signed by ${sanitizeForDisplay(report.signer, 60)}, is in slot ${report.slot.toUpperCase()} (${formatBytes(report.bytes)}).`,
            'Start this PC again to use it. If it does not come up, the start after that goes back to the version that runs now.',
          ].join('\n'),
        );
        return undefined;
      }),
    );
}
