import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { isCancellation, PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { Drive } from '../../core/drive/drive';
import { noHealthOf, type DriveHealth } from '../../core/health/health';
import { runTool } from '../tools/runner';
import { parseSmartctl } from './smartctl';

/** Drives that are asked at the same time. A drive answers in a fraction of a second, but one that hangs takes the whole time-out. */
const together = 8;

/** Bytes of what smartctl prints; the longest that was recorded has 60,000. */
const outputLimit = 4 * 1024 * 1024;

/** Opens a drive for a look beside whoever has it, and looks again whether it is the one that was confirmed. */
export type HoldToLook = (drive: Drive) => Promise<{
  /** @throws PrestageError drive-changed */
  readonly recheck: () => Promise<void>;
  readonly close: () => Promise<void>;
}>;

/**
 * What drives say of their health. Each is held open while smartctl has it: until it is closed the kernel gives its name to no
 * other device. A drive that does not answer, or a tool that is missing, is no error: its health is not known then.
 * @param find the drive as it was confirmed, in a fresh listing
 * @throws PrestageError drive-changed, drive-not-found, cancelled
 */
export async function readHealth(
  { drives: asked }: HelperRequest<'readHealth'>,
  find: (one: HelperRequest<'readHealth'>['drives'][number]) => Drive,
  hold: HoldToLook,
  signal: AbortSignal,
): Promise<HelperResponse<'readHealth'>> {
  const found = asked.map(find);
  const health: DriveHealth[] = [];
  for (let from = 0; from < found.length; from += together) {
    const some = found.slice(from, from + together);
    health.push(...(await Promise.all(some.map((drive) => healthOf(drive, hold, signal)))));
  }
  return { health };
}

async function healthOf(drive: Drive, hold: HoldToLook, signal: AbortSignal): Promise<DriveHealth> {
  const none = noHealthOf(drive);
  if (none !== null) return none;
  const held = await hold(drive);
  try {
    const health = await askSmartctl(drive.path, signal);
    await held.recheck();
    return health;
  } finally {
    await held.close();
  }
}

/** Which protocol it speaks, and through which bridge, smartctl finds out itself. */
async function askSmartctl(path: string, signal: AbortSignal): Promise<DriveHealth> {
  try {
    const { stdout } = await runTool('smartctl', ['--json=c', '-x', path], {
      ...{ signal, outputLimit, timeout: timeouts.healthTool },
    });
    return parseSmartctl(stdout.toString('utf8'), new Date().toISOString());
  } catch (error) {
    if (!(error instanceof PrestageError) || isCancellation(error)) throw error;
    const { code, message, remedy } = error.data;
    const reason = code === 'tool-missing' ? `${message} ${remedy}` : message;
    return { known: false, reason: reason.replace(/\.$/, '') };
  }
}
