import { mkdirSync } from 'node:fs';
import { app, crashReporter } from 'electron';
import { logError, logEvent } from '../station/state/log-file';

/**
 * Lets Electron leave a dump of each process of the app that crashes, on this computer only, and logs what nobody caught.
 * Before the app is ready: processes that are started earlier leave none.
 * @param folder of the dumps, absolute
 * @param onUnexpected told of errors that nobody caught; the work goes on, because drives may be written
 */
export function watchForCrashes(folder: string, onUnexpected: (thrown: unknown) => void): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    app.setPath('crashDumps', folder);
    crashReporter.start({ uploadToServer: false });
  } catch (error) {
    // A disk that takes no more must not keep the app from starting.
    logError('crash-dumps-off', error);
  }
  process.on('uncaughtException', onUnexpected);
  process.on('unhandledRejection', onUnexpected);
  app.on('child-process-gone', (_event, { type, reason, exitCode, name, serviceName }) => {
    const level = reason === 'clean-exit' || reason === 'killed' ? 'info' : 'error';
    logEvent(level, 'process-gone', { type, reason, exitCode, name, serviceName });
  });
  app.on('web-contents-created', (_event, contents) => {
    contents.on('console-message', ({ level, message, lineNumber }) => {
      if (level === 'error') logEvent('error', 'page-said', { message, lineNumber });
    });
  });
}
