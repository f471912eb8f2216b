import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GiB } from '../../core/base/units';
import { makeBench } from '../support/virtual-bench';
import { openCheckout } from '../support/checkout';
import { AppWindow, giveToUser } from '../support/app-window';
import {
  card,
  pairByScan,
  signInAndProve,
  startByScan,
  testMedia,
  type TestMedia,
} from '../support/app-bench';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops, isRoot, rootOnly } from '../support/loop';

/** The app as a plain user, before drives that only root may open: loop devices over the bench's files. */

const helper = `${openCheckout()}/dist/runtime/node ${openCheckout()}/dist/helper.cjs`;
const sudoers = '/etc/sudoers.d/prestage-e2e';
let area: string;
let media: TestMedia;
let opened: AppWindow | null = null;
let number = 0;

beforeAll(async () => {
  area = temporaryArea('e2e-rights');
  media = await testMedia(area);
});
afterEach(async () => {
  await opened?.end();
  opened = null;
  rmSync(sudoers, { force: true });
  detachAllLoops();
});
afterAll(() => {
  removeArea(area);
});

/** Starts the app with two drives of root's, and a program of ours in the place of pkexec (or the real one). */
async function start(pkexec: string | null): Promise<{ readonly app: AppWindow; readonly file: string }> {
  number += 1;
  const bench = join(area, `bench-${number}`);
  await makeBench(bench, 1);
  const file = join(bench, 'drive-01.img');
  attachLoop(file);
  const bin = join(area, `bin-${number}`);
  mkdirSync(bin);
  giveToUser(bin);
  if (pkexec !== null) {
    writeFileSync(join(bin, 'pkexec'), pkexec);
    chmodSync(join(bin, 'pkexec'), 0o755);
  }
  const path = pkexec === null ? process.env['PATH'] : `${bin}:${process.env['PATH'] ?? ''}`;
  const app = await AppWindow.start({
    state: join(area, `state-${number}`),
    bench,
    env: { PATH: path ?? '' },
  });
  opened = app;
  await card(app, 'bay 1').waitFor();
  await signInAndProve(app, media);
  await pairByScan(app, [['7KX9PQ3', 'BAY 1']]);
  return { app, file };
}

describe('rights to open real drives', () => {
  it('come through pkexec, and the drive is written', async ({ skip }) => {
    if (!isRoot) skip(rootOnly);
    if (!existsSync('/usr/bin/sudo')) skip('needs sudo, which stands behind the stand-in for pkexec');
    writeFileSync(sudoers, `nobody ALL=(root) NOPASSWD: ${helper}\n`, { mode: 0o440 });
    const { app, file } = await start(
      '#!/bin/sh\n[ "$1" = --disable-internal-agent ] && shift\nexec sudo --non-interactive -- "$@"\n',
    );
    await startByScan(app);
    await card(app, 'bay 1').getByText('PASS').first().waitFor();
    expect(hasNoTable(file, 2 * GiB)).toBe(false);
  });

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
  ])('when %s, says so and touches nothing', async (_, script, words) => {
    const { app, file } = await start(`#!/bin/sh\n${script}\n`);
    await startByScan(app);
    await app.page.getByText(words).first().waitFor();
    await app.picture(`rights-${number}`);
    expect(hasNoTable(file, 2 * GiB)).toBe(true);
    // The pair is still there: another try needs one scan.
    await card(app, 'bay 1').getByText('7KX9PQ3').first().waitFor();
  });

  it('are refused by the real pkexec where nobody can answer for the user', async ({ skip }) => {
    if (!isRoot) skip(rootOnly);
    if (!existsSync('/usr/bin/pkexec')) skip('needs pkexec');
    const { app, file } = await start(null);
    await startByScan(app);
    await app.page
      .getByText(/ask for the password|polkit|not authorized/)
      .first()
      .waitFor();
    expect(hasNoTable(file, 2 * GiB)).toBe(true);
  });
});
