import '../core/base/uncompiled-schemas';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { app, dialog, ipcMain, Menu, powerSaveBlocker, session, type BrowserWindow } from 'electron';
import { z } from 'zod';
import { toErrorData } from '../core/base/errors';
import { statePaths } from '../station/state/state-paths';
import { serviceHandlers } from '../station/app/app-handlers';
import { logError } from '../station/state/log-file';
import { AppService } from '../station/app/app-service';
import {
  closingChoices,
  closingQuestion,
  type AtWork,
  type ClosingChoice,
  type ClosingQuestion,
} from './closing';
import { readArguments, rootRefusal } from './command-line';
import { patchChannel, patchText, registerAppCalls } from './app-ipc';
import { windowHandlers } from './dialogs';
import { locateHelper } from './helper-location';
import { watchForCrashes } from './crashes';
import { hardenContents, hardenSession } from './hardening';
import { menuTemplate } from './menu';
import { registerScheme, servePage } from './scheme';
import { openWindow } from './window';
import { showWindowProgress, windowProgress } from './window-progress';

// Phase 1, before anything else: may it run at all? Chromium's own refusal of root comes first, but gives way to
// --no-sandbox; build/start.ts and the installed command say it in our words.
const isRoot = process.getuid?.() === 0;
if (isRoot) refuse('Prestage does not run as root', rootRefusal);
// Phase 2: what must hold for the whole life of the process.
registerScheme();
if (!isRoot) hardenContents(app);
// Where Chromium has no other way left to draw, it ends the app when what draws has crashed six times, and with the app what writes
// drives. A window that is drawn again is the smaller harm.
if (app.commandLine.hasSwitch('disable-gpu')) app.commandLine.appendSwitch('disable-gpu-process-crash-limit');
const given = readArguments(process.argv, process.cwd());
const client = locateHelper({
  packaged: app.isPackaged,
  resourcesPath: process.resourcesPath,
  mainFolder: __dirname,
});

let service: AppService | null = null;
let window: BrowserWindow | null = null;
let stateFolder = '';
let quitting = false;

void start().catch((error: unknown) => {
  const { message, remedy, cause } = toErrorData(error);
  refuse('Prestage cannot start', [message, remedy, cause].filter((part) => part !== null).join('\n\n'));
});

async function start(): Promise<void> {
  if (isRoot) return;
  // Phase 3: one app a state folder; the second start brings the first one's window back.
  const paths = statePaths(given.state);
  stateFolder = dirname(paths.ledgerFile);
  app.setPath('userData', join(stateFolder, 'desktop'));
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  watchForCrashes(paths.crashDumps, (thrown) => {
    if (service === null) logError('unexpected', thrown);
    else service.showUnexpected(thrown);
  });
  app.on('second-instance', showWindow);
  app.on('window-all-closed', () => {
    // What is still at work keeps the app alive; its end ends it.
    if (service === null || closingQuestion(atWork(service)) === null) void quit();
  });
  app.on('before-quit', (event) => {
    if (quitting) return;
    event.preventDefault();
    void askAndQuit();
  });
  // Phase 4: the state, while Chromium is still getting ready.
  const opening = AppService.open({
    stateDirectory: given.state,
    benchDirectory: given.bench,
    trainingIfEmpty: given.trainingIfEmpty,
    installDirectory: client.directory,
    helper: client.helper,
    version: app.isPackaged ? app.getVersion() : ownVersion(),
    runtimeVersions: {
      electron: process.versions.electron,
      chrome: process.versions.chrome,
      node: process.versions.node,
    },
    onPatch: (patch) => {
      window?.webContents.send(patchChannel, patchText(patch));
      stayAwake();
      if (patch.progress !== undefined) showProgress();
    },
  });
  opening.catch(() => undefined);
  await app.whenReady();
  // Only now: while it gets ready, Chromium puts handlers of its own in place, and those would ask a question that
  // nobody is there to answer.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void quit());
  }
  service = await opening;
  // On a stick: what keeps the app running (build/live) starts it again.
  service.live.onRestart(() => void quit());
  service.backup.onRestored(() => {
    if (service?.live.state.live === null) app.relaunch();
    void quit();
  });
  // Phase 5: the wires, then the window that uses them.
  hardenSession(session.defaultSession, app.isPackaged);
  servePage(session.defaultSession, join(__dirname, 'renderer'));
  registerAppCalls(
    ipcMain,
    { ...serviceHandlers(service), ...windowHandlers(service, () => window) },
    (sender) => window !== null && !window.isDestroyed() && sender === window.webContents,
  );
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(app.isPackaged)));
  showWindow();
}

function showWindow(): void {
  if (service === null || quitting) return;
  if (window !== null) {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    return;
  }
  const opened = openWindow(stateFolder, join(__dirname, 'preload.cjs'));
  window = opened;
  showProgress();
  let mayClose = false;
  opened.on('close', (event) => {
    if (mayClose || quitting || service === null) return;
    const question = closingQuestion(atWork(service));
    if (question === null) return;
    event.preventDefault();
    void ask(question).then((choice) => {
      if (choice === 'keep') return;
      mayClose = true;
      if (choice === 'close-window') opened.close();
      else void quit();
    });
  });
  opened.on('closed', () => {
    window = null;
    if (service !== null && closingQuestion(atWork(service)) !== null) {
      void Promise.all([service.jobs.settled(), service.library.settled(), service.mirror.settled()]).then(
        () => {
          if (window === null) void quit();
        },
      );
    }
  });
}

function atWork({ jobs, library, mirror, erasures, sizeChecks }: AppService): AtWork {
  return {
    drives: jobs.running.length,
    erased: erasures.running.length + sizeChecks.running.length,
    receiving: library.isReceiving || mirror.isGetting,
  };
}

async function askAndQuit(): Promise<void> {
  const question = service === null ? null : closingQuestion(atWork(service));
  const choice = question === null ? 'cancel-and-quit' : await ask(question);
  if (choice === 'cancel-and-quit') await quit();
  else if (choice === 'close-window') window?.destroy();
}

let asking: Promise<ClosingChoice> | null = null;

/** One question at a time: whoever asks while it is open gets the same answer. */
async function ask(question: ClosingQuestion): Promise<ClosingChoice> {
  asking ??= showQuestion(question).finally(() => {
    asking = null;
  });
  return await asking;
}

async function showQuestion({ message, detail, buttons }: ClosingQuestion): Promise<ClosingChoice> {
  const question = {
    type: 'warning' as const,
    message,
    detail,
    buttons: [...buttons],
    defaultId: 0,
    cancelId: 0,
  };
  const { response } =
    window === null ? await dialog.showMessageBox(question) : await dialog.showMessageBox(window, question);
  return closingChoices[response] ?? 'keep';
}

/** Ends the app: jobs are cancelled, their ends recorded, helpers ended. */
async function quit(): Promise<void> {
  if (quitting) return;
  quitting = true;
  try {
    await service?.close();
  } finally {
    app.exit(0);
  }
}

let blocker: number | null = null;

/** Keeps the computer from falling asleep while drives are written. */
function stayAwake(): void {
  const busy = service !== null && closingQuestion(atWork(service)) !== null;
  if (busy && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
  if (!busy && blocker !== null) {
    powerSaveBlocker.stop(blocker);
    blocker = null;
  }
}

/** In the window's title and in the task bar, also while the window is behind another or minimised. */
function showProgress(): void {
  if (window === null || window.isDestroyed() || service === null) return;
  showWindowProgress(window, windowProgress(service.progress.state.total));
}

function refuse(title: string, words: string): void {
  process.stderr.write(`${title}. ${words}\n`);
  if (app.isReady()) dialog.showErrorBox(title, words);
  app.exit(1);
}

function ownVersion(): string {
  const text = readFileSync(join(client.directory, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
