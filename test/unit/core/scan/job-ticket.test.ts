import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitizeForDisplay } from '../../../../core/base/display';
import {
  largestTicketPart,
  longestTicketPart,
  makeTicket,
  readTicket,
  shortenedName,
  ticketProblem,
  type JobTicket,
} from '../../../../core/scan/job-ticket';
import { characterAt, keyboardLayouts, keyOfCharacter } from '../../../../core/scan/keyboard-layouts';
import { serialProblem } from '../../../../core/machine/serial';
import { shownScan } from '../../../../core/scan/scan';
import { read } from './scan-reading';

const mediaSha256 = '0123456789abcdef'.repeat(4);
const ticket: JobTicket = { orderNumber: 'WO-2026-0042', mediaSha256, mediaName: 'contoso-24h2.wim' };

const part = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 70 })
  .map((text) => sanitizeForDisplay(text, longestTicketPart))
  .filter((text) => text !== '' && Buffer.byteLength(text) <= largestTicketPart);
const tickets: fc.Arbitrary<JobTicket> = fc.record({
  orderNumber: part,
  mediaName: part,
  mediaSha256: fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('hex')),
});

describe('a job ticket', () => {
  it('has the form that is printed on tickets of version 1', () => {
    const text = makeTicket({ orderNumber: '7', mediaSha256, mediaName: 'x' });
    expect(text).toBe(`JOBTICKETCBCEIBCIJ${'BCDEFGHIJKLNOPRS'.repeat(4)}SSRRDKRI`);
    const body = Buffer.from(`0101370178${mediaSha256}`, 'hex');
    const check = crc32(body).toString(16).padStart(8, '0');
    expect(
      Array.from(text.slice(-8), (letter) => 'BCDEFGHIJKLNOPRS'.indexOf(letter).toString(16)).join(''),
    ).toBe(check);
    expect(readTicket(text)).toEqual({
      problem: null,
      ticket: { orderNumber: '7', mediaSha256, mediaName: 'x' },
    });
  });

  it('says what was put into it, in either case and behind what scanners send first', () => {
    fc.assert(
      fc.property(tickets, (one) => {
        const text = makeTicket(one);
        for (const sent of [text, text.toLowerCase(), `]Q1${text}\r`, `ßQ1${text}`, `\u0002${text}\u0003`]) {
          expect(read(sent)).toEqual({ kind: 'ticket', reading: { problem: null, ticket: one } });
        }
      }),
    );
  });

  it('is as long as a QR code of version 15 holds at most', () => {
    const longest = 'Ü'.repeat(longestTicketPart);
    const text = makeTicket({ orderNumber: longest, mediaSha256, mediaName: longest });
    // ISO/IEC 18004, table 7: 600 alphanumeric characters at level M.
    expect(text.length).toBeLessThanOrEqual(600);
    expect(text).toMatch(/^[A-Z]+$/);
  });

  it('is the same keys on every keyboard that scanners and computers are set to', () => {
    for (const letter of new Set(makeTicket(ticket) + makeTicket({ ...ticket, orderNumber: 'ÿþ–' }))) {
      for (const scanner of keyboardLayouts) {
        const key = keyOfCharacter(scanner, letter.toLowerCase());
        expect(key).toMatchObject({ level: 'plain' });
        for (const computer of keyboardLayouts) {
          expect(characterAt(computer, key?.code ?? '', 'plain')).toBe(letter.toLowerCase());
          expect(characterAt(computer, key?.code ?? '', 'shift')).toBe(letter);
        }
      }
    }
  });

  it('that was cut anywhere is refused, and is never a machine or a shorter ticket', () => {
    const text = makeTicket(ticket);
    for (let length = 1; length < text.length; length += 1) {
      const start = text.slice(0, length);
      if (length >= 'JOBTICKET'.length) {
        expect(read(start)).toEqual({ kind: 'ticket', reading: { problem: 'cut' } });
      }
      const end = text.slice(length);
      const reading = read(end);
      expect(reading.kind === 'ticket' && reading.reading.problem === null).toBe(false);
      // What is longer than a serial is no serial.
      if (end.length > 64) expect(reading.kind).not.toBe('machine');
    }
  });

  it('with a changed, lost, doubled or exchanged letter is refused', () => {
    const text = makeTicket(ticket);
    const after = 'JOBTICKETC'.length;
    fc.assert(
      fc.property(fc.integer({ min: after, max: text.length - 1 }), fc.nat(25), (at, other) => {
        const letter = String.fromCharCode(0x41 + other);
        const changes = [
          text.slice(0, at) + letter + text.slice(at + 1),
          text.slice(0, at) + text.slice(at + 1),
          text.slice(0, at) + (text[at] ?? '') + text.slice(at),
          text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2),
        ].filter((changed) => changed !== text);
        for (const changed of changes) expect(readTicket(changed)).toEqual({ problem: 'cut' });
      }),
    );
  });

  it('of another version is said to be of another version', () => {
    const text = makeTicket(ticket).replace('JOBTICKETC', 'JOBTICKETD');
    expect(readTicket(text)).toEqual({ problem: 'version' });
  });

  it('is no other text', () => {
    for (const text of ['JOB', '7KX9PQ1', 'PRESTAGE-START', 'WO-JOBTICKE', 'a'.repeat(64)]) {
      expect(readTicket(text)).toBeNull();
    }
  });

  it('is shown by what it says', () => {
    const text = makeTicket(ticket);
    expect(shownScan(text, read(text))).toBe('WO-2026-0042 · contoso-24h2.wim');
    const part = text.slice(0, -1);
    expect(shownScan(part, read(part))).toBe('JOBTICKET…');
  });

  it.each([
    [{ orderNumber: '' }, 'number-empty'],
    [{ orderNumber: 'x'.repeat(61) }, 'number-long'],
    [{ orderNumber: 'a\u202eb' }, 'number-long'],
    [{ mediaName: ' ' }, 'name-empty'],
    [{ mediaName: '\u{1F4BF}'.repeat(31) }, 'name-long'],
    [{ mediaSha256: mediaSha256.slice(1) }, 'sha256'],
    [{ mediaSha256: mediaSha256.toUpperCase() }, 'sha256'],
  ] as const)('%j makes none', (change, problem) => {
    expect(ticketProblem({ ...ticket, ...change })).toBe(problem);
    expect(() => makeTicket({ ...ticket, ...change })).toThrow(RangeError);
  });

  it('has room for what is left of any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        const mediaName = shortenedName(name);
        expect(ticketProblem({ ...ticket, mediaName })).toBe(mediaName === '' ? 'name-empty' : null);
      }),
    );
  });

  it('is longer than a serial', () => {
    expect(serialProblem(makeTicket(ticket))).not.toBeNull();
  });
});
