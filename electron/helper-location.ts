import { join } from 'node:path';

/** Where the helper's programs are. */
export interface HelperLocation {
  /** Holds `dist/`, `helper/` and `node_modules/` as a checkout does. */
  readonly directory: string;
  /** The argv that starts the helper. Absolute paths. */
  readonly helper: readonly [string, ...string[]];
}

/**
 * Finds the helper: beside the app where it is installed, the checkout itself where it is not. The helper runs on a
 * Node of its own, never on Electron: that one cannot be told to be a Node (fuse RunAsNode).
 * @param mainFolder folder of the running main.cjs: dist/app of a checkout
 */
export function locateHelper(details: {
  readonly packaged: boolean;
  readonly resourcesPath: string;
  readonly mainFolder: string;
}): HelperLocation {
  if (details.packaged) {
    const directory = join(details.resourcesPath, 'engine');
    return { directory, helper: [join(directory, 'prestage-helper')] };
  }
  const directory = join(details.mainFolder, '..', '..');
  return {
    directory,
    helper: [join(directory, 'dist', 'runtime', 'node'), join(directory, 'dist', 'helper.cjs')],
  };
}
