import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { productManifest } from '../../build/package/paths';
import { temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { LiveMachine, share, type Picture } from './live-machine';

/**
 * The stick, from making it to the app on the screen: `npm run test:live`, as root. The image that lies in dist-package is
 * taken when it was made from this commit; otherwise it is made.
 */

const root = resolve(import.meta.dirname, '../..');
const { version } = productManifest();
const image = join(root, `dist-package/prestage-live_${version}_amd64.test.iso`);
const mebibyte = 1024 * 1024;

/** The colour behind the app's screens: --paper in renderer/theme/tokens.css. */
const appBackground = [0xf3, 0xf5, 0xf7] as const;
/** The app's page, loading or loaded: nothing else that a start shows has this colour. The bench leaves a tenth of it free. */
const isApp = (picture: Picture): boolean => share(picture, appBackground) > 0.03;
/** While it loads, there is hardly anything else. */
const isLoaded = (picture: Picture): boolean => isApp(picture) && share(picture, appBackground) < 0.9;

/** Starting takes two minutes alone on two cores, by emulation, and much longer beside others. */
const startSeconds = 1500;

function run(file: string, args: readonly string[], input?: string): string {
  const result = spawnSync(file, args, { cwd: root, encoding: 'utf8', input, maxBuffer: 64 * mebibyte });
  if (result.status !== 0) throw new Error(`${file} ${args.join(' ')}:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** A file of the image's ISO 9660. */
function inImage(path: string): string {
  const target = join(area, path.replaceAll('/', '_'));
  run('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', path, target]);
  return readFileSync(target, 'utf8');
}

let area: string;

describe.skipIf(!isRoot)('Prestage Live', () => {
  beforeAll(() => {
    area = temporaryArea('live');
    const commit = run('git', ['rev-parse', 'HEAD']).trim();
    if (!existsSync(image) || !inImage('/prestage/live.json').includes(commit)) {
      rmSync(join(area, '_prestage_live.json'), { force: true });
      run('bash', ['build/live/make.sh', '--flavour', 'test']);
    }
  }, 1_800_000);
  afterAll(() => {
    rmSync(area, { recursive: true, force: true });
  });

  it('is at most 900 MB, with a manifest and a check sum beside it that are right', () => {
    expect(readFileSync(image).length).toBeLessThanOrEqual(900_000_000);
    const [sum] = readFileSync(image.replace(/\.iso$/, '.sha256'), 'utf8').split(' ');
    expect(createHash('sha256').update(readFileSync(image)).digest('hex')).toBe(sum);
    const manifest = readFileSync(image.replace(/\.iso$/, '.manifest'), 'utf8');
    for (const name of ['linux-image-amd64', 'shim-signed', 'grub-efi-amd64-signed', 'prestage']) {
      expect(manifest).toMatch(new RegExp(`^${name} `, 'm'));
    }
    // Nothing that mounts drives by itself, lets somebody log in from afar, or asks an archive for packages.
    for (const name of ['udisks2', 'gvfs', 'openssh-server', 'mdadm', 'lvm2', 'sudo', 'apt']) {
      expect(manifest).not.toMatch(new RegExp(`^${name} `, 'm'));
    }
  });
});

/** GRUB's environment block of the stick: what lies on its EFI partition, as `name=value`. */
const espOffset = 800 * mebibyte;
const blockPath = '::/EFI/debian/grubenv';
function environment(stick: string): string[] {
  const text = run('mtype', ['-i', `${stick}@@${espOffset}`, blockPath]);
  return text.split('\n').filter((line) => /^[a-z]+=/.test(line));
}

describe.skipIf(!isRoot)('a PC with Secure Boot on that starts from it', () => {
  let machine: LiveMachine;
  let stick: string;
  let nvme: string;

  beforeAll(async () => {
    area = temporaryArea('live-pc');
    stick = join(area, 'stick.img');
    run('cp', ['--sparse=always', image, stick]);
    truncateSync(stick, 4096 * mebibyte);
    // As after an update: b is the slot that is known to come up, and a is to be tried.
    const block = join(area, 'grubenv');
    writeFileSync(block, '# GRUB Environment Block\nslot=b\ntry=a\n'.padEnd(1024, '#'));
    run('mcopy', ['-o', '-i', `${stick}@@${espOffset}`, block, blockPath]);
    nvme = join(area, 'nvme.img');
    writeFileSync(nvme, '');
    truncateSync(nvme, 8192 * mebibyte);
    machine = await LiveMachine.start({ area, stick, nvme: [{ file: nvme, serial: 'NVMEPC0001' }] });
  });
  afterAll(async () => {
    await machine.cut();
    rmSync(area, { recursive: true, force: true });
  });

  it('shows the app in full screen, without a key being pressed', async () => {
    await machine.until('the app', isApp, startSeconds);
    // The slot that was to be tried is tried once.
    expect(environment(stick)).not.toContain('try=a');
  });

  it('names the slot as known to come up once the app has stood', async () => {
    for (let left = 60; left > 0 && !environment(stick).includes('slot=a'); left -= 1) await sleep(10_000);
    expect(environment(stick)).toContain('slot=a');
    await machine.until('the bench', isLoaded, startSeconds);
    await machine.keepPicture('app');
  });

  it('stays in the app whatever keys are pressed', async () => {
    for (const keys of ['ctrl+alt+f2', 'ctrl+alt+backspace', 'alt+f4', 'ctrl+alt+delete', 'alt+sysrq+b']) {
      await machine.press(keys);
    }
    await sleep(5000);
    await machine.until('the app', isApp, startSeconds);
  });

  it('goes off when the power button is pressed, and has not written to the disk of the PC', async () => {
    expect(await machine.powerOff(300)).toBe(true);
    expect(statSync(nvme).blocks).toBe(0);
  });
});
