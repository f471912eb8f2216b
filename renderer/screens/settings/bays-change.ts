import type { Bay } from '../../../core/drive/bays';
import { changeAppSettings } from './app-settings';

/** Changes the list of bays. @returns whether the station took it */
export function changeBays(change: (bays: readonly Bay[]) => Bay[]): Promise<boolean> {
  return changeAppSettings(({ bays }) => ({ bays: change(bays) }));
}
