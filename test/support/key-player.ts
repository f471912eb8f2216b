import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import type { ScanKey } from '../../core/scan/scan-keys';

/** Plays recorded keys to a page through the browser's own input, with what they said on the computer where they were recorded. */
export class KeyPlayer {
  private constructor(private readonly session: CDPSession) {}

  static async on(page: Page): Promise<KeyPlayer> {
    return new KeyPlayer(await page.context().newCDPSession(page));
  }

  /** @param gap milliseconds between two keys, in place of what was recorded */
  async play(keys: readonly ScanKey[], gap?: number): Promise<void> {
    const began = Date.now();
    for (const [index, { ms, ...pressed }] of keys.entries()) {
      const due = began + (gap === undefined ? ms : index * gap);
      const wait = due - Date.now();
      if (wait > 1) await sleep(wait);
      await this.press(pressed);
    }
  }

  private async press({ key, code, shift, control, alt }: Omit<ScanKey, 'ms'>): Promise<void> {
    // What holds Alt in a recording is the key for the third level.
    if (alt) await this.hold('rawKeyDown', 1);
    const modifiers = (alt ? 1 : 0) + (control ? 2 : 0) + (shift ? 8 : 0);
    const text = control || alt ? '' : key === 'Enter' ? '\r' : key.length === 1 ? key : '';
    const event = { key, code, modifiers, ...(text === '' ? {} : { text }) };
    await this.session.send('Input.dispatchKeyEvent', {
      type: text === '' ? 'rawKeyDown' : 'keyDown',
      ...event,
    });
    await this.session.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, modifiers });
    if (alt) await this.hold('keyUp', 0);
  }

  private async hold(type: 'rawKeyDown' | 'keyUp', modifiers: number): Promise<void> {
    await this.session.send('Input.dispatchKeyEvent', {
      type,
      key: 'Alt',
      code: 'AltRight',
      modifiers,
    });
  }
}
