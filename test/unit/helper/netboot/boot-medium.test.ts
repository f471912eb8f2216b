import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BootMedium, NoMedium } from '../../../../helper/netboot/boot-medium';
import { closeBootImage, openBootImage } from '../../../../helper/netboot/open-boot-image';

/** An image as build/live/image.sh has xorriso 1.5.4 write it, with small files, and a folder that is longer than a sector. */
const recorded = gunzipSync(
  readFileSync(resolve(import.meta.dirname, '../../../fixtures/recorded/netboot/small.iso.gz')),
);
const system = 'the system of a machine';
const never = new AbortController().signal;

describe('an image of Prestage Live', () => {
  let area: string;
  let image: string;

  beforeAll(() => {
    area = mkdtempSync(join(tmpdir(), 'prestage-medium-'));
    image = join(area, 'small.iso');
    writeFileSync(image, recorded);
  });
  afterAll(() => {
    rmSync(area, { recursive: true });
  });

  it('says where each file lies', async () => {
    const medium = await BootMedium.open(image);
    for (const [name, content] of [
      ['live/filesystem.squashfs', system],
      ['live/vmlinuz', 'kernel'],
      ['EFI/BOOT/BOOTX64.EFI', 'shim'],
      ['live/a-file-with-a-long-name-that-fills-the-folder-60', '60\n'],
    ] as const) {
      const { offset, bytes } = await medium.find(name);
      expect(recorded.toString('utf8', offset, offset + bytes)).toBe(content);
    }
    for (const name of ['live', 'live/none', 'live/vmlinuz/more', 'LIVE/VMLINUZ.;1', '', '..']) {
      await expect(medium.find(name), name).rejects.toThrow(NoMedium);
    }
    await medium.close();
  });

  it('is laid out for those who fetch it, with the SHA-256 of its system, until it is closed', async () => {
    const opened = await openBootImage(image, () => undefined, never);
    expect(opened).toMatchObject({
      version: '0.2.0',
      system: {
        path: image,
        bytes: system.length,
        sha256: createHash('sha256').update(system).digest('hex'),
      },
    });
    expect(readFileSync(join(opened.folder, 'grubx64.efi'), 'utf8')).toBe('grub');
    expect(readFileSync(join(opened.folder, 'initrd'), 'utf8')).toBe('initramfs');
    // Another user answers machines.
    expect(statSync(opened.folder).mode & 0o777).toBe(0o755);
    expect(statSync(join(opened.folder, 'vmlinuz')).mode & 0o777).toBe(0o644);
    await closeBootImage(area);
    expect(existsSync(area)).toBe(true);
    await closeBootImage(opened.folder);
    expect(existsSync(opened.folder)).toBe(false);
  });

  it('that is mounted somewhere gives nothing from elsewhere on this computer', async () => {
    const folder = join(area, 'mounted');
    mkdirSync(join(folder, 'live'), { recursive: true });
    writeFileSync(join(area, 'station-key.pem'), 'secret');
    writeFileSync(join(folder, 'live/real'), 'kernel');
    symlinkSync('real', join(folder, 'live/vmlinuz'));
    symlinkSync(join(area, 'station-key.pem'), join(folder, 'live/initrd'));
    const medium = await BootMedium.open(folder);
    expect(await medium.find('live/vmlinuz')).toMatchObject({ bytes: 6 });
    await expect(medium.find('live/initrd')).rejects.toThrow('lies somewhere else');
    await medium.close();
  });

  it('that is cut off or damaged anywhere is refused, or read as it is; nothing else comes of it', async () => {
    const file = join(area, 'damaged.iso');
    // Descriptor, root and folders lie in its first 100 sectors.
    for (let at = 16 * 2048; at < 100 * 2048; at += 487) {
      const damaged = Buffer.from(recorded);
      damaged.fill(0xff, at, at + 40);
      writeFileSync(file, damaged);
      const medium = await BootMedium.open(file);
      const found = await medium.find('live/filesystem.squashfs').catch((error: unknown) => error);
      if (!(found instanceof NoMedium)) {
        expect(found).toMatchObject({ path: file });
        const { offset, bytes } = found as { readonly offset: number; readonly bytes: number };
        expect(offset + bytes).toBeLessThanOrEqual(recorded.length);
      }
      await medium.close();
    }
    writeFileSync(file, recorded.subarray(0, 40 * 2048));
    await expect(openBootImage(file, () => undefined, never)).rejects.toMatchObject({ code: 'boot-image' });
  });
});
