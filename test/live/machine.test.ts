import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { DataPartition, filesIn } from './data-partition';
import { filesOf, filesOnDrive } from './drive-outside';
import { LiveMachine, share, type Picture } from './live-machine';
import { prepareStick } from './prepared-stick';
import { emptyDrive, environment, makeImage, setEnvironment, writeSlotB } from './stick';
import { root, run } from './tools';

/**
 * Role machine: a PC starts from a stick that was set up, and images its own disk; from slot B, as after an update that came up.
 * `npm run test:live`, as root.
 */

const startSeconds = 1500;
const soon = 300;
const passphrase = 'horse battery';

/** The colour that fills the window at the end: PASS. */
const pass = [0x11, 0x66, 0x3a] as const;
const isPass = (picture: Picture): boolean => share(picture, pass) > 0.4;

describe.skipIf(!isRoot)('a machine that is started from the stick to image its own disk', () => {
  let area: string;
  let machine: LiveMachine;
  let stick: string;
  let nvme: string;

  beforeAll(async () => {
    area = temporaryArea('live-machine');
    makeImage(area);
    stick = join(area, 'stick.img');
    await prepareStick(stick, passphrase, area);
    writeSlotB(stick, 'whole');
    setEnvironment(stick, 'slot=a', 'try=b');
    nvme = join(area, 'nvme.img');
    emptyDrive(nvme, 16);
    machine = await LiveMachine.start({ area, stick, nvme: [{ file: nvme, serial: 'NVMEPC0001' }] });
  }, 1_800_000);
  afterAll(async () => {
    await machine.cut();
    rmSync(area, { recursive: true, force: true });
  });

  it('starts as one from the menu', async () => {
    await machine.chooseInMenu(/image this computer/, 1, startSeconds);
    // It is tried once, and not known to come up before the app's page stands.
    expect(environment(stick)).toContain('slot=a');
    expect(environment(stick)).not.toContain('try=b');
    await machine.untilText(/Type the passphrase of this stick/, startSeconds);
    await machine.scan(passphrase);
    // Its only disk and its only media choose themselves.
    const shown = await machine.untilText(/Identity[^]*LIVE-PC-0001|LIVE-PC-0001[^]*Identity/, 2 * soon);
    expect(shown).toMatch(/Disks/);
  });

  it('images the disk of the machine by scans, and says PASS over the whole window', async () => {
    await machine.scanUntil('OP-Ada', /Scan START/, soon);
    await machine.keepPicture('machine-ready');
    await machine.scanUntil('START', /1 drive will be erased/, soon);
    await machine.keepPicture('machine-list');
    // Sooner, it is the same barcode read twice.
    await sleep(2000);
    await machine.scan('START');
    await machine.until('PASS', isPass, 3 * soon);
    expect(await machine.untilText(/LIVE-PC-0001/, soon)).toMatch(/PASS/);
    await machine.keepPicture('machine-pass');
  });

  it('names the slot that was tried as known to come up', async () => {
    await expect.poll(() => environment(stick), { timeout: soon * 1000 }).toContain('slot=b');
  });

  it('goes off by a scan', async () => {
    await machine.scan('OFF');
    expect(await machine.ended(soon)).toBe(true);
  });

  it('has written the media to the disk, and the record to the stick', () => {
    const files = filesIn(new DataPartition(stick, passphrase, area), area);
    const entries = run(process.execPath, [
      join(root, 'dist/prestage.cjs'),
      'ledger',
      'list',
      '--state',
      files,
      '--json',
    ]);
    expect(entries).toContain('LIVE-PC-0001');
    expect(entries).toContain('NVMEPC0001');
    const [media = ''] = readdirSync(join(files, 'library'));
    expect(filesOnDrive(nvme, area)).toEqual(
      expect.arrayContaining(filesOf(join(files, 'library', media, 'contoso.wim'))),
    );
  });
});
