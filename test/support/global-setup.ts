import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { setUpCheckout } from './checkout';

const areaVariable = 'PRESTAGE_TEST_AREA';
const areaPrefix = 'prestage-test-';
const root = resolve(import.meta.dirname, '../..');

/**
 * Makes a folder of its own for one test, below the run's own folder. Loop devices and mounts below it that
 * a test leaves behind are reported as errors at the end of the run, and undone; the folder is removed.
 */
export function temporaryArea(name = 'area'): string {
  const parent = process.env[areaVariable];
  return mkdtempSync(
    parent === undefined ? join(realpathSync(tmpdir()), areaPrefix) : join(parent, `${name}-`),
  );
}

/** Lets other users into a temporary area: it, and the run's own folders above it, are closed to them. */
export function openToOthers(area: string): void {
  for (let folder = area; folder.length > tmpdir().length; folder = resolve(folder, '..')) {
    chmodSync(folder, 0o755);
  }
}

/**
 * Removes such a folder of programs that have ended: a process of Electron's may still write its last file meanwhile. Node's own
 * maxRetries tries again to remove the folder, not what came into it since, and fails all the same.
 */
export function removeArea(area: string): void {
  for (let left = 100; ; left -= 1) {
    try {
      rmSync(area, { recursive: true, force: true });
      return;
    } catch (error) {
      if (left === 0 || !(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

/** Before the integration tests: the programs they run must be there. After them: nothing may be left. */
export function setup(): () => void {
  const missing = ['dist/helper.cjs', 'dist/prestage.cjs'].filter((file) => !existsSync(join(root, file)));
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(' and ')} missing: the integration tests run the built programs. Run npm run setup.`,
    );
  }
  const closeCheckout = setUpCheckout();
  const area = mkdtempSync(join(realpathSync(tmpdir()), areaPrefix));
  // Workers are started later and inherit it.
  process.env[areaVariable] = area;

  return () => {
    const left = [...detachLoops(area), ...unmountAll(area)];
    removeArea(area);
    closeCheckout();
    if (left.length === 0) return;
    // vitest shows what a teardown throws, and still ends with success.
    process.exitCode = 1;
    throw new Error(`The tests left behind:\n  ${left.join('\n  ')}`);
  };
}

const loopList = z.object({
  loopdevices: z.array(z.object({ name: z.string(), 'back-file': z.string().nullish() })),
});

/** Detaches every loop device over a file below the area. @returns what there was */
function detachLoops(area: string): string[] {
  const listed = spawnSync('losetup', ['--list', '--json', '--output', 'NAME,BACK-FILE'], {
    encoding: 'utf8',
  });
  // Prints nothing at all when there is no loop device; is missing where there is no losetup.
  if (listed.error !== undefined || listed.stdout.trim() === '') return [];
  const ours = loopList
    .parse(JSON.parse(listed.stdout))
    .loopdevices.filter((device) => device['back-file']?.startsWith(`${area}/`) === true);
  return ours.map((device) => {
    const detached = spawnSync('losetup', ['--detach', device.name], { encoding: 'utf8' });
    const trouble = detached.status === 0 ? '' : `, and could not be detached: ${detached.stderr.trim()}`;
    return `loop device ${device.name} over ${device['back-file'] ?? ''}${trouble}`;
  });
}

/** Unmounts everything below the area, innermost first. @returns what there was */
function unmountAll(area: string): string[] {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replace(/\\([0-7]{3})/g, (_, code: string) => octal(code)))
    .filter((point) => point.startsWith(`${area}/`))
    .reverse();
  return points.map((point) => {
    const unmounted = spawnSync('umount', [point], { encoding: 'utf8' });
    const trouble = unmounted.status === 0 ? '' : `, and could not be unmounted: ${unmounted.stderr.trim()}`;
    return `mount ${point}${trouble}`;
  });
}

function octal(code: string): string {
  return String.fromCharCode(parseInt(code, 8));
}
