import type { Bay } from '../../../core/bays';
import { changeDesk } from './desk-settings';

/** Changes the list of bays. @returns whether the station took it */
export function changeBays(change: (bays: readonly Bay[]) => Bay[]): Promise<boolean> {
  return changeDesk(({ bays }) => ({ bays: change(bays) }));
}
