import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LiveSystem, type LiveOptions } from './live-system';
import { realTool, standIn } from './refusal-run';

/**
 * A stick on a loop device, with a live system that runs from it. This kernel may have no dm-crypt, so that of cryptsetup one step is
 * replaced: what `open` maps is a second loop device, once the real cryptsetup has let the key open the real LUKS header.
 */

const MiB = 1024 * 1024;
export const slotMebibytes = 8;

/** An image as build/live makes it, but small: the EFI system partition behind the first slot. */
export function makeStickImage(file: string, content: string): void {
  writeFileSync(file, '');
  truncateSync(file, 56 * MiB);
  execFileSync('sgdisk', [
    ...['--new=2:2048:' + String(2048 + slotMebibytes * 2048 - 1), '--change-name=2:PRESTAGE-A'],
    ...['--new=1:0:+40M', '--typecode=1:ef00', '--change-name=1:PRESTAGE-ESP', file],
  ]);
  const [esp, block] = [`${file}.esp`, `${file}.grubenv`];
  rmSync(esp, { force: true });
  writeFileSync(esp, '');
  truncateSync(esp, 40 * MiB);
  execFileSync('mkfs.fat', ['-F', '32', '-s', '1', esp]);
  writeFileSync(block, '# GRUB Environment Block\nslot=a\n'.padEnd(1024, '#'));
  execFileSync('mmd', ['-i', esp, '::EFI', '::EFI/debian']);
  execFileSync('mcopy', ['-i', esp, block, '::EFI/debian/grubenv']);
  const bytes = readFileSync(file);
  bytes.write(content, MiB);
  readFileSync(esp).copy(bytes, (1 + slotMebibytes) * MiB);
  writeFileSync(file, bytes);
  rmSync(esp);
  rmSync(block);
}

/** Serials by the paths of disks that were plugged in; null: pulled. */
type Disks = Record<string, string | null>;

export class LoopStick {
  readonly live: LiveSystem;
  /** Device of the stick. */
  readonly device: string;
  /** The file that it is. */
  readonly file: string;
  readonly #loops: string[];
  readonly #folder: string;

  private constructor(live: LiveSystem, device: string, folder: string, loops: string[]) {
    this.live = live;
    this.device = device;
    this.file = join(folder, 'stick.img');
    this.#folder = folder;
    this.#loops = loops;
  }

  /** @param folder of the test's own; made */
  static async start(
    folder: string,
    mebibytes: number,
    options: Pick<LiveOptions, 'built' | 'commandLine'> = {},
  ): Promise<LoopStick> {
    mkdirSync(folder);
    const file = join(folder, 'stick.img');
    makeStickImage(file, 'version one');
    truncateSync(file, mebibytes * MiB);
    const device = attach(file);
    execFileSync('partx', ['--add', device]);
    const inner = join(folder, 'inner.img');
    writeFileSync(inner, '');
    truncateSync(inner, 256 * MiB);
    const mapped = attach(inner);
    const other = join(folder, 'images.img');
    writeFileSync(other, '');
    truncateSync(other, 64 * MiB);
    const images = attach(other);
    const live = await LiveSystem.start(join(folder, 'live'), {
      ...options,
      start: {
        ...{ medium: `${device}p2`, slot: 'a' },
        diskIdentitiesAtStart: [{ name: basename(device), 'disk-seq': 1, serial: null, wwn: null }],
      },
    });
    // Where no udev runs, lsblk has no names of partitions: they are added from the table itself.
    const names = join(folder, 'names.mjs');
    writeFileSync(join(folder, 'disks.json'), '{}');
    writeFileSync(
      names,
      `import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
const told = spawnSync('${realTool('lsblk')}', process.argv.slice(2), { encoding: 'utf8' });
const disks = JSON.parse(readFileSync('${join(folder, 'disks.json')}', 'utf8'));
const isPulled = (path) => disks[path] === null;
const parts = ['${device}', ...Object.keys(disks)].filter((path) => !isPulled(path)).flatMap((path) => {
  const table = spawnSync('sfdisk', ['--json', path], { encoding: 'utf8' }).stdout;
  return table === '' ? [] : (JSON.parse(table).partitiontable.partitions ?? []);
});
const list = JSON.parse(told.stdout);
// A loop device that something is mounted from stays until that ends; a disk that was pulled does not.
list.blockdevices = list.blockdevices.filter(({ path }) => !isPulled(path));
for (const disk of list.blockdevices) {
  for (const part of disk.children ?? []) part.partlabel ??= parts.find(({ node }) => node === part.path)?.name ?? null;
  // What was plugged in is a disk on USB.
  if (disk.path in disks) Object.assign(disk, { name: 'sdq', kname: 'sdq', type: 'disk', tran: 'usb', serial: disks[disk.path], model: 'Portable SSD' });
}
process.stdout.write(JSON.stringify(list));`,
    );
    standIn(live.bin, 'lsblk', `exec ${process.execPath} ${names} "$@"`);
    const real = realTool('cryptsetup');
    standIn(
      live.bin,
      'cryptsetup',
      `case " $* " in
*' open '*)
  ${real} open --test-passphrase --type luks2 --key-file - "$6" || exit
  case "$7" in prestage-data) ln -s ${mapped} "/dev/mapper/$7" ;; *) ln -s ${images} "/dev/mapper/$7" ;; esac ;;
*' close '*) rm "/dev/mapper/$2" ;;
*pbkdf2*|*luksDump*) exec ${real} "$@" ;;
*) exec ${real} "$@" --pbkdf-force-iterations 4 --pbkdf-memory 32 ;;
esac`,
    );
    // What a kernel with device-mapper has.
    await live.shell('mkdir -p /dev/mapper; mount -t tmpfs tmpfs /dev/mapper');
    return new LoopStick(live, device, folder, [device, mapped, images]);
  }

  /** Adds the second slot, as a first start does. */
  addSlotB(): void {
    const { device } = this;
    execFileSync('sgdisk', ['--move-second-header', '--new=3:0:+8M', '--change-name=3:PRESTAGE-B', device]);
    execFileSync('partx', ['--add', '--nr', '3', device]);
  }

  /** Plugs a file in as a disk on USB. @returns its device */
  async plugIn(file: string, serial: string): Promise<string> {
    const device = attach(file);
    this.#loops.push(device);
    this.#tell((disks) => ({ ...disks, [device]: serial }));
    spawnSync('partx', ['--add', device]);
    // Nothing says there that it is a loop device: /sys has it as a disk, and what lsblk says is changed above.
    const [block, name] = [`${this.#folder}/block-${this.#loops.length}`, basename(device)];
    const own = `/sys/devices/virtual/block/${name}`;
    await this.live.shell(
      `mkdir ${block} && for one in /sys/class/block/*; do ln -sf "$(readlink -f "$one")" ${block}/; done
ln -sf ${own} ${block}/sdq && ln -sf ${own}/${name}p1 ${block}/${name}p1
mount -t tmpfs tmpfs ${own}/loop && mount --bind ${block} /sys/class/block`,
    );
    return device;
  }

  /** Pulls it. */
  pull(device: string): void {
    this.#tell((disks) => ({ ...disks, [device]: null }));
    detach(device);
    this.#loops.splice(this.#loops.indexOf(device), 1);
  }

  /** As though this disk had been there at the start. */
  startWith(device: string): void {
    const sequence = Number(readFileSync(`/sys/class/block/${basename(device)}/diskseq`, 'utf8'));
    const started = {
      ...{ medium: `${this.device}p2`, slot: 'a' },
      diskIdentitiesAtStart: [{ name: basename(device), 'disk-seq': sequence, serial: null, wwn: null }],
    };
    writeFileSync(join(this.live.folder, 'run/prestage/live.json'), JSON.stringify(started));
  }

  #tell(change: (disks: Disks) => Disks): void {
    const file = join(this.#folder, 'disks.json');
    const disks = JSON.parse(readFileSync(file, 'utf8')) as Disks;
    writeFileSync(file, JSON.stringify(change(disks)));
  }

  /** How a slot begins. */
  slot(name: 'a' | 'b'): string {
    const partition = name === 'a' ? 'p2' : 'p3';
    return readFileSync(`${this.device}${partition}`).subarray(0, 11).toString('latin1');
  }

  /** GRUB's environment block. */
  environment(): string {
    return execFileSync('mtype', ['-i', `${this.device}p1`, '::EFI/debian/grubenv'], { encoding: 'utf8' });
  }

  /** Ends the live system, and detaches what it ran from. */
  async end(): Promise<void> {
    await this.live.stop();
    for (const device of this.#loops) detach(device);
    spawnSync('rmdir', ['/dev/mapper']);
  }
}

function detach(device: string): void {
  spawnSync('partx', ['--delete', device]);
  execFileSync('losetup', ['--detach', device]);
}

function attach(file: string): string {
  const device = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
  // Those of a device that had this number before, and was detached with them.
  spawnSync('partx', ['--delete', device]);
  return device;
}
