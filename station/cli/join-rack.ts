import { timeouts } from '../../core/base/timeouts';
import { RackHelpers } from '../rack/rack-helpers';
import { statePaths } from '../state/state-paths';
import type { CommandContext } from './command-context';

/**
 * The machines of the rack that is served for this state folder belong to the command's helpers from here on. After Ctrl+C one that does not
 * answer is not waited for: it lets go of its drives without its station, and takes the tables off.
 */
export function joinRack({
  helpers,
  signal,
  stateDirectory,
}: Pick<CommandContext, 'helpers' | 'signal' | 'stateDirectory'>): void {
  helpers.join(new RackHelpers(statePaths(stateDirectory, { make: false }), 'prestage'));
  const leave = (): void => {
    setTimeout(() => void helpers.leaveMachines(), timeouts.rackGoodbye).unref();
  };
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
}
