/**
 * The main process under `npm run dev`: the app as it is, and a page that is loaded again when build/dev.ts says so.
 * An entry of its own, so that nothing of it is in the bundle that is started or packed.
 */
import { app, BrowserWindow } from 'electron';
import './main';

// A word of build/dev.ts comes over Node's own channel between a process and its child.
if (!app.isPackaged) {
  process.on('message', (message) => {
    if (message !== 'reload-page') return;
    for (const { webContents } of BrowserWindow.getAllWindows()) webContents.reloadIgnoringCache();
  });
  // It was killed: end as when the system asks for it.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
