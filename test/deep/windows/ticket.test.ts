import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { characterAt, keyOfCharacter, type KeyboardLayout } from '../../../core/scan/keyboard-layouts';
import { makeTicket } from '../../../core/scan/job-ticket';
import type { ScanKey } from '../../../core/scan/scan-keys';
import { testMedia, type TestMedia } from '../../support/app-bench';
import { AppWindow } from '../../support/app-window';
import { runCli } from '../../support/cli';
import { removeArea, temporaryArea } from '../../support/global-setup';
import { KeyPlayer } from '../../support/key-player';
import { codesIn, readCodes } from '../../support/read-codes';
import { makeBench } from '../../support/virtual-bench';

/** A job ticket from paper into the real app: what a reader reads is played as keys, on computers with other keyboards. */

let area: string;
let media: TestMedia;
let app: AppWindow;
let player: KeyPlayer;

beforeAll(async () => {
  area = temporaryArea('e2e-ticket');
  media = await testMedia(area);
  await makeBench(join(area, 'bench'), 2);
  app = await AppWindow.start({ state: join(area, 'state'), bench: join(area, 'bench') });
  await app.readyForScans();
  player = await KeyPlayer.on(app.page);
});
afterAll(async () => {
  await app.end();
  removeArea(area);
});

/** The keys of a scanner that is set to a US keyboard, as a computer that is set to another one takes them. */
function keysOf(text: string, computer: KeyboardLayout): ScanKey[] {
  const none = { shift: false, control: false, alt: false, altGr: false, capsLock: false, ms: 0 };
  const letters = Array.from(text, (letter): ScanKey => {
    const code = keyOfCharacter('us', letter)?.code ?? '';
    return { ...none, code, shift: true, key: characterAt(computer, code, 'shift') ?? 'Dead' };
  });
  return [...letters, { ...none, key: 'Enter', code: 'Enter' }];
}

/** Until the bench says of the latest scan what is expected. */
async function said(words: string | RegExp): Promise<void> {
  await app.page.locator('.scan-last').getByText(words).waitFor();
}

/** The page as Chromium prints it. */
async function onPaper(paper: 'A4' | 'Letter' = 'A4'): Promise<Buffer> {
  const bytes = await app.electron.evaluate(async ({ BrowserWindow }, pageSize) => {
    const [window] = BrowserWindow.getAllWindows();
    const options = { pageSize, printBackground: true, preferCSSPageSize: true } as const;
    const pdf = await window?.webContents.printToPDF(options);
    return pdf?.toString('base64') ?? '';
  }, paper);
  return Buffer.from(bytes, 'base64');
}

async function printedTicket(number: string, ...options: string[]): Promise<string> {
  const pdf = join(area, 'ticket.pdf');
  const { status } = await runCli(['ticket', '--order', number, ...options, '--output', pdf]);
  expect(status).toBe(0);
  const [code] = readCodes(pdf);
  return code?.text ?? '';
}

describe('a job ticket', () => {
  it('from paper sets number and hash, from a scanner that nobody checked, on a French keyboard', async () => {
    const { page } = app;
    const ticket = await printedTicket('WO-2026/118', '--sha256', media.sha256, '--name', 'Contoso 24H2');
    await page.keyboard.press('F2');
    // A hand takes longer to the scanner than the screen takes to come.
    await page.locator('nav [aria-current="page"]', { hasText: 'Order' }).waitFor();
    await player.play(keysOf(ticket, 'fr'), 6);
    await page.getByRole('heading', { name: 'Work order WO-2026/118', level: 1 }).waitFor();
    await page.keyboard.press('F4');
    await said('Work order WO-2026/118 set. Choose the media Contoso 24H2.');
    await page.locator('.scan-last').getByText('WO-2026/118 · Contoso 24H2').waitFor();
    await app.picture('ticket-taken');
    await page.keyboard.press('F3');
    await page.getByRole('heading', { name: 'Choose the media Contoso 24H2' }).waitFor();
    await app.answerFiles(media.path);
    await page.getByRole('button', { name: 'Choose a file …' }).click();
    await page.getByText('VERIFIED', { exact: true }).waitFor();
  });

  it('chooses a media file that was proved before without a mouse, on a German keyboard', async () => {
    const { page } = app;
    await page.getByRole('button', { name: 'Close this file' }).click();
    await page.getByRole('button', { name: 'Remove the expected media' }).click();
    await page.getByText('What is prestaged media?').waitFor();
    const ticket = makeTicket({ orderNumber: 'WO-8', mediaSha256: media.sha256, mediaName: 'Contoso' });
    await player.play(keysOf(ticket, 'de'), 6);
    await page.getByText('VERIFIED', { exact: true }).waitFor();
    await page.keyboard.press('F4');
    await said(/Work order WO-8 set\. Before, it was WO-2026\/118\. Media Contoso chosen\./);
  });

  it('of another media file, or of which a part is missing, is refused whole', async () => {
    const { page } = app;
    const other = makeTicket({ orderNumber: 'WO-9', mediaSha256: '9'.repeat(64), mediaName: 'Fabrikam' });
    await player.play(keysOf(other, 'us'), 6);
    await said(/The ticket is for Fabrikam, but .+ is chosen, and it is another media file\./);
    await player.play(keysOf(other.slice(0, -20), 'us'), 6);
    await said('Part of this job ticket is missing or was misread. Scan it again.');
    await app.picture('ticket-refused');
    await page.keyboard.press('F2');
    await page.getByRole('heading', { name: 'Work order WO-8', level: 1 }).waitFor();
  });

  it('is taken from a scanner that is too slow for anything else', async () => {
    const { page } = app;
    await page.keyboard.press('F4');
    const ticket = makeTicket({ orderNumber: '8B', mediaSha256: media.sha256, mediaName: 'C' });
    await player.play(keysOf(ticket, 'us'), 60);
    await said(/Work order 8B set\./);
    await player.play(keysOf('SLOWSERIAL', 'us'), 60);
    await said(/Scanned too slowly to be sure/);
    await page.keyboard.press('F2');
  });

  it('is printed from the order, with its machines', async () => {
    const { page } = app;
    const remove = page.getByRole('button', { name: 'Remove the number' });
    await page.getByLabel('Work order number').fill('10');
    await page.getByLabel('Machines').fill('7KX9PQ10\n7KX9PQ2\n');
    // What was typed stays when the number goes.
    await remove.click();
    await remove.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Open this work order' }).click();
    await page.getByText('2 machines are open:').waitFor();
    await page.getByRole('button', { name: 'Print job ticket' }).click();
    await page.getByLabel('Name of the media on the ticket').fill('Contoso');
    const words = await app.printed();
    expect(words.indexOf('7KX9PQ2')).toBeGreaterThan(0);
    expect(words.indexOf('7KX9PQ10')).toBeGreaterThan(words.indexOf('7KX9PQ2'));
    expect(words).not.toContain('Name of the media on the ticket');
    // The codes as they are on the page, by a reader that is not ours.
    const picture = join(area, 'ticket-page.png');
    await page.locator('.ticket').screenshot({ path: picture });
    const code = makeTicket({ orderNumber: '10', mediaSha256: media.sha256, mediaName: 'Contoso' });
    expect(codesIn(picture)).toEqual([{ kind: 'QR-Code', text: code }]);
    await page.locator('.ticket-machines').screenshot({ path: picture });
    const bars = codesIn(picture).map(({ text }) => text);
    expect(bars.toSorted()).toEqual(['7KX9PQ10', '7KX9PQ2']);
    await app.picture('ticket-page');
    // And as they are on paper, whichever the printer has.
    for (const paper of ['A4', 'Letter'] as const) {
      const pdf = join(area, `page-${paper}.pdf`);
      writeFileSync(pdf, await onPaper(paper));
      const size = paper === 'A4' ? /Page size: +59[45]/ : /Page size: +612/;
      expect(execFileSync('pdfinfo', [pdf], { encoding: 'utf8' })).toMatch(size);
      const onPage = readCodes(pdf);
      expect(onPage).toContainEqual({ kind: 'QR-Code', text: code, page: 1 });
      expect(onPage.map(({ text, page: on }) => `${on} ${text}`).toSorted()).toEqual([
        '1 7KX9PQ10',
        '1 7KX9PQ2',
        `1 ${code}`,
      ]);
    }
    await page.getByRole('button', { name: 'Back to the work order' }).click();
    await page.getByText('2 machines are open:').waitFor();
  });

  it('of a long order is printed on as many pages as it needs', async () => {
    const { page } = app;
    await page.getByRole('button', { name: 'Show open machines' }).waitFor();
    for (const serial of ['7KX9PQ2', '7KX9PQ10']) {
      await page.getByRole('button', { name: `Leave out ${serial}` }).click();
      await page.getByLabel('Reason', { exact: true }).fill('not here');
      await page.getByRole('button', { name: 'Record the exception' }).click();
    }
    await page.getByRole('button', { name: 'Close the work order' }).click();
    await page.getByRole('button', { name: 'Close it' }).click();
    const serials = Array.from({ length: 40 }, (_, index) => `7KX9P${100 + index}`);
    await page.getByLabel('Work order number').fill('11');
    await page.getByLabel('Machines').fill(serials.join('\n'));
    await page.getByRole('button', { name: 'Open this work order' }).click();
    await page.getByRole('button', { name: 'Print job ticket' }).click();
    const pdf = join(area, 'pages.pdf');
    writeFileSync(pdf, await onPaper());
    const bars = readCodes(pdf).filter(({ kind }) => kind === 'CODE-128');
    expect(bars.map(({ text }) => text).toSorted()).toEqual(serials);
    expect(bars.at(-1)?.page).toBeGreaterThan(2);
  });
});
