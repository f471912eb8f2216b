import { z } from 'zod';
import { formatBytes } from '../../core/base/display';
import { errorDataSchema, PrestageError, type ErrorData } from '../../core/base/errors';
import { imageDiskName } from '../../core/live/live-rules';
import { liveKeyboards, liveStateSchema, type LiveState } from '../../core/live/live-state';
import { livePaths } from '../../core/live/live-system';
import { LedgerReader } from '../ledger/ledger-reader';
import { liveProblems, readLive } from '../live/require-ready';
import { statePaths } from '../state/state-paths';
import type { CommandContext } from './command-context';
import { details } from './output';

/** What the commands of a station on a stick show, and ask first. */

/** What `live`, and its commands that change something, print. */
export const liveForm = z.strictObject({
  /** Null: this station does not run from a Prestage Live stick. */
  live: liveStateSchema.nullable(),
  /** What keeps real drives from being written. */
  problems: z.array(errorDataSchema),
});

/** @throws PrestageError live-only */
export async function requireLive({ helpers }: CommandContext): Promise<LiveState> {
  const live = await readLive(helpers);
  if (live !== null) return live;
  throw new PrestageError({
    code: 'live-only',
    message: 'This station does not run from a Prestage Live stick.',
  });
}

/** Shows the stick as it is now. */
export async function showStick({ helpers, output, stateDirectory }: CommandContext): Promise<void> {
  const live = await readLive(helpers);
  const paths = statePaths(stateDirectory, { make: false });
  const ledger = LedgerReader.openForReading(paths);
  let problems: ErrorData[];
  try {
    problems = liveProblems(live, ledger, paths, new Date());
  } finally {
    ledger.close();
  }
  output.result<typeof liveForm>({ live, problems }, () => liveText(live, problems));
}

const dataWords: Readonly<Record<LiveState['data'], string>> = {
  none: 'none yet: prestage live setup',
  locked: 'locked: prestage live unlock',
  open: 'open: records are kept on the stick',
};

function liveText(live: LiveState | null, problems: readonly ErrorData[]): string {
  if (live === null) return 'This station does not run from a Prestage Live stick.';
  const { medium, station, disk, imageDisk } = live;
  return [
    details([
      ['version', live.version ?? 'not known'],
      ['built', live.built ?? 'not known'],
      ['role', live.role],
      ['slot', live.slot?.toUpperCase() ?? 'not known'],
      [
        'stick',
        medium === null
          ? 'not found'
          : `${medium.path} ${medium.model ?? ''} (${formatBytes(medium.size)})`.replace('  ', ' '),
      ],
      ['data partition', dataWords[live.data]],
      ['time zone', station?.timeZone ?? 'not set'],
      ['keyboard', station === null ? 'not set' : liveKeyboards[station.keyboard]],
      [
        'images and media on',
        imageDisk === null
          ? 'the stick'
          : `${imageDiskName(imageDisk)}${imageDisk.open ? '' : ', which is not there'}`,
      ],
      [
        'disk with files',
        disk === null
          ? 'none is open'
          : `${disk.device}, ${livePaths.disk}${disk.write ? '' : ', read-only'}`,
      ],
    ]),
    ...problems.map(({ message, remedy }) => `\n${message} ${remedy}`),
  ].join('\n');
}
