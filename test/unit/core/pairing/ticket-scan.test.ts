import { describe, expect, it } from 'vitest';
import { applyScan, emptyPairing } from '../../../../core/pairing/pairing';
import { chosenMedia, type JobMedia } from '../../../../core/pairing/job-media';
import type { PairingContext } from '../../../../core/pairing/pairing-rules';
import type { ScanReading } from '../../../../core/scan/scan';
import { armed, expectRefused, paired, theMedia, waiting, world } from './pairing-world';

const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
const ticket = { orderNumber: 'WO-7', mediaSha256: one, mediaName: 'contoso-24h2' };
const scan: ScanReading = { kind: 'ticket', reading: { problem: null, ticket } };
const hash: ScanReading = { kind: 'sha256', sha256: one };

const chosen = (changes: Partial<NonNullable<JobMedia['chosen']>>): Partial<JobMedia> => ({
  chosen: { name: 'fabrikam.wim', sha256: null, expected: null, refused: false, ...changes },
});
const withMedia = (media: Partial<JobMedia>, changes: Partial<PairingContext> = {}): PairingContext =>
  world({ jobMedia: theMedia(media), ...changes });
const taken = (media: string, orderNumber = 'WO-7'): object => ({
  type: 'take-ticket',
  ticket: { ...ticket, orderNumber },
  media,
});

describe('a job ticket', () => {
  it.each([
    ['no media is chosen', { chosen: null }, 'wanted'],
    ['no media is chosen and the station knows it', { chosen: null, isKnown: () => true }, 'known'],
    ['its media is chosen', chosen({ sha256: one, expected: one }), 'chosen'],
    ['a media file is being read', chosen({}), 'chosen'],
    [
      'another media file is chosen and the station knows its own',
      { ...chosen({ sha256: two }), isKnown: () => true },
      'known',
    ],
    [
      'a media file that cannot be read is chosen, and the station knows its own',
      { ...chosen({ refused: true }), isKnown: () => true },
      'known',
    ],
  ] as const)('is taken when %s', (_, media, step) => {
    const result = applyScan(emptyPairing, scan, withMedia(media));
    expect(result.outcome).toMatchObject({
      result: 'accepted',
      effect: 'ticket-taken',
      ticket: { orderNumber: 'WO-7', mediaName: 'contoso-24h2', media: step },
    });
    expect(result.action).toEqual(taken(step));
    expect(result.state).toBe(emptyPairing);
  });

  it.each([
    ['was hashed to something else', { sha256: two }],
    ['is to be something else', { expected: two }],
  ])('is refused when the chosen media %s, with both names', (_, media) => {
    const result = applyScan(emptyPairing, scan, withMedia(chosen(media)));
    expectRefused(emptyPairing, result, 'ticket-other-media', 'machine', 'contoso-24h2\nfabrikam.wim');
  });

  it('does not change the media of machines that wait or are paired', () => {
    const context = withMedia({ ...chosen({ sha256: two }), isKnown: () => true });
    for (const state of [waiting, paired]) {
      expectRefused(state, applyScan(state, scan, context), 'ticket-other-media');
    }
  });

  it('does not change the number of machines that wait or are paired', () => {
    const context = withMedia({ chosen: null }, { workOrder: 'WO-6' });
    for (const state of [waiting, paired]) {
      expectRefused(state, applyScan(state, scan, context), 'ticket-other-order', undefined, 'WO-6');
    }
    // Without a number they are of no other order.
    for (const workOrder of ['', '7']) {
      const result = applyScan(paired, scan, withMedia({ chosen: null }, { workOrder }));
      expect(result.outcome).toMatchObject({ effect: 'ticket-taken' });
    }
  });

  it('tells which number it replaces', () => {
    const context = withMedia({ chosen: null }, { workOrder: 'WO-6' });
    expect(applyScan(emptyPairing, scan, context).outcome).toMatchObject({ replaced: 'WO-6' });
  });

  it('is of the open order, or refused', () => {
    const other = withMedia({ chosen: null }, { openOrder: () => 'WO-8', workOrder: 'WO-8' });
    expectRefused(emptyPairing, applyScan(emptyPairing, scan, other), 'order-open', undefined, 'WO-8');
    const own = withMedia({ chosen: null }, { openOrder: () => '7', workOrder: '7' });
    const result = applyScan(emptyPairing, scan, own);
    // The number stays as the list has it.
    expect(result.action).toEqual(taken('wanted', '7'));
    expect(result.outcome).not.toHaveProperty('replaced');
  });

  it('is refused when the open order asks for another media file', () => {
    const context = withMedia({ chosen: null, ordered: () => two }, { openOrder: () => 'WO-7' });
    const result = applyScan(emptyPairing, scan, context);
    expectRefused(emptyPairing, result, 'media-not-ordered', undefined, 'contoso-24h2');
  });

  it('is refused whole while the list of what is erased is shown', () => {
    expectRefused(armed, applyScan(armed, scan, world()), 'wrong-kind', 'start');
  });

  it.each([
    ['cut', 'ticket-damaged'],
    ['version', 'ticket-version'],
  ] as const)('of which %s is wrong is refused', (problem, reason) => {
    const part: ScanReading = { kind: 'ticket', reading: { problem } };
    expectRefused(paired, applyScan(paired, part, world()), reason);
  });
});

describe('a SHA-256 alone', () => {
  it.each([
    ['is waited for', {}, 'wanted'],
    ['chooses the media that the station knows', { isKnown: () => true }, 'known'],
  ])('%s when no media is chosen', (_, media, step) => {
    const result = applyScan(paired, hash, withMedia({ chosen: null, ...media }));
    expect(result.outcome).toMatchObject({ result: 'accepted', effect: 'hash-given', media: step });
    expect(result.action).toEqual({ type: 'give-hash', sha256: one, media: step });
  });

  it('of another media file than the job ticket is refused', () => {
    const held = { ticket: { sha256: two, name: 'fabrikam-23h2' } };
    for (const media of [{ ...held, chosen: null }, held]) {
      const result = applyScan(emptyPairing, hash, withMedia(media));
      expectRefused(emptyPairing, result, 'hash-not-of-ticket', undefined, 'fabrikam-23h2');
    }
  });

  it('of another media file than the open order asks for is refused', () => {
    const context = withMedia({ chosen: null, ordered: () => two });
    expectRefused(emptyPairing, applyScan(emptyPairing, hash, context), 'media-not-ordered');
  });
});

it('a media file is known by what was said and found of it', () => {
  const error = { code: 'media-not-a-wim', message: '', cause: null, remedy: '' } as const;
  expect(chosenMedia({ status: 'none' })).toBeNull();
  expect(chosenMedia({ status: 'inspecting', path: '/media/a.wim' })).toEqual({
    ...{ name: 'a.wim', sha256: null, expected: null, refused: false },
  });
  expect(chosenMedia({ status: 'refused', path: '/media/a.wim', media: null, sha256: two, error })).toEqual({
    name: 'a.wim',
    sha256: two,
    expected: null,
    refused: true,
  });
});
