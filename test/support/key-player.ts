import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import type { ScanKey } from '../../core/scan/scan-keys';
import { paced } from './recorded-scans';

/** Plays recorded keys to a page through the browser's own input, with what they said on the computer where they were recorded. */
export class KeyPlayer {
  private constructor(private readonly session: CDPSession) {}

  static async on(page: Page): Promise<KeyPlayer> {
    return new KeyPlayer(await page.context().newCDPSession(page));
  }

  /** @param gap milliseconds between two keys, in place of what was recorded */
  async play(keys: readonly ScanKey[], gap?: number): Promise<void> {
    const began = Date.now();
    // A scanner does not wait until the page is done with a key.
    const sent: Promise<unknown>[] = [];
    for (const { ms, ...pressed } of gap === undefined ? keys : paced(keys, gap)) {
      const wait = began + ms - Date.now();
      if (wait > 1) await sleep(wait);
      sent.push(...this.press(pressed, (began + ms) / 1000));
    }
    await Promise.all(sent);
  }

  /** @param timestamp seconds since 1970: when it was pressed, however late a busy computer hands it over */
  private press(
    { key, code, shift, control, alt }: Omit<ScanKey, 'ms'>,
    timestamp: number,
  ): Promise<unknown>[] {
    const modifiers = (alt ? 1 : 0) + (control ? 2 : 0) + (shift ? 8 : 0);
    const text = control || alt ? '' : key === 'Enter' ? '\r' : key.length === 1 ? key : '';
    const event = { key, code, modifiers };
    const down = text === '' ? 'rawKeyDown' : 'keyDown';
    // What holds Alt in a recording is the key for the third level.
    const third = { key: 'Alt', code: 'AltRight' };
    const events = [
      ...(alt ? [{ type: 'rawKeyDown', ...third, modifiers: 1 } as const] : []),
      { type: down, ...event, ...(text === '' ? {} : { text }) } as const,
      { type: 'keyUp', ...event } as const,
      ...(alt ? [{ type: 'keyUp', ...third, modifiers: 0 } as const] : []),
    ];
    return events.map((one) => this.session.send('Input.dispatchKeyEvent', { ...one, timestamp }));
  }
}
