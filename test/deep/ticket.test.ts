import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTicket } from '../../core/scan/job-ticket';
import { type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { pdfText } from '../support/pdf-text';
import { readCodes } from '../support/read-codes';
import { makeMedia, type MadeMedia } from '../support/wim';

/** Job tickets and the papers of an order, from the command line; the codes on them are read by a reader that is not ours. */

const hex = 'c0ffee00'.repeat(8);
const otherHex = 'decafbad'.repeat(8);
let area: string;
let state: string;
let media: MadeMedia;
let sha256: string;

beforeAll(async () => {
  area = temporaryArea('ticket');
  state = join(area, 'state');
  media = await makeMedia(join(area, 'media'));
  sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
});
afterAll(() => {
  removeArea(area);
});

let made = 0;
const newPdf = (): string => join(area, `paper-${(made += 1)}.pdf`);
const file = (name: string, text: string): string => {
  writeFileSync(join(area, name), text);
  return join(area, name);
};

async function ticket(...options: string[]): Promise<{ result: CliResult; pdf: string }> {
  const pdf = newPdf();
  const result = await runHere(['ticket', ...options, '--output', pdf, '--state', state, '--json']);
  return { result, pdf };
}
const documentOf = ({ stdout }: CliResult): Record<string, unknown> =>
  JSON.parse(stdout) as Record<string, unknown>;

describe('prestage ticket', () => {
  it('makes one page whose code a reader reads, with the same in words', async () => {
    const { result, pdf } = await ticket(
      '--order',
      'WO-2026/118',
      '--sha256',
      hex.toUpperCase(),
      '--name',
      'Contoso 24H2',
    );
    expect(result.status).toBe(0);
    const said = { orderNumber: 'WO-2026/118', mediaSha256: hex, mediaName: 'Contoso 24H2' };
    const document = documentOf(result);
    expect(document).toMatchObject({ ...said, file: pdf });
    const codes = readCodes(pdf, 100);
    expect(codes).toEqual([{ kind: 'QR-Code', text: document['code'], page: 1 }]);
    expect(readTicket(codes[0]?.text ?? '')).toEqual({ problem: null, ticket: said });
    const words = pdfText(readFileSync(pdf)).join('\n');
    expect(words).toContain('WO-2026/118');
    expect(words).toContain('Contoso 24H2');
    expect(words.replace(/\s/g, '')).toContain(hex);
    expect(words).toContain('Page 1 of 1');
  });

  it('of the longest number and name is read from a coarse picture too', async () => {
    const longest = 'Ж'.repeat(60);
    const { result, pdf } = await ticket('--order', longest, '--sha256', hex, '--name', longest);
    expect(result.status).toBe(0);
    const [code] = readCodes(pdf, 100);
    expect(readTicket(code?.text ?? '')).toMatchObject({
      ticket: { orderNumber: longest, mediaName: longest },
    });
  });

  it('hashes the media, and says when nobody vouches for it', async () => {
    const { result } = await ticket('--order', '7', '--media', media.path);
    expect(documentOf(result)).toMatchObject({
      mediaSha256: sha256,
      mediaName: media.path.split('/').at(-1),
    });
    expect(result.stderr).toContain('nothing says what the SHA-256');
    const vouched = await ticket('--order', '7', '--media', media.path, '--sha256', sha256);
    expect(vouched.result.stderr).not.toContain('nothing says');
    const wrong = await ticket('--order', '7', '--media', media.path, '--sha256', hex);
    expect(documentOf(wrong.result)).toMatchObject({ error: { code: 'media-hash-mismatch' } });
    expect(existsSync(wrong.pdf)).toBe(false);
  });

  it('takes number and media from the file of an order', async () => {
    const csv = file('order.csv', `order number,serial,sha256\nWO-9,7KX9PQ1,${hex}\n`);
    const { result } = await ticket('--order-file', csv);
    expect(documentOf(result)).toMatchObject({
      ...{ orderNumber: 'WO-9', mediaSha256: hex, mediaName: 'media c0ffee00' },
    });
    const contradicting = await ticket('--order-file', csv, '--sha256', otherHex);
    expect(documentOf(contradicting.result)).toMatchObject({ error: { code: 'order-mismatch' } });
  });

  it.each([
    ['a hash that is none', ['--order', '7', '--sha256', 'abc'], 'usage', /64 hexadecimal digits/],
    [
      'a number that is too long',
      ['--order', 'x'.repeat(61), '--sha256', hex],
      'usage',
      /number does not fit/,
    ],
    ['an empty number', ['--order', ' ', '--sha256', hex], 'usage', /number is empty/],
    [
      'a name that is too long',
      ['--order', '7', '--sha256', hex, '--name', '龍'.repeat(41)],
      'usage',
      /name of the media does not fit/,
    ],
    ['no media', ['--order', '7'], 'usage', /media is missing/],
    ['a media file that is not there', ['--order', '7', '--media', '/nowhere/x.wim'], 'media-not-found', /./],
  ] as const)('refuses %s, and writes nothing', async (_, options, code, message) => {
    const { result, pdf } = await ticket(...options);
    const { error } = documentOf(result) as { error: { code: string; message: string } };
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(result.status).not.toBe(0);
    expect(existsSync(pdf)).toBe(false);
  });

  it('writes over no file, and into no folder that is not there', async () => {
    const there = file('there.pdf', 'mine');
    const options = ['ticket', '--order', '7', '--sha256', hex, '--json', '--output'];
    const refused = await runHere([...options, there]);
    expect(documentOf(refused)).toMatchObject({
      error: { code: 'usage', message: expect.stringContaining('already exists') as string },
    });
    expect(readFileSync(there, 'utf8')).toBe('mine');
    const nowhere = await runHere([...options, join(area, 'nowhere', 'x.pdf')]);
    expect(documentOf(nowhere)).toMatchObject({
      error: { code: 'usage', message: expect.stringContaining('cannot be written') as string },
    });
  });
});

describe('the papers of the open order', () => {
  const papers = async (...options: string[]): Promise<{ result: CliResult; pdf: string }> => {
    const pdf = newPdf();
    return {
      result: await runHere(['order', 'papers', ...options, '--output', pdf, '--state', state, '--json']),
      pdf,
    };
  };
  const serials = Array.from({ length: 30 }, (_, index) => `5CD${30 - index}X`);

  it('are refused while none is open', async () => {
    await runHere(['order', 'list', '--state', state]);
    const { result } = await papers('--sha256', hex);
    expect(documentOf(result)).toMatchObject({
      error: { code: expect.stringMatching(/order-not-open|state-unavailable/) as string },
    });
  });

  it('carry the ticket and a barcode for each machine that is to be done, sorted', async () => {
    const csv = file(
      'machines.csv',
      `serial;name\n${serials.map((serial) => `${serial};PC-${serial}`).join('\n')}\n`,
    );
    await runHere(['order', 'open', csv, '--number', 'WO-7', '--state', state]);
    await runHere(['order', 'except', '5CD7X', '--reason', 'not here', '--state', state]);
    const { result, pdf } = await papers('--media', media.path, '--sha256', sha256, '--name', 'Contoso');
    expect(documentOf(result)).toMatchObject({ orderNumber: 'WO-7', machines: 29, mediaSha256: sha256 });
    const codes = readCodes(pdf);
    const [first] = codes.filter(({ kind }) => kind === 'QR-Code');
    expect(first).toEqual({ kind: 'QR-Code', text: documentOf(result)['code'], page: 1 });
    const expected = Array.from({ length: 30 }, (_, index) => `5CD${index + 1}X`).filter(
      (serial) => serial !== '5CD7X',
    );
    const bars = codes.filter(({ kind }) => kind === 'CODE-128').map(({ text }) => text);
    expect(bars.toSorted()).toEqual(expected.toSorted());
    // In words they stand in the order in which a person looks for them.
    const words = pdfText(readFileSync(pdf)).filter((text) => /^5CD\d+X$/.test(text));
    expect(words).toEqual(expected);
    // What the ticket alone says is the same.
    const alone = await ticket('--media', media.path, '--sha256', sha256, '--name', 'Contoso');
    expect(documentOf(alone.result)['code']).toBe(documentOf(result)['code']);
  });
});
