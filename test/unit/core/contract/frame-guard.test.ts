import { describe, expect, it } from 'vitest';
import { FrameGuard } from '../../../../core/contract/frame-guard';

const frame = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('FrameGuard', () => {
  it('passes messages, however they are cut', () => {
    const text = Buffer.from(frame('{"a":"é"}') + frame(' ') + frame('Content-Length: 5'));
    for (let size = 1; size <= text.length; size += 1) {
      const guard = new FrameGuard(100);
      for (let at = 0; at < text.length; at += size) {
        expect(guard.check(text.subarray(at, at + size))).toBeNull();
      }
      expect(guard.messages).toBe(3);
    }
  });

  it.each([
    ['text', 'Segmentation fault', 'not a message: Segmentation fault'],
    ['text after a message', `${frame('{}')}oops`, 'not a message: oops'],
    ['another header', 'Content-Type: x\r\n\r\n', 'not a message'],
    ['a second header', 'Content-Length: 2\r\nX: y\r\n\r\n', 'not a message'],
    ['a length that is no number', 'Content-Length: -2\r\n\r\n', 'not a message'],
    ['an empty message', 'Content-Length: 0\r\n\r\n', 'not a message'],
    ['no length', 'Content-Length: \r\n\r\n', 'not a message'],
    ['a length without end', `Content-Length: ${'9'.repeat(11)}`, 'not a message'],
    ['a length above the limit', 'Content-Length: 101\r\n\r\n', 'a message of 101 bytes'],
    ['a header without end', 'Content-Length: 1\r\n\n', 'not a message'],
  ])('refuses %s', (_, text, problem) => {
    const found = new FrameGuard(100).check(Buffer.from(text));
    expect(`${found?.message ?? ''}: ${Buffer.from(found?.found ?? []).toString()}`).toContain(problem);
  });

  it('keeps a little of what it found, whatever bytes they are', () => {
    const found = new FrameGuard().check(Buffer.from(`Ünerwartet${'!'.repeat(1000)}`))?.found;
    expect(Buffer.from(found ?? []).toString()).toMatch(/^Ünerwartet!{190}/);
    expect(found?.length).toBe(201);
  });
});
