import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { commandBarcode } from '../../../core/scan/scan';
import { timeouts } from '../../../core/base/timeouts';
import { testMedia, type TestMedia } from '../../support/app-bench';
import { AppWindow, giveToUser, pictures } from '../../support/app-window';
import { runCli } from '../../support/cli';
import { removeArea, temporaryArea } from '../../support/global-setup';
import { LiveSystem } from '../../support/live-system';
import { isRoot } from '../../support/loop';
import { codesIn } from '../../support/read-codes';
import { standIn } from '../../support/refusal-run';
import { benchState, makeBench } from '../../support/virtual-bench';

/**
 * A machine that images itself, in the real app with real keys: a virtual drive stands for its disk, and what the firmware tells,
 * the rights and the switching off are stand-ins of a live system of the test's own.
 */

const serial = 'PF3A7KX9';
let area: string;
let media: TestMedia;
let system: LiveSystem | null = null;
let opened: AppWindow | null = null;
let count = 0;
const needsSudo = 'needs sudo, which stands behind the stand-in for pkexec';

beforeAll(async () => {
  area = temporaryArea('e2e-machine');
  media = await testMedia(area);
});
afterEach(async () => {
  await opened?.end();
  opened = null;
  await system?.stop();
  system = null;
});
afterAll(() => {
  removeArea(area);
});

interface Started {
  readonly app: AppWindow;
  readonly bench: string;
  readonly state: string;
  /** What was asked of systemctl. */
  readonly off: () => string;
}

async function start(name: string, drives: number, told: string): Promise<Started> {
  count += 1;
  const folder = join(area, `${name}-${count}`);
  const [state, bench] = [join(folder, 'state'), join(folder, 'bench')];
  mkdirSync(folder);
  await makeBench(bench, drives);
  giveToUser(state);
  const known = { version: 1, media: [{ sha256: media.sha256, path: media.path }] };
  writeFileSync(join(state, 'known-media.json'), JSON.stringify(known));
  const live = await LiveSystem.start(join(folder, 'live'), {
    commandLine: 'boot=live prestage.role=machine prestage.slot=a',
    start: null,
  });
  system = live;
  await live.shell('if [ -e /sys/class/dmi ]; then mount -t tmpfs tmpfs /sys/class/dmi; fi');
  const firmware = `SMBIOS 3.2.0 present.\n\nHandle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: LENOVO\n\tProduct Name: ThinkPad T14\n\tSerial Number: ${told}\n\tUUID: 4c4c4544-0032-3710-8054-b8c04f503532`;
  standIn(live.bin, 'dmidecode', `cat <<'END'\n${firmware}\n\nEND`);
  const file = join(folder, 'off', 'asked');
  giveToUser(join(folder, 'off'));
  standIn(live.bin, 'systemctl', `echo "$@" >>'${file}'`);
  // The rule of the live system: yes, without a question. A helper with rights looks for its tools in the system's own folders alone:
  // what stands in for them lies over the first of these, in here.
  standIn(
    live.bin,
    'pkexec',
    '[ "$1" = --disable-internal-agent ] && shift\nexec sudo --non-interactive -- "$@"',
  );
  await live.shell(
    `mount --bind '${live.bin}' /usr/local/sbin && echo 'nobody ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/prestage-e2e && chmod 440 /etc/sudoers.d/prestage-e2e`,
  );
  chmodSync(live.bin, 0o755);
  opened = await AppWindow.start({
    ...{ state, bench, through: live.through },
    env: { PATH: `${live.bin}:${process.env['PATH'] ?? ''}` },
  });
  return {
    ...{ app: opened, state, bench },
    off: () => (existsSync(file) ? readFileSync(file, 'utf8') : ''),
  };
}

const next = async ({ page }: AppWindow, words: string | RegExp): Promise<void> => {
  await page.locator('.scan-next-words').getByText(words).waitFor();
};

describe.skipIf(!isRoot)('a machine that images itself', () => {
  it('goes from its name to PASS and off by keyboard and scanner alone', async ({ skip }) => {
    if (!existsSync('/usr/bin/sudo')) skip(needsSudo);
    const { app, state, bench, off } = await start('whole', 1, serial);
    const { page } = app;
    await page.getByRole('dialog', { name: 'Set up the stick' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Identity' }).waitFor();
    await next(app, 'Scan your badge');
    await page.locator('.machine-code-large').getByText(serial).waitFor();

    await page.getByRole('textbox', { name: 'Operator' }).fill('Ada');
    await page.keyboard.press('Enter');
    await next(app, 'Choose the media');
    await app.scan(media.sha256);
    await next(app, 'Scan START');
    await page.locator('.machine-disk[data-chosen=true]').waitFor();
    await app.picture('machine-ready');
    // Another station's scanner reads who it is from here.
    const read = codesIn(join(pictures, 'machine-ready.png')).map(({ text }) => text);
    expect(read).toContain(serial);
    expect(read.join(' ')).not.toContain('PRESTAGE');
    await page.getByAltText(/^Barcode of the UUID/).scrollIntoViewIfNeeded();
    await app.picture('machine-uuid');
    expect(codesIn(join(pictures, 'machine-uuid.png')).map(({ text }) => text)).toContain(
      '4C4C4544003237108054B8C04F503532',
    );

    // The button has the focus, and what it opens erases nothing; nor does OFF turn anything off there.
    const before = benchState(bench);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('1 drive will be erased').waitFor();
    await page.waitForTimeout(timeouts.startRepeat);
    await app.scan(commandBarcode('OFF'));
    await page.waitForTimeout(500);
    expect([benchState(bench), off()]).toEqual([before, '']);
    await page.getByRole('button', { name: 'Back without erasing' }).last().focus();
    await page.keyboard.press('Tab');
    await page.keyboard.type('erase', { delay: 120 });
    await app.picture('machine-list');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    const end = page.locator('.machine-ended[data-result=pass]');
    await end.waitFor({ timeout: 90_000 });
    // A virtual drive, and no place for records: what is said is no more than that.
    await end.getByText('Training only').waitFor();
    await app.picture('machine-pass');
    expect(await end.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(
      'rgb(17, 102, 58)',
    );
    const [box, height] = [
      await page.locator('.machine-ended-serial').boundingBox(),
      await page.evaluate(() => window.innerHeight),
    ];
    expect((box?.height ?? 0) / height).toBeGreaterThan(0.12);
    const codes = codesIn(join(pictures, 'machine-pass.png')).map(({ text }) => text);
    expect(codes.sort()).toEqual([commandBarcode('OFF'), serial].sort());

    const exported = await runCli(['ledger', 'export', '--format', 'json', '--state', state]);
    expect(exported.stdout).toMatch(/"ownDisk":\s*\{\s*"as":\s*"machine"/);
    expect(off()).toBe('');
    await app.scan(commandBarcode('OFF'));
    await expect.poll(off, { timeout: 20_000 }).toBe('--no-block poweroff\n');
  });

  it('asks for its label and for the disk, and goes off by OFF scanned twice', async ({ skip }) => {
    if (!existsSync('/usr/bin/sudo')) skip(needsSudo);
    const { app, off } = await start('asks', 2, 'System Serial Number');
    const { page } = app;
    await page.keyboard.press('Escape');
    await app.scan('OP-Ada');
    await app.scan(media.sha256);
    await next(app, 'Scan the serial on this computer');
    await app.scan('5CD4120LQ7');
    await next(app, 'Choose the disk for 5CD4120LQ7');
    await app.picture('machine-asks');
    const [first, second] = await page.locator('.machine-disk .mono').allInnerTexts();
    const read = codesIn(join(pictures, 'machine-asks.png')).map(({ text }) => text);
    expect(read).toContain(first);
    await app.scan(second ?? '');
    await next(app, 'Scan START');
    await app.scan(commandBarcode('OFF'));
    await page.getByText('Scan OFF again to turn this computer off').first().waitFor();
    expect(off()).toBe('');
    await page.waitForTimeout(timeouts.doubleRead + 100);
    await app.scan(commandBarcode('OFF'));
    await expect.poll(off, { timeout: 20_000 }).toBe('--no-block poweroff\n');
  });
});
