import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { timeouts } from '../../../core/base/timeouts';
import { GiB } from '../../../core/base/units';
import { makeBench } from '../../support/virtual-bench';
import { openCheckout } from '../../support/checkout';
import { AppWindow, giveToUser } from '../../support/app-window';
import {
  card,
  pairByScan,
  signInAndProve,
  startByScan,
  testMedia,
  type TestMedia,
} from '../../support/app-bench';
import { hasNoTable } from '../../support/drive-check';
import { removeArea, temporaryArea } from '../../support/global-setup';
import { attachLoop, detachAllLoops, isRoot, rootOnly } from '../../support/loop';

/** The app as a plain user, before drives that only root may open: loop devices over the bench's files. */

const helper = `${openCheckout()}/dist/runtime/node ${openCheckout()}/dist/helper.cjs`;
const sudoers = '/etc/sudoers.d/prestage-e2e';
let area: string;
let media: TestMedia;
/** One app for all cases with a stand-in for pkexec, as an operator tries again: its script is another each time. */
let opened: { readonly app: AppWindow; readonly file: string } | null = null;
let number = 0;

beforeAll(async () => {
  area = temporaryArea('e2e-rights');
  media = await testMedia(area);
});
afterEach(async ({ task }) => {
  rmSync(sudoers, { force: true });
  // After a failure nobody knows how it stands.
  if (task.result?.state === 'fail') await end();
});
afterAll(async () => {
  await end();
  removeArea(area);
});

async function end(): Promise<void> {
  await opened?.app.end();
  opened = null;
  detachAllLoops();
}

/**
 * The app with a drive of root's that is paired, and a program of ours in the place of pkexec (or the real one). START may be scanned.
 */
async function withPkexec(
  pkexec: string | null,
): Promise<{ readonly app: AppWindow; readonly file: string }> {
  // The app looks for pkexec once: for the real one it is started again.
  if (pkexec === null) await end();
  opened ??= await start(pkexec);
  if (pkexec !== null) {
    writeFileSync(standIn(), pkexec);
    chmodSync(standIn(), 0o755);
  }
  // The case before may have scanned START just now.
  await opened.app.page.waitForTimeout(timeouts.startRepeat + 200);
  return opened;
}

/** What the app finds in the place of pkexec, before the real one. */
const standIn = (): string => join(area, `bin-${number}`, 'pkexec');

async function start(pkexec: string | null): Promise<{ readonly app: AppWindow; readonly file: string }> {
  number += 1;
  const bench = join(area, `bench-${number}`);
  await makeBench(bench, 1);
  const file = join(bench, 'drive-01.img');
  attachLoop(file);
  const bin = dirname(standIn());
  giveToUser(bin);
  const app = await AppWindow.start({
    state: join(area, `state-${number}`),
    bench,
    env: { PATH: `${pkexec === null ? '' : `${bin}:`}${process.env['PATH'] ?? ''}` },
  });
  opened = { app, file };
  await card(app, 'bay 1').waitFor();
  await signInAndProve(app, media);
  await pairByScan(app, [['7KX9PQ3', 'BAY 1']]);
  return opened;
}

describe('rights to open real drives', () => {
  it.skipIf(!isRoot).each([
    ['the password dialog is closed', 'exit 126', /dialog was closed/],
    [
      'the user is not authorised',
      'echo "Error executing command as another user: Not authorized" >&2; exit 127',
      /not authorized/,
    ],
    [
      'no agent can ask',
      'echo "Error executing command as another user: No authentication agent found." >&2; exit 127',
      /ask for the password/,
    ],
    [
      'the helper is not there',
      'echo "Error accessing /usr/lib/prestage/helper: No such file or directory" >&2; exit 127',
      /helper program that opens drives is missing/,
    ],
  ])('when %s, says so and touches nothing', async (what, script, words) => {
    const { app, file } = await withPkexec(`#!/bin/sh\n${script}\n`);
    expect(await app.page.getByText(words).count()).toBe(0);
    await startByScan(app);
    await app.page.getByText(words).first().waitFor();
    await app.picture(`rights-${what.replaceAll(' ', '-')}`);
    expect(hasNoTable(file, 2 * GiB)).toBe(true);
    // The pair is still there: another try needs one scan.
    await card(app, 'bay 1').getByText('7KX9PQ3').first().waitFor();
  });

  it('come through pkexec, and the drive is written', async ({ skip }) => {
    if (!isRoot) skip(rootOnly);
    if (!existsSync('/usr/bin/sudo')) skip('needs sudo, which stands behind the stand-in for pkexec');
    writeFileSync(sudoers, `nobody ALL=(root) NOPASSWD: ${helper}\n`, { mode: 0o440 });
    const { app, file } = await withPkexec(
      '#!/bin/sh\n[ "$1" = --disable-internal-agent ] && shift\nexec sudo --non-interactive -- "$@"\n',
    );
    await startByScan(app);
    await card(app, 'bay 1').getByText('PASS').first().waitFor();
    expect(hasNoTable(file, 2 * GiB)).toBe(false);
  });

  it('are refused by the real pkexec where nobody can answer for the user', async ({ skip }) => {
    if (!isRoot) skip(rootOnly);
    if (!existsSync('/usr/bin/pkexec')) skip('needs pkexec');
    const { app, file } = await withPkexec(null);
    const words = /ask for the password|polkit|not authorized/;
    expect(await app.page.getByText(words).count()).toBe(0);
    await startByScan(app);
    await app.page.getByText(words).first().waitFor();
    expect(hasNoTable(file, 2 * GiB)).toBe(true);
  });
});
