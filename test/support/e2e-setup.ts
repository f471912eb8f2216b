import { setup as areaSetup } from './global-setup';
import { electronRuntime } from '../../build/electron-runtime';

/** Before the end-to-end tests: word of the Electron they run on. */
export function setup(): () => void {
  const endArea = areaSetup();
  const { version, source } = electronRuntime();
  process.stdout.write(`end-to-end tests run on Electron ${version} (${source})\n`);
  return endArea;
}
