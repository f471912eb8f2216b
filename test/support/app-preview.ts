/**
 * Shows the page in headless Chromium with states from fixtures, under the policy that Electron serves it with.
 * Takes a picture of each into test-results/preview/, and fails on a violation of the policy, an error on the
 * console, or a violation of accessibility rules (axe, WCAG 2.2 AA). Then scans, types and holds, and compares what
 * the station hears of it.
 *   npx tsx test/support/app-preview.ts [part of a name]
 */
import { AxeBuilder } from '@axe-core/playwright';
import { build } from 'esbuild';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { deskMethods, type DeskPatch, type DeskState } from '../../core/contract/app';
import { allActs, type Act } from './app-preview-acts';
import { previews, type Preview } from './app-preview-states';
import { rackJobs, shipReport, shipments } from './app-samples';

const root = resolve(import.meta.dirname, '../..');
const pictures = join(root, 'test-results', 'preview');
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'";
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

async function bundle(): Promise<ReadonlyMap<string, Uint8Array>> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { app: 'renderer/page.tsx' },
    outdir: 'preview',
    bundle: true,
    write: false,
    format: 'esm',
    target: 'chrome140',
    jsx: 'automatic',
    minify: true,
    loader: { '.woff2': 'file' },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  const files = new Map(
    result.outputFiles.map(({ path, contents }) => [path.replace(/^.*\//, ''), contents]),
  );
  return files.set('index.html', await readFile(join(root, 'renderer', 'index.html')));
}

/** What the preload script does, with answers from nowhere: methods do nothing, and are noted. */
function fakeStation({
  state,
  methods,
  ships,
}: {
  state: DeskState;
  methods: readonly string[];
  ships: Readonly<Record<string, unknown>>;
}): void {
  const listeners = new Set<(patch: DeskPatch) => void>();
  const calls: { method: string; request: unknown }[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    queryLog: { total: 0, read: 0, entries: 0, rows: [] },
    openOrder: { warnings: [] },
    chooseOrder: { chosen: false, warnings: [] },
    cacheSize: { bytes: 42_000_000_000 },
    ...ships,
  };
  const station = Object.fromEntries(
    methods.map((method) => [
      method,
      (request: unknown) => {
        calls.push({ method, request });
        return Promise.resolve({ ok: true, value: method === 'getState' ? state : (answers[method] ?? {}) });
      },
    ]),
  );
  Object.assign(window, {
    calls,
    push: (patch: DeskPatch) => {
      for (const listener of listeners) listener(structuredClone(patch));
    },
    prestage: {
      ...station,
      onPatch: (listener: (patch: DeskPatch) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      pathOfFile: () => '/fake/file.wim',
    },
  });
}

type PreviewWindow = Window & { readonly push: (patch: DeskPatch) => void };

const workKinds = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration', 'TaskDuration'] as const;

/** Seconds that the page's thread has worked since it was opened, by kind; tasks are all of it and painting. */
async function workOf(session: CDPSession): Promise<readonly number[]> {
  const { metrics } = await session.send('Performance.getMetrics');
  return workKinds.map((kind) => metrics.find(({ name }) => name === kind)?.value ?? 0);
}

/** Ten updates a second. @returns what it took */
async function tick(page: Page, seconds: number, count: number): Promise<string> {
  const patches: DeskPatch[] = Array.from({ length: seconds * 10 }, (_, step) => ({
    jobs: rackJobs(step / 10).slice(0, count),
  }));
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const before = await workOf(session);
  const busy = await page.evaluate(async (all) => {
    const times: number[] = [];
    for (const patch of all) {
      await new Promise((wake) => setTimeout(wake, 100));
      const begin = performance.now();
      (window as unknown as PreviewWindow).push(patch);
      // What React put off, then what the frame itself takes.
      await new Promise((wake) => requestAnimationFrame(wake));
      document.body.getBoundingClientRect();
      times.push(performance.now() - begin);
    }
    return times.sort((one, other) => one - other);
  }, patches);
  const after = await workOf(session);
  const each = workKinds.map((kind, index) => {
    const seconds = (after[index] ?? 0) - (before[index] ?? 0);
    return `${kind.replace('Duration', '')} ${((seconds * 1000) / patches.length).toFixed(1)}`;
  });
  const at = (share: number): string => (busy[Math.floor((busy.length - 1) * share)] ?? 0).toFixed(1);
  return `ms an update: ${each.join(', ')}; from push to laid out: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`;
}

async function open(page: Page, address: string, state: DeskState): Promise<void> {
  // tsx names functions with a helper that the page does not have.
  await page.addInitScript('globalThis.__name = (it) => it;');
  const ships = { listShipments: shipments, remakeBundle: { report: shipReport } };
  await page.addInitScript(fakeStation, { state, methods: Object.keys(deskMethods), ships });
  await page.goto(address);
  await page.locator('#content').waitFor();
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

async function perform(browser: Browser, address: string, one: Act): Promise<string[]> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      problems.push(`console: ${message.text()}`);
    }
  });
  await open(page, address, one.state);
  await one.run(page);
  await page.waitForTimeout(100);
  const calls = await page.evaluate(() => (window as unknown as { calls: unknown[] }).calls);
  const heard = calls.slice(1);
  if (JSON.stringify(heard) !== JSON.stringify(one.expected)) problems.push(`heard ${JSON.stringify(heard)}`);
  const wrong = (await one.check?.(page)) ?? null;
  if (wrong !== null) problems.push(wrong);
  await context.close();
  return problems;
}

async function look(browser: Browser, address: string, name: string, preview: Preview): Promise<string[]> {
  const problems: string[] = [];
  const context = await browser.newContext({ viewport: preview.size ?? { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      problems.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  await open(page, address, preview.state);
  if (preview.key !== undefined) await page.keyboard.press(preview.key);
  if (preview.tick !== undefined) await page.getByLabel(preview.tick, { exact: true }).check();
  if (preview.press !== undefined) {
    await page.getByRole('button', { name: preview.press, exact: true }).click();
  }
  if (preview.ticking === true) console.log(`  ${name}: ${await tick(page, 8, preview.state.jobs.length)}`);
  await page.waitForTimeout(150);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  const overflowing = await page.evaluate(() =>
    [...document.querySelectorAll('html, #content')].some((box) => box.scrollWidth > box.clientWidth),
  );
  if (overflowing) problems.push('the page is wider than the window');
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  for (const { id, help, nodes } of violations) {
    problems.push(
      `axe ${id}: ${help}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`).join(' | ')}`,
    );
  }
  await context.close();
  return problems;
}

function report(name: string, problems: readonly string[]): void {
  console.log(`${problems.length === 0 ? 'ok  ' : 'BAD '} ${name}`);
  for (const problem of problems) console.log(`     ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

const files = await bundle();
for (const [name, contents] of files) console.log(`${name}: ${(contents.length / 1024).toFixed(0)} KiB`);
const server = createServer((request, response) => {
  const name = (request.url ?? '/').replace(/^\//, '') || 'index.html';
  const contents = files.get(name);
  // Browsers ask for an icon unasked.
  const missed = name === 'favicon.ico' ? 204 : 404;
  response.writeHead(contents === undefined ? missed : 200, {
    'content-type': types[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': policy,
  });
  response.end(contents);
});
await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`;
await mkdir(pictures, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const [name, preview] of Object.entries(previews)) {
    if (process.argv[2] !== undefined && !name.includes(process.argv[2])) continue;
    report(name, await look(browser, address, name, preview));
  }
  for (const one of allActs()) {
    if (process.argv[2] !== undefined && !one.name.includes(process.argv[2])) continue;
    report(one.name, await perform(browser, address, one));
  }
} finally {
  await browser.close();
  server.close();
}
