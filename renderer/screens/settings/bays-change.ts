import type { Bay } from '../../../core/drive/bays';
import { changeDesk } from './app-settings';

/** Changes the list of bays. @returns whether the station took it */
export function changeBays(change: (bays: readonly Bay[]) => Bay[]): Promise<boolean> {
  return changeDesk(({ bays }) => ({ bays: change(bays) }));
}
