/**
 * The app while it is worked on (npm run dev). The page is bundled and loaded again when a file of it is saved; what
 * runs in the main process, the helper or a worker is bundled, and the app started again. On a bench of virtual drives
 * and with a state of its own, in .dev/: delete that folder to begin afresh. What stands behind `--` goes to the app.
 */
import { context, type BuildContext, type BuildOptions } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, normalize, resolve } from 'node:path';
import {
  developmentOutdir,
  finishPage,
  finishPrograms,
  mainProcess,
  outdir,
  page,
  programs,
} from './bundles';
import { electronRuntime } from './electron-runtime';
import { roomNames } from './layers';
import { run, say } from './run';

/** One bundle that is made again. */
interface Bundle {
  readonly name: string;
  readonly made: BuildContext<{ metafile: true }>;
  readonly effect: 'reload' | 'restart';
  /** Files that it was made of, from the checkout's root; null when it could not be made. */
  inputs: ReadonlySet<string> | null;
}

/** Editors write a file in several steps, and several files at once. */
const quietMilliseconds = 40;
/** An app that does not end by then is ended. */
const patienceMilliseconds = 5_000;

const root = resolve(import.meta.dirname, '..');
process.chdir(root);
if (process.getuid?.() === 0) {
  say('The app does not run as root. Start npm run dev as yourself, without sudo.');
  process.exit(1);
}
const { binary } = electronRuntime();
const state = join(root, '.dev', 'state');
const bench = join(root, '.dev', 'bench');

// Set-up builds again (build/setup.sh): what is saved while this runs is bundled without what is kept of it.
await rm(join(outdir, '.built'), { force: true });
await rm(developmentOutdir, { recursive: true, force: true });
await mkdir(developmentOutdir, { recursive: true });
await writeFile(
  join(developmentOutdir, 'package.json'),
  JSON.stringify({ name: 'prestage', version: '0.0.0', main: 'main.cjs' }),
);
const bundles: readonly Bundle[] = [
  await bundle('page', 'reload', page(developmentOutdir, 'development')),
  await bundle('main process', 'restart', mainProcess(developmentOutdir, 'electron/development.ts')),
  await bundle('helper and workers', 'restart', programs),
];
const began = performance.now();
if ((await Promise.all(bundles.map(make))).includes(false)) {
  say('dev: mend what is named above, and start again.');
  process.exit(1);
}
await finishPrograms();
await finishPage(developmentOutdir);
if (!existsSync(bench)) {
  run(process.execPath, ['dist/prestage.cjs', 'bench', 'create', bench, '--drives', '8', '--size', '8G']);
}
say(`dev: bundled in ${seconds(began)}; drives in ${bench}`);

let app: ChildProcess | null = null;
let ending = false;
/** Files saved since the last look. */
const saved = new Set<string>();
let timer: NodeJS.Timeout | null = null;
let working: Promise<void> = Promise.resolve();

start();
const watchers = roomNames
  .filter((room) => room !== 'test' && room !== 'build')
  .map((room) =>
    watch(room, { recursive: true }, (_event, file) => {
      if (file === null) return;
      saved.add(normalize(join(room, file)));
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => {
        working = working.then(follow);
      }, quietMilliseconds);
    }),
  );
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));

async function bundle(name: string, effect: Bundle['effect'], options: BuildOptions): Promise<Bundle> {
  return { name, effect, made: await context({ ...options, metafile: true }), inputs: null };
}

/** Makes a bundle again. esbuild prints what is wrong; what was made before stays. */
async function make(one: Bundle): Promise<boolean> {
  try {
    const { metafile } = await one.made.rebuild();
    one.inputs = new Set(Object.keys(metafile.inputs));
    return true;
  } catch {
    one.inputs = null;
    return false;
  }
}

/** Does what the saved files ask for. */
async function follow(): Promise<void> {
  const files = [...saved];
  saved.clear();
  const began = performance.now();
  const touched = bundles.filter(({ inputs }) => inputs === null || files.some((file) => inputs.has(file)));
  const document = files.includes('renderer/index.html');
  if (document) await finishPage(developmentOutdir);
  const made = await Promise.all(touched.map(make));
  const good = touched.filter((_, index) => made[index] === true);
  if (ending || (good.length === 0 && !document)) return;
  if (good.some(({ effect }) => effect === 'restart')) {
    await stop();
    start();
    say(`dev: started again (${good.map(({ name }) => name).join(', ')}) after ${seconds(began)}`);
  } else {
    if (app?.connected === true) app.send('reload-page');
    say(`dev: page loaded again after ${seconds(began)}`);
  }
}

function start(): void {
  // Its signal may have come while the last one was stopped.
  if (ending) return;
  const own = spawn(
    binary,
    [join(root, developmentOutdir), '--state', state, '--bench', bench, ...process.argv.slice(2)],
    {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    },
  );
  app = own;
  own.on('error', (error) => {
    say(`dev: Electron could not be started: ${error.message}`);
    void end(1);
  });
  // Whoever closes the window is done. An app that is stopped to be started again is not `app` any more.
  own.on('exit', (code) => {
    if (app === own) void end(code ?? 1);
  });
}

/** Ends the app as the system does: jobs are cancelled, and their ends recorded. */
async function stop(): Promise<void> {
  const own = app;
  app = null;
  if (own === null || own.exitCode !== null || own.signalCode !== null) return;
  const gone = new Promise((done) => own.once('exit', done));
  own.kill('SIGTERM');
  const patience = setTimeout(() => own.kill('SIGKILL'), patienceMilliseconds);
  await gone;
  clearTimeout(patience);
}

async function end(status: number): Promise<void> {
  if (ending) return;
  ending = true;
  for (const watcher of watchers) watcher.close();
  await stop();
  await Promise.all(bundles.map(({ made }) => made.dispose()));
  process.exit(status);
}

/** Time since then, in seconds as text. */
function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
