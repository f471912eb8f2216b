import { timeouts } from '../../core/base/timeouts';
import { runTool, toolFailed } from '../tools/runner';
import { requireLive } from './medium';

/**
 * Turns the PC off, or starts it again, in the order of the system: file systems are written first.
 * @throws PrestageError live-only, tool-failed
 */
export async function powerOff(how: 'poweroff' | 'reboot'): Promise<void> {
  await requireLive();
  const ended = await runTool('systemctl', ['--no-block', how], { timeout: timeouts.listingTool });
  if (ended.status === 0) return;
  throw toolFailed(
    'systemctl',
    how === 'poweroff' ? 'did not turn this PC off' : 'did not start this PC again',
    ended.stderr,
  );
}
