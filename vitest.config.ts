import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { memoryFolder } from './test/support/memory-folder.ts';

/** As the bundler does it: the text of an SQL file is its module's default export. */
const sqlText = {
  name: 'sql-text',
  transform: (code: string, id: string): string | undefined =>
    id.endsWith('.sql') ? `export default ${JSON.stringify(code)}` : undefined,
};

/** As the bundler does it: a font's module gives its bytes. */
const fontBytes = {
  name: 'font-bytes',
  enforce: 'pre' as const,
  load: (id: string): string | undefined =>
    id.endsWith('.woff')
      ? `export default () => Buffer.from('${readFileSync(id).toString('base64')}', 'base64')`
      : undefined,
};

// What the tests write goes into memory where there is enough: the disk takes an eighth of the time, and of the processor. As on
// Debian 13, where /tmp is memory; who sets TMPDIR chooses. Not the stick and the package, whose files are gigabytes.
if (!['live', 'package', 'guest'].some((project) => process.argv.includes(project))) {
  process.env['TMPDIR'] ??= memoryFolder() ?? tmpdir();
}

const states = 'test/deep/windows/states.test.ts';

/** What a case may take before it counts as hanging: on a machine with other work, many times of what a quiet one takes. */
const limits = { testTimeout: 600_000, hookTimeout: 600_000 };

/** Tests of windows. */
const windows = {
  environment: 'node' as const,
  // Scans are key events at a scanner's pace: on a busy machine one may come too late. The report names what was tried again.
  retry: 1,
  // What is asked again until it holds: a second is too short on busy cores.
  expect: { poll: { timeout: 20_000 } },
  // As for the unit tests.
  isolate: false,
  // A screen for each file: two windows on one would take each other's focus.
  setupFiles: ['test/support/e2e-display.ts'],
  ...limits,
};

/** Windows of the real app. */
const windowsAtATime = {
  globalSetup: ['test/support/e2e-setup.ts', 'test/support/held-programs.ts'],
  // Scans at a scanner's pace, and drives beside them: a third window would take their time. What has other workers runs as
  // a group of its own.
  maxWorkers: 2,
  sequence: { groupOrder: 0 },
};

/** Tests of the built programs. */
const programs = {
  environment: 'node' as const,
  sequence: { groupOrder: 1 },
  // What is asked again until it holds: a second is too short on busy cores.
  expect: { poll: { timeout: 20_000 } },
  // Real programs side by side on two cores. The report names what passed only the second time: it is to be looked at.
  retry: 1,
  // As for the unit tests.
  isolate: false,
  globalSetup: ['test/support/global-setup.ts', 'test/support/held-programs.ts'],
  ...limits,
};

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    projects: [
      {
        plugins: [sqlText, fontBytes],
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          sequence: { groupOrder: 1 },
          // A process for each file, and all modules read anew in it, take longer than the tests. What a test changes of
          // the process it puts back, modules, too.
          isolate: false,
          // Properties are tried hundreds of times: seconds on two quiet cores, many more on busy ones.
          testTimeout: 30_000,
        },
      },
      {
        plugins: [sqlText, fontBytes],
        test: { ...programs, name: 'integration', include: ['test/integration/**/*.test.ts'] },
      },
      {
        // Single subjects in depth, of which few changes touch one: npm run test:deep.
        plugins: [sqlText, fontBytes],
        test: {
          ...programs,
          name: 'deep',
          include: ['test/deep/*.test.ts'],
          // Files with concurrent cases that erase and write whole drives: more at a time only take longer, each.
          maxConcurrency: 2,
        },
      },
      {
        // The same for windows; a part of npm run test:deep.
        plugins: [sqlText, fontBytes],
        test: {
          ...windows,
          name: 'deep-windows',
          include: ['test/deep/windows/*.test.ts'],
          exclude: [states],
          ...windowsAtATime,
        },
      },
      {
        plugins: [sqlText, fontBytes],
        test: {
          ...windows,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...windowsAtATime,
        },
      },
      {
        // Made-up states of the page, one after the other in one window: they wait for nothing outside it. A part of
        // npm run test:deep; alone: npm run test:states.
        plugins: [sqlText, fontBytes],
        test: {
          ...windows,
          name: 'states',
          include: [states],
          globalSetup: ['test/support/global-setup.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Starts what was written: npm run test:boot.
        plugins: [sqlText, fontBytes],
        test: {
          name: 'boot',
          include: ['test/boot/**/*.test.ts'],
          environment: 'node',
          // An emulated kernel that patches its own code crashes now and then (Oops: int3). The report names what was tried again.
          retry: 1,
          globalSetup: ['test/support/global-setup.ts'],
          ...limits,
          // Emulated machines take a core each.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Runs the programs on drives of a virtual machine: npm run test:guest.
        plugins: [sqlText, fontBytes],
        test: {
          name: 'guest',
          include: ['test/guest/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['test/support/global-setup.ts'],
          // An emulated machine on a busy one.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        // Packs the Debian package: npm run test:package.
        plugins: [sqlText, fontBytes],
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['test/support/global-setup.ts'],
          ...limits,
        },
      },
      {
        // Makes the stick and starts a PC from it, by emulation: npm run test:live.
        plugins: [sqlText, fontBytes],
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
      {
        // A station and its machines, in network namespaces: npm run test:rack.
        plugins: [sqlText, fontBytes],
        test: {
          name: 'rack',
          include: ['test/rack/**/*.test.ts'],
          environment: 'node',
          expect: { poll: { timeout: 20_000 } },
          retry: 1,
          globalSetup: ['test/support/global-setup.ts', 'test/support/held-programs.ts'],
          ...limits,
        },
      },
      {
        // Needs a PostgreSQL: npm run test:fleet.
        plugins: [sqlText, fontBytes],
        test: {
          name: 'fleet',
          include: ['test/fleet/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['test/support/fleet-setup.ts'],
          ...limits,
        },
      },
    ],
    // Two cores, and files that wait for more than half of their time.
    maxWorkers: 5,
    sequence: { sequencer: LongestFirst },
    // Kept below node_modules by the contents of the files: a run reads what an earlier one, or another project, has transformed.
    experimental: { fsModuleCache: true },
  },
});
