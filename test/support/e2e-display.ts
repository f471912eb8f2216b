import { afterAll } from 'vitest';
import { startDisplay } from './display';

/** Before each file of end-to-end tests: a screen of its own. */
const display = await startDisplay();
process.env['DISPLAY'] = display.name;
afterAll(async () => {
  await display.end();
});
