import { setup as areaSetup } from './global-setup';
import { startDisplay } from './display';
import { electronRuntime } from '../../build/electron-runtime';

/** Before the end-to-end tests: a display, and word of the Electron they run on. */
export async function setup(): Promise<() => Promise<void>> {
  const endArea = areaSetup();
  const { version, source } = electronRuntime();
  process.stdout.write(`end-to-end tests run on Electron ${version} (${source})\n`);
  const display = await startDisplay();
  process.env['DISPLAY'] = display.name;
  return async () => {
    await display.end();
    endArea();
  };
}
