import { z } from 'zod';
import { PrestageError } from '../../core/base/errors';
import type { AtEnd } from '../../core/machine/at-end';
import { timeouts } from '../../core/base/timeouts';
import { runTool, toolFailed } from '../tools/runner';
import { requireLive } from './medium';
import { powerOff } from './power-off';

/** A machine of a rack goes off, or starts what was written: in the order of the system, file systems first. */

/** Refuses every computer that was not started by its station for this. @throws PrestageError live-only */
export async function requireAgent(): Promise<void> {
  const { role } = await requireLive();
  if (role === 'agent') return;
  throw new PrestageError({
    code: 'live-only',
    message: 'This computer was not started as a machine of a rack: no station turns it off.',
  });
}

/**
 * Refused on every computer that was not started by its station for this.
 * @param disk path of the disk that was written; null: the firmware chooses what starts
 * @throws PrestageError live-only, tool-failed
 */
export async function endMachine(how: Exclude<AtEnd, 'wait'>, disk: string | null): Promise<void> {
  await requireAgent();
  if (how === 'restart' && disk !== null) await startNext(disk);
  await powerOff(how === 'off' ? 'poweroff' : 'reboot');
}

/** UEFI 2.10, 5.3.3: type of an EFI system partition in a GPT. */
const espType = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';

/** `sfdisk --json` (util-linux), as far as it is read. */
const tableSchema = z.looseObject({
  partitiontable: z.looseObject({
    partitions: z.array(z.looseObject({ node: z.string(), type: z.string() })),
  }),
});

const label = 'Prestage';

/**
 * The next start, and only that one, is from this disk: a machine whose firmware starts from the network first would come back to its
 * station for ever. What cannot be set is left: the firmware then starts as it is set up. Never throws.
 */
async function startNext(disk: string): Promise<void> {
  try {
    const listed = await runTool('sfdisk', ['--json', disk], { timeout: timeouts.listingTool });
    const { partitions } = tableSchema.parse(JSON.parse(listed.stdout.toString('utf8'))).partitiontable;
    const esp = partitions.find(({ type }) => type.toUpperCase() === espType);
    const number = /(\d+)$/.exec(esp?.node ?? '')?.[1];
    if (number === undefined) return;
    const set = async (...args: string[]): Promise<string> => {
      const ended = await runTool('efibootmgr', args, { timeout: timeouts.listingTool });
      if (ended.status !== 0) throw toolFailed('efibootmgr', 'did not set the next start', ended.stderr);
      return ended.stdout.toString('utf8');
    };
    const entries = (text: string): string[] =>
      [...text.matchAll(new RegExp(`^Boot([0-9A-F]{4})\\*? ${label}(?:\\t|$)`, 'gm'))].map(
        ([, id = '']) => id,
      );
    // Of an earlier time: its partition is gone.
    for (const old of entries(await set())) await set('--quiet', '--bootnum', old, '--delete-bootnum');
    const made = await set(
      ...['--create-only', '--disk', disk, '--part', number, '--label', label],
      ...['--loader', '\\EFI\\BOOT\\BOOTX64.EFI'],
    );
    const [id] = entries(made);
    if (id !== undefined) await set('--quiet', '--bootnext', id);
  } catch {
    // As said above: its firmware starts as it is set up, and the drive is written and recorded all the same.
  }
}
