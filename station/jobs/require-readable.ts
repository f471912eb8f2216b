import { PrestageError } from '../../core/base/errors';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { whyLocked } from '../../core/sanitise/choose';
import type { Abilities } from '../../core/sanitise/methods';
import { askAbilities } from '../drives/read-abilities';
import type { HelperClient } from '../helper-client/helper-client';
import type { StatePaths } from '../state/state-paths';
import type { ReservedJob } from './run-job';
import { eraseGoingOn } from './sanitise-drive';

/**
 * A drive whose table cannot be read at any place may hold a finished image that nobody was shown: it is refused, with what it says
 * of itself where it is locked or busy. One that gives out nothing because an erase of this station is not finished is erased
 * first: whatever it held was given up in the record before that erase began.
 * @throws PrestageError drive-read-failed, drive-locked, drive-busy
 */
export async function requireReadable(
  { planned, client, previousDiskGuid }: ReservedJob,
  benchDirectory: string | null,
  paths: Pick<StatePaths, 'erasures'>,
): Promise<void> {
  const { drive, erase, past, holdsMachine } = planned;
  if (previousDiskGuid !== undefined || holdsMachine !== null) return;
  const isOurs = erase?.goesOn === true || past.lastBad?.unerased === true;
  if (erase !== undefined && isOurs && past.holds === null) return;
  throw await whyUnreadable(drive, client, benchDirectory, paths);
}

/** What keeps a drive from being read, as far as it tells; otherwise it may be failing. */
export async function whyUnreadable(
  drive: Drive,
  client: Pick<HelperClient, 'call'>,
  benchDirectory: string | null,
  paths: Pick<StatePaths, 'erasures'>,
): Promise<PrestageError> {
  const label = driveLabel(drive);
  const [abilities] = await askAbilities([drive], client, benchDirectory).catch((): Abilities[] => []);
  if (abilities !== undefined) {
    const goesOn = (await eraseGoingOn(paths, drive, abilities)) !== null;
    if (goesOn || abilities.underWay) return notErased(label, drive.id, abilities, goesOn);
    const locked = whyLocked(drive, abilities, null);
    if (locked !== null) return locked;
  }
  return new PrestageError({
    code: 'drive-read-failed',
    message: `The ${label} does not tell what it holds: its partition table cannot be read.`,
    remedy: 'Nothing was written. Set the drive aside, it may be failing, and start again with another one.',
  });
}

/** @param goesOn this station began it */
function notErased(label: string, id: string, { underWay }: Abilities, goesOn: boolean): PrestageError {
  const wait = `Nothing was written. Let the erase come to its end first: prestage sanitise --drive ${id}, or Erase in the drive's details.`;
  const orFirst = ' Or have drives erased before they are written: apply --sanitise, or Settings, Station.';
  return underWay
    ? new PrestageError({
        code: 'drive-busy',
        message: `The ${label} is erasing itself, and gives out nothing until it has ended. It is not failing.`,
        remedy: goesOn ? wait + orFirst : wait,
      })
    : new PrestageError({
        code: 'drive-locked',
        message: `The ${label} is locked by an erase that this station began and that did not come to its end. It is not failing.`,
        remedy: wait + orFirst,
      });
}
