import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { errorDataSchema, PrestageError } from '../../core/base/errors';
import { driveSchema } from '../../core/drive/drive';
import { isBuiltIn } from '../../core/drive/disk-rule';
import { ownStep } from '../../core/pairing/own-step';
import { macWords } from '../../core/machine/machine-details';
import { thisMachineSchema } from '../../core/machine/this-machine';
import { sha256Schema } from '../../core/media/chunk-map';
import { LedgerReader } from '../ledger/ledger-reader';
import { libraryFolder, MediaLibrary } from '../library/media-library';
import { protectedPlaces } from '../library/protected-places';
import { liveProblems, readLive } from '../live/require-ready';
import { readAsFarAsPermitted } from '../machine/confirm-machine';
import { OrderReader } from '../orders/order-reader';
import { loadSettings } from '../state/settings';
import { statePaths } from '../state/state-paths';
import { benchOption, commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { details } from './output';

/** What `live machine --json` prints: what the screen of a machine that images itself shows. */
export const liveMachineForm = z.strictObject({
  machine: thisMachineSchema,
  /** The work order that is open, and whether it lists the machine; null: none is open. */
  order: z
    .strictObject({
      number: z.string(),
      listed: z.boolean(),
      /** Null when the order names none. */
      computerName: z.string().nullable(),
    })
    .nullable(),
  disks: z.array(
    z.strictObject({
      ...driveSchema.shape,
      /** Built in; of others none is offered. */
      builtIn: z.boolean(),
    }),
  ),
  /** ID of the disk that is offered: the only one that is built in and may be written. Null: none, or several. */
  offered: z.string().nullable(),
  /** What is in the library. */
  media: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      sha256: sha256Schema,
      /** What is wrong with it; null: nothing. */
      problem: z.string().nullable(),
    }),
  ),
  /** What keeps the disk from being written. */
  problems: z.array(errorDataSchema),
});
type LiveMachine = z.infer<typeof liveMachineForm>;

/** `prestage live machine`: who the machine is that was started to image itself, its disks, and the media on the stick. */
export function liveMachineCommand(): Command {
  return new Command('machine')
    .description(
      'show the machine that was started from the stick to image itself: who it is, its disks, the media',
    )
    .addOption(benchOption())
    .addOption(stateOption())
    .addOption(jsonOption(liveMachineForm))
    .action(
      commandAction<{ readonly bench?: string }>(async (context, { bench }) => {
        const shown = await look(context, bench === undefined ? null : resolve(bench));
        context.output.result<typeof liveMachineForm>(shown, () => machineText(shown));
        return undefined;
      }),
    );
}

async function look(
  { helpers, signal, stateDirectory }: CommandContext,
  benchDirectory: string | null,
): Promise<LiveMachine> {
  const live = await readLive(helpers);
  if (live?.role !== 'machine') {
    throw new PrestageError({
      code: 'live-only',
      message: 'This computer was not started from a stick to image itself.',
      remedy: 'Start it from the stick with the entry "Prestage: image this computer".',
    });
  }
  const paths = statePaths(stateDirectory, { make: false });
  const settings = loadSettings(paths);
  const { found } = await readAsFarAsPermitted(helpers, signal);
  const plain = await helpers.plain();
  const listing = { benchDirectory, protectedPaths: protectedPlaces(paths, settings) };
  const { drives } = await plain.call('listDrives', listing, { signal });
  const ledger = LedgerReader.openForReading(paths);
  try {
    const open = new OrderReader(ledger, paths).current();
    const line = found.serial === null ? undefined : open?.lines.get(found.serial);
    const step = ownStep({ serial: found.serial ?? '', waiting: null, taken: false, drives });
    return {
      machine: found,
      order:
        open === null
          ? null
          : {
              number: open.order.number,
              listed: line !== undefined,
              computerName: line?.computerName ?? null,
            },
      disks: drives.map((drive) => ({ ...drive, builtIn: isBuiltIn(drive) })),
      offered: step?.do === 'pair' ? step.driveId : null,
      media: new MediaLibrary(libraryFolder(paths, settings))
        .list()
        .map(({ entry: { name, version, sha256 }, problem }) => ({ name, version, sha256, problem })),
      problems: liveProblems(live, ledger, paths, new Date()),
    };
  } finally {
    ledger.close();
  }
}

function machineText({ machine, order, disks, offered, media, problems }: LiveMachine): string {
  const { serial, facts } = machine;
  const inOrder =
    order === null
      ? 'none is open'
      : `${sanitizeForDisplay(order.number, 60)}: ${order.listed ? (order.computerName ?? 'lists it') : 'does not list it'}`;
  return [
    details([
      ['serial', serial ?? 'none: give the one on its label, --drive ID=SERIAL'],
      ['UUID', facts.uuid ?? 'none'],
      ['MAC', facts.macs === undefined ? 'none' : macWords(facts).join(', ')],
      ['model', facts.model ?? 'unknown'],
      ['work order', inOrder],
      ...media.map((one): [string, string] => [
        'media',
        `${sanitizeForDisplay(one.name, 60)} ${sanitizeForDisplay(one.version, 40)}${one.problem === null ? '' : `: ${one.problem}`}`,
      ]),
      ...(media.length === 0 ? [['media', 'none in the library'] as const] : []),
      ...disks.map(({ id, model, size, verdict, reasons, builtIn }): [string, string] => {
        const verdictWords =
          verdict === 'blocked'
            ? `blocked: ${reasons.map(({ message }) => message).join(' ')}`
            : id === offered
              ? 'offered'
              : builtIn
                ? 'can be written'
                : 'can be written, not built in';
        return ['disk', `${id} ${model ?? 'unknown model'} (${formatBytes(size)}), ${verdictWords}`];
      }),
    ]),
    ...problems.map(({ message, remedy }) => `\n${message} ${remedy}`),
  ].join('\n');
}
