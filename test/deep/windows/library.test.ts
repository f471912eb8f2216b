import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { card, pairByScan, startByScan, testMedia, type TestMedia } from '../../support/app-bench';
import { receiptSchema } from '../../../core/delivery/library';
import { AppWindow, giveToUser } from '../../support/app-window';
import { runCli } from '../../support/cli';
import { minisignKeys } from '../../support/delivery';
import { removeArea, temporaryArea } from '../../support/global-setup';
import { present } from '../../support/present';
import { releaseHelpers, StoppedHelper } from '../../support/stopped-helper';
import { makeBench } from '../../support/virtual-bench';

/** The media library in the app: a folder is received, chosen and written without a typed SHA-256. */

let area: string;
let state: string;
let media: TestMedia;
let publicKey: string;
let opened: AppWindow | null = null;

const delivery = (revision: number): string => join(area, `sent-${revision}`, 'Contoso');

async function send(revision: number, key: string): Promise<void> {
  const result = await runCli([
    ...['media', 'send', media.path, '--to', delivery(revision), '--name', 'Contoso', '--key', key],
    ...['--media-version', `24H2-${revision}`, '--revision', String(revision), '--part-size', '128K'],
  ]);
  expect(result.status, result.stderr).toBe(0);
}

beforeAll(async () => {
  area = temporaryArea('e2e-library');
  state = join(area, 'state');
  media = await testMedia(area);
  const keys = await minisignKeys(area, 'contoso');
  await send(1, keys.secret);
  await send(2, keys.secret);
  publicKey = keys.public;
  for (const revision of [1, 2]) giveToUser(join(area, `sent-${revision}`));
});
afterEach(async () => {
  releaseHelpers();
  await opened?.end();
});
afterAll(() => {
  removeArea(area);
});

it('receives a folder, writes it without a typed SHA-256, and takes an older one only with a reason', async () => {
  const bench = join(area, 'bench');
  await makeBench(bench, 1);
  const app = await AppWindow.start({ state, bench });
  opened = app;
  const { page } = app;
  await card(app, 'bay 1').waitFor();
  const verified = (): Promise<void> => page.getByText('VERIFIED', { exact: true }).waitFor();
  const receive = async (revision: number): Promise<void> => {
    await app.answerFiles(delivery(revision));
    await page.getByRole('button', { name: 'Receive a folder …' }).click();
  };

  await app.scan('OP-Ada Byron');
  // Cancelled, what is whole of it stays.
  await page.keyboard.press('F3');
  await page.getByText('No media was received yet.').waitFor();
  const helper = StoppedHelper.of(app);
  // Nobody trusts the sender yet: the key is compared, named and trusted here, and the folder is received again.
  await receive(2);
  await app.answerFiles(publicKey);
  await page.getByRole('button', { name: 'Trust a key …' }).click();
  await page.getByLabel('Name of the enterprise').fill('Contoso');
  await page.getByRole('button', { name: 'Trust this key' }).click();
  await page.getByRole('button', { name: 'Yes, it is the same' }).click();
  await page.getByText('Receiving Contoso', { exact: true }).waitFor();
  expect((await runCli(['key', 'list', '--state', state])).stdout).toMatch(/Contoso +minisign/);
  // Whoever closes the app meanwhile is asked, and goes back.
  const asked = await app.electron.evaluate(async ({ app: own, dialog }) => {
    const closing = new Promise<string>((done) => {
      dialog.showMessageBox = ((...[, options]: [unknown, { message: string }]) => {
        done(options.message);
        return Promise.resolve({ response: 0, checkboxChecked: false });
      }) as typeof dialog.showMessageBox;
    });
    own.quit();
    return await closing;
  });
  expect(asked).toBe('A media file is being received.');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByText('Cancelling …').waitFor();
  helper.goOn();
  await page.getByRole('heading', { name: 'Not completely received' }).waitFor();

  // A part is missing; then the sender sends it again in another folder.
  const [sent, again] = [delivery(2), join(area, 'sent-2', 'again')];
  const part = present(readdirSync(sent).find((name) => name.endsWith('.002')));
  mkdirSync(again);
  renameSync(join(sent, part), join(again, part));
  giveToUser(again);
  await receive(2);
  await page.getByText('Contoso 24H2-2 is not complete').waitFor();
  await page.getByText(`${part} (part 2 of`).waitFor();
  await app.answerFiles(again);
  await page.getByRole('button', { name: 'Choose the folder with these parts …' }).click();
  await page.getByText('Contoso 24H2-2 is proved and in the library').waitFor();
  await app.picture('library-received');
  const receipt = join(area, 'sent-2', 'receipt.json');
  await app.answerFiles(receipt);
  await page.getByRole('button', { name: 'Save the receipt …' }).click();
  await page.getByText('The receipt is saved as receipt.json.').waitFor();
  const { station, operator } = receiptSchema.parse(JSON.parse(readFileSync(receipt, 'utf8')));
  const checked = await runCli([
    ...['media', 'check-receipt', receipt, '--manifest', join(delivery(2), 'Contoso.media.json')],
    ...['--trust', station.keyFingerprint],
  ]);
  expect(checked.status, checked.stderr).toBe(0);
  expect(operator).toBe('Ada Byron');
  // As a job ticket has it: the library knows the media.
  await app.scan(media.sha256);
  await verified();
  await page.getByText('Contoso 24H2-2, signed by Contoso, from the media library').waitFor();
  await page.getByRole('button', { name: 'Close this file' }).click();
  await page.getByRole('button', { name: 'Use Contoso 24H2-2' }).click();
  await verified();
  await page.getByText(/matches the one in its signed manifest/).waitFor();
  await page.getByText('Chosen for the next drives').waitFor();
  expect(await page.getByRole('button', { name: /^Remove Contoso/ }).count()).toBe(0);
  await app.picture('library-chosen');

  await page.keyboard.press('F4');
  await pairByScan(app, [['7KX9PQ3', 'BAY 1']]);
  await startByScan(app);
  // What is in the library stays while drives are in progress, whoever asks.
  helper.stop();
  const refused = await page.evaluate(
    (sha256) => window.prestage.call('removeFromLibrary', { sha256 }),
    media.sha256,
  );
  expect(refused).toMatchObject({
    ok: false,
    error: {
      code: 'library-in-use',
      message: 'The media Contoso was not removed: 1 drive is in progress.',
    },
  });
  helper.goOn();
  await card(app, 'bay 1').getByText('PASS').first().waitFor();
  const exported = await runCli(['ledger', 'export', '--format', 'json', '--state', state]);
  expect(exported.stdout).toContain('"expected":"signed-manifest"');
  expect(exported.stdout).toMatch(
    /"signedManifest":\{"manifestSha256":"\w{64}","name":"Contoso","revision":2,"signer":\{"key":"\w{64}","kind":"minisign","name":"Contoso"\},"version":"24H2-2"\}/,
  );

  // The same file under an older revision: it is chosen, and is proved again when it was replaced.
  await page.keyboard.press('F3');
  // What a folder that is dropped on the screen asks for.
  await page.evaluate((path) => window.prestage.call('takeDropped', { path }), delivery(1));
  await page.getByText(/Contoso revision 1 \(24H2-1\) is older than revision 2/).waitFor();
  await app.picture('library-older');
  await page.getByLabel('Reason').fill('The sender withdrew 24H2-2');
  await page.getByRole('button', { name: 'Receive the older media' }).click();
  await page.getByText('Contoso 24H2-1 is proved and in the library').waitFor();
  await page.getByText('The sender withdrew 24H2-2').waitFor();
  await verified();

  await page.getByRole('button', { name: 'Close this file' }).click();
  await page.getByRole('button', { name: 'Remove Contoso 24H2-1' }).click();
  await page.getByRole('button', { name: 'Yes, remove it' }).click();
  await page.getByText('No media was received yet.').waitFor();
  expect(readdirSync(join(state, 'library'))).toEqual([]);

  // What was removed is not forgotten: the older one still wants a reason.
  await receive(1);
  await page.getByText(/is older than revision 2 \(24H2-2\), which was received here before/).waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();

  // Without its window the app receives to the end, and ends then.
  renameSync(join(again, part), join(sent, part));
  helper.stop();
  await receive(2);
  await page.getByText('Receiving Contoso', { exact: true }).waitFor();
  await app.answerQuestions(1);
  const [gone, closed] = [new Promise((done) => app.process.once('exit', done)), page.waitForEvent('close')];
  await app.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.close();
  });
  await closed;
  helper.goOn();
  await gone;
  expect(readdirSync(join(state, 'library'))).toEqual([media.sha256]);
});
