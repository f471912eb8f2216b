import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { driveLabel, type ConfirmedDrive, type Drive } from '../../core/drive/drive';
import { namesThisMachine } from '../../core/live/live-rules';
import { livePaths } from '../../core/live/live-system';
import { readMachine } from '../machine/read-machine';
import { requireLive } from './medium';

/**
 * Lets a disk of this PC be written, until the next start: what is noted lies in memory, and names this attachment of the disk.
 * @param find the drive as it was confirmed, from a listing of its own
 * @throws PrestageError live-only, live-machine-unnamed, drive-…
 */
export async function unlockOwnDisk(
  { machine, operator, ...wanted }: UnlockRequest,
  find: (one: { readonly driveId: string; readonly confirmed: ConfirmedDrive }) => Drive,
): Promise<void> {
  const { unlocked } = await requireLive();
  const drive = find(wanted);
  const { attachment } = drive;
  if (attachment === null || !drive.reasons.some(({ code }) => code === 'own-disk')) {
    throw new PrestageError({
      code: 'drive-blocked',
      message: `The ${driveLabel(drive)} is no disk of this PC that can be unlocked.`,
    });
  }
  const { serial, facts } = await readMachine('/sys');
  const pc = { serial, uuid: facts.uuid ?? null, model: facts.model ?? null };
  if (!namesThisMachine(machine, pc)) {
    throw new PrestageError({
      code: 'live-machine-unnamed',
      message: `'${sanitizeForDisplay(machine, 60)}' is not this PC.`,
      ...(serial === null && facts.uuid === undefined
        ? {
            remedy: `Nothing was changed. This PC reports no serial number: type its model, ${facts.model ?? 'which is not known'}.`,
          }
        : {}),
    });
  }
  const one = {
    attachment,
    machine: sanitizeForDisplay(serial ?? facts.uuid ?? facts.model ?? machine, 80),
    operator: sanitizeForDisplay(operator, 200),
    at: new Date().toISOString(),
  };
  const text = JSON.stringify({
    disks: [...unlocked.filter((other) => other.attachment !== attachment), one],
  });
  await mkdir(dirname(livePaths.unlocked), { recursive: true });
  const temporary = `${livePaths.unlocked}.tmp`;
  await writeFile(temporary, `${text}\n`, { mode: 0o644 });
  await rename(temporary, livePaths.unlocked);
}

interface UnlockRequest {
  readonly driveId: string;
  readonly confirmed: ConfirmedDrive;
  readonly machine: string;
  readonly operator: string;
}
