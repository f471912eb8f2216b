import { describe, expect, it } from 'vitest';
import { makePdf, text } from '../../../../station/shipment/pdf';
import { pdfText } from '../../../support/pdf-text';

const paper = async (...texts: string[]): Promise<Uint8Array> =>
  await makePdf({ title: 'A paper', time: '2026-02-03T14:05:09.000Z', foot: null }, (pdf) => {
    texts.forEach((one, index) => text(pdf, one, 50, 50 + index * 20));
  });

describe('what a paper shows', () => {
  it.each([
    'Ada Byron',
    'Jørgensen – “x” €',
    'ÅÄÖ ß',
    'Łukasz Žižka',
    'Petr Dvořák',
    '王小明',
    '山田太郎',
    '김철수',
    'Иван Петров',
    'Ωμέγα',
    'Nguyễn Văn A',
    'ไทย',
    'Ada 👩 Byron',
  ])('is every letter of %s', async (name) => {
    expect(pdfText(await paper('Operator', name))).toEqual(['Operator', name]);
  });
  it('is what it shows of scripts whose letters join or turn: each letter is there', async () => {
    const [shown = ''] = pdfText(await paper('हिन्दी'));
    expect(Array.from(shown).toSorted()).toEqual(Array.from('हिन्दी').toSorted());
  });
  it('puts words that are read from the right down from the right, and the rest from the left', async () => {
    const turned = (text: string): string => Array.from(text).toReversed().join('');
    const [name, city] = ['עמר כהן', 'العربية'];
    expect(pdfText(await paper(name))).toEqual([turned(name)]);
    expect(pdfText(await paper(`Closed by ${name} (Ada 12) at ${city}.`))).toEqual([
      `Closed by ${turned(name)} (Ada 12) at ${turned(city)}.`,
    ]);
  });
  it('tells the number of a character that no font has', async () => {
    expect(pdfText(await paper('\u{20BB7}野家'))).toEqual(['[U+20BB7]野家']);
  });
  it('never is a question mark that nobody wrote', async () => {
    expect(pdfText(await paper('漢字', 'a\u202eb\u0007c')).join()).not.toContain('?');
  });
  it('is the same bytes every time, and small', async () => {
    const [one, two] = [await paper('王小明'), await paper('王小明')];
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(true);
    expect(one.length).toBeLessThan(20_000);
    expect(Buffer.from(await paper('Ada')).toString('latin1')).not.toContain('Unifont');
  });
});
