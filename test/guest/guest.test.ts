import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB, MiB } from '../../core/base/units';
import { drivesForm } from '../../station/cli/drives-command';
import { sanitiseForm } from '../../station/cli/sanitise-command';
import { errorOf, onlyDrive, reportOf, runCli, type CliResult } from '../support/cli';
import { DebianParts } from '../support/debian-parts';
import { temporaryArea } from '../support/global-setup';
import { makeBench } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';
import { Guest, guestShare, guestState, type GuestParts } from './guest';

/**
 * The built programs as root on drives of a kernel: NVMe, SATA, USB and virtio of QEMU. Nothing of the product is changed, and nothing
 * but QEMU stands for the hardware. The tests are one story, in one machine that is started twice: each needs those before it.
 * Not a part of .ci/run: with two cores to itself it takes four and a half minutes.
 */

/** The drives, by what they are in QEMU: bytes. */
const sizes = {
  whole: GiB,
  first: 32 * MiB,
  second: 32 * MiB,
  sata: 96 * MiB,
  usb: GiB,
  virtio: GiB,
  wrapped: 32 * MiB,
} as const;
type DriveName = keyof typeof sizes;

const modules = [
  ...['virtio_pci', 'virtio_blk', '9pnet_virtio', '9p', 'crc32c_generic', 'ext4'],
  ...['nvme', 'ahci', 'sd_mod', 'xhci_pci', 'usb_storage', 'dm_mod', 'target_core_iblock', 'tcm_loop'],
];

const old = Buffer.from('what the last owner kept');
let area: string;
let parts: Omit<GuestParts, 'share'>;
let guest: Guest;
const image = (name: DriveName): string => join(area, `${name}.img`);

beforeAll(async () => {
  area = temporaryArea('guest');
  const debian = DebianParts.unpack(area);
  const initramfs = join(area, 'initramfs.cpio');
  writeFileSync(initramfs, debian.makeInitramfs(area, join(import.meta.dirname, 'init.sh'), modules));
  for (const [name, size] of Object.entries(sizes)) {
    writeFileSync(image(name as DriveName), '');
    truncateSync(image(name as DriveName), size);
    const fd = openSync(image(name as DriveName), 'r+');
    for (let at = 0; at < size; at += MiB) writeSync(fd, old, 0, old.length, at);
    closeSync(fd);
  }
  // The disk image is made here, where it takes a tenth of the time.
  const media = await makeMedia(join(area, 'media'), { smallFiles: 3 });
  const [bench, state] = [join(area, 'bench'), join(area, 'state')];
  await makeBench(bench, 1, '1G');
  const { id } = await onlyDrive(bench);
  const made = await runCli(
    ['apply', '--media', media.path, '--drive', `${id}=GUEST0000`, '--yes', '--json'].concat([
      '--bench',
      bench,
      '--state',
      state,
    ]),
  );
  expect(reportOf(made).jobs.map((job) => job.state)).toEqual(['done']);
  const stateImage = join(area, 'state.img');
  execFileSync('truncate', ['--size=1G', stateImage]);
  execFileSync('mkfs.ext4', ['-q', '-d', state, stateImage]);
  mkdirSync(join(area, 'first-start'));
  copyFileSync(media.path, join(area, 'first-start/media.wim'));
  parts = {
    ...{ kernel: debian.kernel, initramfs, stateImage, checkout: resolve(import.meta.dirname, '../..') },
    drives: [
      ...drive('whole', 'nvme,serial=GUEST-WHOLE'),
      ...['-device', 'nvme-subsys,id=shelf', '-device', 'nvme,id=shared,serial=GUEST-SHARED,subsys=shelf'],
      ...drive('first', 'nvme-ns,bus=shared,nsid=1'),
      ...drive('second', 'nvme-ns,bus=shared,nsid=2'),
      ...drive('sata', 'ide-hd,bus=ide.0,serial=GUEST-SATA,wwn=0x5000c50000000001'),
      ...['-device', 'qemu-xhci,id=xhci'],
      ...drive('usb', 'usb-storage,bus=xhci.0,serial=GUEST-USB,removable=on'),
      ...drive('virtio', 'virtio-blk-pci,serial=GUEST-VIRTIO'),
      ...drive('wrapped', 'virtio-blk-pci,serial=GUEST-WRAPPED'),
    ],
  };
  guest = await Guest.start({ ...parts, share: join(area, 'first-start') });
}, 400_000);
afterAll(async () => {
  await guest.cutPower();
  rmSync(area, { recursive: true, force: true });
});

function drive(name: DriveName, device: string): string[] {
  return [
    ...['-drive', `if=none,id=${name},format=raw,discard=unmap,file=${image(name)}`],
    ...['-device', `${device},drive=${name}${device.includes('id=') ? '' : `,id=${name}-device`}`],
  ];
}

type Listed = z.infer<typeof drivesForm>['drives'][number];

/** What tells them apart, with no udev to ask for serials: a kernel decides anew at each start which of two is the first. */
const drives = {
  whole: ({ serial }) => serial === 'GUEST-WHOLE',
  // The number in the name is not the one of the namespace: which is found first gets the first name.
  first: ({ serial, wwn }) => serial === 'GUEST-SHARED' && wwn?.endsWith('-00000001') === true,
  second: ({ serial, wwn }) => serial === 'GUEST-SHARED' && wwn?.endsWith('-00000002') === true,
  sata: ({ wwn }) => wwn === 'naa.5000c50000000001',
  usb: ({ bus }) => bus === 'usb',
  virtio: ({ serial }) => serial === 'GUEST-VIRTIO',
  state: ({ serial }) => serial === 'prestage-state',
  wrapping: ({ model }) => model === 'LIO-ORG IBLOCK',
} as const satisfies Readonly<Record<string, (drive: Listed) => boolean>>;

async function listed(...more: readonly string[]): Promise<(name: keyof typeof drives) => Listed> {
  const run = await guest.prestage(['drives', '--json', ...more]);
  expect(run.status, run.stderr).toBe(0);
  const { drives: all } = drivesForm.parse(JSON.parse(run.stdout));
  return (name) => {
    const found = all.find((one) => drives[name](one));
    if (found === undefined) throw new Error(`the guest has no drive ${name}: ${run.stdout}`);
    return found;
  };
}

/** Does something while tools are not installed in the guest. */
async function without<T>(tools: readonly string[], work: () => Promise<T>): Promise<T> {
  const each = async (command: string): Promise<void> => {
    for (const tool of tools) {
      const run = await guest.shell(`/usr/bin/${command} "$(readlink -f /usr/sbin/${tool})"`);
      expect(run.status, run.stderr).toBe(0);
    }
  };
  await each('mount --bind /dev/null');
  try {
    return await work();
  } finally {
    await each('umount');
  }
}

const sanitising = (id: string, ...more: readonly string[]): string[] => [
  ...['sanitise', '--drive', id, '--yes', '--json'],
  ...more,
];

function sanitisedOf(run: CliResult): z.infer<typeof sanitiseForm> {
  try {
    return sanitiseForm.parse(JSON.parse(run.stdout));
  } catch (error) {
    throw new Error(`no report (exit ${run.status}): ${run.stdout}\n${run.stderr}`, { cause: error });
  }
}

/** Whether the file below a drive holds nothing but zeros; and whether it holds old data. */
function contentOf(name: DriveName): { readonly zeros: boolean; readonly old: boolean } {
  const fd = openSync(image(name), 'r');
  const piece = Buffer.alloc(8 * MiB);
  const blank = Buffer.alloc(piece.length);
  const found = { zeros: true, old: false };
  for (let at = 0; at < sizes[name]; at += piece.length) {
    readSync(fd, piece, 0, piece.length, at);
    found.zeros &&= piece.equals(blank);
    found.old ||= piece.includes(old);
  }
  closeSync(fd);
  return found;
}

const ledgerForm = z.object({
  entries: z.array(z.object({ json: z.looseObject({ record: z.looseObject({ kind: z.string() }) }) })),
});
async function records(): Promise<z.infer<typeof ledgerForm>['entries'][number]['json']['record'][]> {
  const run = await guest.prestage(['ledger', 'export', '--format', 'json']);
  return ledgerForm.parse(JSON.parse(run.stdout)).entries.map(({ json }) => json.record);
}

describe('drives of a kernel', () => {
  let ids: Readonly<Record<Exclude<DriveName, 'wrapped'>, string>>;

  it('tell their health, how they can be erased, and what they hide; what USB does not tell is said', async () => {
    const at = await listed('--health', '--erase');
    const [whole, first, second] = [at('whole'), at('first'), at('second')];
    const [sata, usb, virtio] = [at('sata'), at('usb'), at('virtio')];
    expect(whole).toMatchObject({
      ...{ bus: 'nvme', verdict: 'eligible' },
      health: { word: 'good', reading: { known: true, protocol: 'nvme', percentageUsed: 0, mediaErrors: 0 } },
      erase: { methods: ['nvme-format-user', 'overwrite'], obstacles: [], hidden: [], notKnown: [] },
    });
    expect(second.erase).toMatchObject({
      methods: ['nvme-format-user', 'overwrite'],
      obstacles: ['other-namespaces'],
    });
    expect(sata).toMatchObject({
      bus: 'sata',
      health: { word: 'good', reading: { known: true, protocol: 'ata', overall: 'passed', reallocated: 0 } },
      erase: { methods: ['overwrite'], hidden: [], notKnown: [] },
    });
    expect(usb).toMatchObject({
      bus: 'usb',
      health: {
        word: 'not-known',
        reading: { known: false, reason: expect.stringContaining('USB bridge') as string },
      },
      erase: {
        methods: ['overwrite'],
        notKnown: [expect.stringContaining('behind a USB adapter') as string],
      },
    });
    expect(virtio.health).toMatchObject({ word: 'not-known', reading: { known: false } });
    expect(at('state')).toMatchObject({ verdict: 'blocked' });
    ids = {
      whole: whole.id,
      first: first.id,
      second: second.id,
      sata: sata.id,
      usb: usb.id,
      virtio: virtio.id,
    };
  });

  it('are refused untouched where the tool is missing that asks them, and not erased in a weaker way', async () => {
    const runs = await without(['nvme', 'hdparm'], () =>
      Promise.all([ids.first, ids.sata].map((id) => guest.prestage(sanitising(id)))),
    );
    expect(runs.map((run) => [run.status, errorOf(run).code])).toEqual([
      [3, 'tool-missing'],
      [3, 'tool-missing'],
    ]);
    expect(runs.map((run) => errorOf(run).remedy)).toEqual([
      expect.stringContaining('nvme-cli'),
      expect.stringContaining('hdparm'),
    ]);
    for (const name of ['first', 'sata'] as const) {
      expect(contentOf(name)).toEqual({ zeros: false, old: true });
    }
  });

  it('are erased: one namespace by Format and not its neighbour, a SATA drive by zeros that are read back', async () => {
    const [format, overwrite, refused] = await Promise.all([
      guest.prestage(sanitising(ids.first)),
      guest.prestage(sanitising(ids.sata)),
      guest.prestage(sanitising(ids.second, '--method', 'nvme-sanitize-block')),
    ]);
    expect(sanitisedOf(format)).toMatchObject({
      outcome: 'erased',
      method: 'nvme-format-user',
      nist: 'clear',
      samples: { unchanged: 0 },
    });
    expect(contentOf('first')).toEqual({ zeros: true, old: false });
    expect(sanitisedOf(overwrite)).toMatchObject({
      outcome: 'erased',
      method: 'overwrite',
      bytesReadBack: sizes.sata,
    });
    expect(contentOf('sata')).toEqual({ zeros: true, old: false });
    // What takes the whole controller is refused, because the other namespace is a drive of its own here.
    expect([refused.status, errorOf(refused).code]).toEqual([3, 'sanitise-unavailable']);
    expect(errorOf(refused).message).toContain('other namespaces that are drives of their own');
    expect(contentOf('second')).toEqual({ zeros: false, old: true });
  });

  it('of one batch: one is pulled while it is erased, one stops answering, the other is written, recorded and read again', async () => {
    await guest.shell(
      `mkdir -p ${guestState}/stall && echo '{"stallSeconds":10}' >${guestState}/stall/settings.json`,
    );
    await guest.throttle('usb', 8 * MiB);
    await guest.throttle('virtio', 1);
    const stalled = guest.prestage(sanitising(ids.virtio, '--method', 'overwrite'), `${guestState}/stall`);
    const writing = guest.prestage([
      ...['apply', '--media', `${guestShare}/media.wim`, '--sanitise', '--yes', '--json'],
      ...['--drive', `${ids.whole}=GUEST0001`, '--drive', `${ids.usb}=GUEST0002`],
    ]);
    await guest.untilWritten('usb', 16 * MiB, writing);
    await guest.pull('usb-device');
    const run = await writing;
    const jobs = reportOf(run).jobs;
    expect(jobs.map((job) => [job.machineSerial, job.state, job.reason?.code])).toEqual([
      ['GUEST0001', 'done', undefined],
      ['GUEST0002', 'failed', 'drive-erase-unknown'],
    ]);
    expect(contentOf('usb').old).toBe(true);
    expect(contentOf('whole').old).toBe(false);
    // What waits in the kernel for a drive keeps its program from ending: it is let go when all was said.
    await guest.untilSaid('has stopped responding');
    await guest.throttle('virtio', 0);
    const silent = await stalled;
    expect(silent.status).toBe(4);
    expect(sanitisedOf(silent)).toMatchObject({
      outcome: 'not-known',
      why: expect.stringContaining('has stopped responding') as string,
    });

    const verified = await guest.prestage(['verify', '--drive', ids.whole, '--json']);
    expect(JSON.parse(verified.stdout)).toMatchObject({ verified: true, machineSerial: 'GUEST0001' });
    const ended = (await records()).filter(({ kind }) => kind === 'job-ended');
    expect(ended).toContainEqual(
      expect.objectContaining({
        end: expect.objectContaining({ state: 'done' }) as unknown,
        health: expect.objectContaining({
          before: expect.objectContaining({ known: true, protocol: 'nvme' }) as unknown,
          after: expect.objectContaining({ known: true, protocol: 'nvme' }) as unknown,
        }) as unknown,
        sanitised: expect.objectContaining({ outcome: 'erased', method: 'nvme-format-user' }) as unknown,
      }),
    );
    expect(ended).toContainEqual(
      expect.objectContaining({
        sanitised: expect.objectContaining({
          outcome: 'not-known',
          why: expect.stringContaining('it was pulled') as string,
        }) as unknown,
      }),
    );
  });

  it('that are smaller than they say: a device of the kernel that wraps is named with its real size', async () => {
    // The mapper gives the same sectors twice; the kernel's own SCSI target makes a drive of it.
    const made = await guest.shell(`set -e
      export PATH=/usr/sbin:/usr/bin:/sbin:/bin
      disk=$(dirname "$(grep -lx GUEST-WRAPPED /sys/block/vd*/serial)")
      below=/dev/\${disk##*/}
      sectors=$(($(cat $disk/size)))
      printf '0 %s linear %s 0\\n%s %s linear %s 0\\n' $sectors $below $sectors $sectors $below | dmsetup create --noudevsync wraps
      mount -t configfs configfs /sys/kernel/config 2>/dev/null || true
      target=/sys/kernel/config/target
      mkdir -p $target/core/iblock_0/wraps
      echo udev_path=/dev/dm-0 >$target/core/iblock_0/wraps/control
      echo GUEST-LIO >$target/core/iblock_0/wraps/wwn/vpd_unit_serial
      echo 1 >$target/core/iblock_0/wraps/enable
      port=$target/loopback/naa.5001405000000001/tpgt_1
      mkdir -p $port/lun/lun_0
      echo naa.5001405000000002 >$port/nexus
      ln -s $target/core/iblock_0/wraps $port/lun/lun_0/wraps
      for try in $(seq 100); do grep -q LIO-ORG /sys/block/sd*/device/vendor && exit 0; sleep 0.2; done
      echo 'no SCSI disk'; exit 1`);
    expect(made.status, made.stdout + made.stderr).toBe(0);
    // What cannot be asked is said, and is no good health.
    const at = await without(['smartctl'], () => listed());
    expect(at('sata').health).toMatchObject({
      ...{
        word: 'not-known',
        reading: { reason: expect.stringContaining('smartctl is not installed') as string },
      },
    });
    const wrapping = at('wrapping');
    expect(wrapping).toMatchObject({ size: 2 * sizes.wrapped, verdict: 'eligible' });
    const run = await guest.prestage([
      'drives',
      'check',
      '--full',
      '--drive',
      wrapping.id,
      '--yes',
      '--json',
    ]);
    expect(run.status, run.stderr).toBe(4);
    expect(JSON.parse(run.stdout)).toMatchObject({
      size: { verdict: { what: 'wraps', realBytes: sizes.wrapped } },
    });
  });

  it('that lose their power while they are erased are shown as such, are not erased, and can be erased again', async () => {
    await guest.throttle('virtio', 8 * MiB);
    await guest.throttle('sata', 4 * MiB);
    // Nobody hears how these end. The image takes a while before its drive is touched.
    const writing = guest.prestage([
      ...['apply', '--media', `${guestShare}/media.wim`, '--sanitise', '--yes', '--json'],
      ...['--drive', `${ids.virtio}=GUEST0003`],
    ]);
    await guest.untilWritten('virtio', 16 * MiB, writing);
    const erasing = guest.prestage(sanitising(ids.sata));
    await guest.untilWritten('sata', 16 * MiB, erasing);
    await guest.cutPower();
    guest = await Guest.start({ ...parts, share: join(area, 'second-start') });

    const sata = (await listed())('sata');
    expect(sata).toMatchObject({
      id: ids.sata,
      past: { lastBad: { state: 'erase-unfinished', reason: 'Erase not finished', touched: true } },
    });
    const again = await guest.prestage(sanitising(ids.sata));
    // Less than a GiB was written: it begins again, and does not say that it went on.
    const { resumed, ...report } = sanitisedOf(again);
    expect([report.outcome, resumed]).toEqual(['erased', undefined]);
    expect(contentOf('sata')).toEqual({ zeros: true, old: false });
    const after = await listed();
    expect(after('sata').past).toMatchObject({ lastBad: null });
    expect(after('virtio').past).toMatchObject({
      lastBad: { state: 'erase-unfinished', reason: 'Erase not finished' },
    });
    expect(contentOf('virtio')).toEqual({ zeros: false, old: true });
    const interrupted = (await records()).filter(
      (record) => record.kind === 'job-ended' && (record['end'] as { state: string }).state === 'interrupted',
    );
    expect(interrupted).toMatchObject([{ sanitised: { outcome: 'not-known', method: 'overwrite' } }]);
    const verified = await guest.prestage(['ledger', 'verify']);
    expect(verified.status, verified.stderr).toBe(0);
  });
});
