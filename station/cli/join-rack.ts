import { RackHelpers } from '../rack/rack-helpers';
import { statePaths } from '../state/state-paths';
import type { CommandContext } from './command-context';

/** The machines of the rack that is served for this state folder belong to the command's helpers from here on. */
export function joinRack({
  helpers,
  stateDirectory,
}: Pick<CommandContext, 'helpers' | 'stateDirectory'>): void {
  helpers.join(new RackHelpers(statePaths(stateDirectory, { make: false }), 'prestage'));
}
