import { timeouts } from '../../core/base/timeouts';
import { runTool, toolFailed } from '../tools/runner';
import { requireLive } from './medium';

/** Turns the PC off, in the order of the system: file systems are written first. @throws PrestageError live-only, tool-failed */
export async function powerOff(): Promise<void> {
  await requireLive();
  const ended = await runTool('systemctl', ['--no-block', 'poweroff'], { timeout: timeouts.listingTool });
  if (ended.status !== 0) throw toolFailed('systemctl', 'did not turn this PC off', ended.stderr);
}
