import { mkdirSync } from 'node:fs';
import { AppPreview } from './app-preview';
import { previews } from './app-preview-states';
import { startDisplay } from './display';
import { temporaryArea } from './global-setup';
const out = '/tmp/shots'; mkdirSync(out, { recursive: true });
const display = await startDisplay(); process.env['DISPLAY'] = display.name;
const p = await AppPreview.start(temporaryArea('shots'));
try {
  for (const [w, h] of [[1024, 700], [1920, 1080]] as const) {
    for (const name of ['order-none', 'order-number', 'order', 'media', 'media-waiting', 'ship', 'ship-made', 'ship-labels', 'log-lines', 'again', 'operator', 'refused-scan', 'settings', 'first-start']) {
      const one = previews[name];
      if (one === undefined) { console.log('no', name); continue; }
      await p.show({ ...one, size: { width: w, height: h } });
      await p.picture(`${out}/${name}-${w}.png`);
    }
  }
} finally { await p.end(); await display.end(); }
