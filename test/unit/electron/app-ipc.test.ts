import { describe, expect, it } from 'vitest';
import { appMethods, type AppAnswer, type AppMethod } from '../../../core/contract/app';
import { PrestageError } from '../../../core/base/errors';
import {
  callChannel,
  registerAppCalls,
  senderProblem,
  type AppHandlers,
  type MainWire,
  type SenderDetails,
} from '../../../electron/app-ipc';

const page: SenderDetails = { registered: true, frameUrl: 'prestage://bench/index.html', mainFrame: true };

describe('senderProblem', () => {
  it('answers the page in our window', () => {
    expect(senderProblem(page)).toBeNull();
  });

  it.each([
    ['another window', { ...page, registered: false }, 'unknown window'],
    ['a frame that is gone', { ...page, frameUrl: null }, 'frame gone'],
    ['a frame inside the page', { ...page, mainFrame: false }, 'not the main frame'],
    ['the web', { ...page, frameUrl: 'https://bench/index.html' }, 'other origin'],
    ['another host of the scheme', { ...page, frameUrl: 'prestage://evil/index.html' }, 'other origin'],
    ['a host that begins alike', { ...page, frameUrl: 'prestage://bench.evil/' }, 'other origin'],
    ['a host with a port', { ...page, frameUrl: 'prestage://bench:1/' }, 'other origin'],
    ['a user name', { ...page, frameUrl: 'prestage://bench@evil/' }, 'other origin'],
    ['a password', { ...page, frameUrl: 'prestage://a:b@bench/' }, 'other origin'],
    ['an empty page', { ...page, frameUrl: 'about:blank' }, 'other origin'],
    ['a file', { ...page, frameUrl: 'file:///bench/index.html' }, 'other origin'],
    ['no URL at all', { ...page, frameUrl: '' }, 'other origin'],
  ])('does not answer %s', (_, details, problem) => {
    expect(senderProblem(details)).toBe(problem);
  });
});

type Listener = Parameters<MainWire['handle']>[1];

const methodNames = Object.keys(appMethods) as AppMethod[];

/** The calls over a wire of this test, with handlers that count their calls. */
function connected(answers: Partial<AppHandlers> = {}): {
  /** What the page sends: the method's name and the request. */
  readonly invoke: (...args: unknown[]) => Promise<AppAnswer<'refreshDrives'>>;
  readonly channels: readonly string[];
  readonly from: (details: { url?: string; other?: boolean; inner?: boolean; gone?: boolean }) => void;
  readonly calls: string[];
} {
  const calls: string[] = [];
  const listeners = new Map<string, Listener>();
  const handlers = Object.fromEntries(
    methodNames.map((method) => [
      method,
      answers[method] ??
        (() => {
          calls.push(method);
          return Promise.resolve({});
        }),
    ]),
  ) as unknown as AppHandlers;
  const mainFrame = { url: 'prestage://bench/index.html' };
  const own = { mainFrame };
  let event: Parameters<Listener>[0] = { sender: own, senderFrame: mainFrame };
  registerAppCalls(
    {
      handle: (channel, listener) => {
        listeners.set(channel, listener);
      },
    },
    handlers,
    (sender) => sender === own,
  );
  return {
    calls,
    from: ({ url, other, inner, gone }) => {
      const frame = url === undefined ? mainFrame : { url };
      const sender = other === true ? { mainFrame: frame } : { mainFrame: inner === true ? {} : frame };
      if (other !== true) own.mainFrame = sender.mainFrame as typeof mainFrame;
      event = { sender: other === true ? sender : own, senderFrame: gone === true ? null : frame };
    },
    channels: [...listeners.keys()],
    invoke: async (...args) => {
      const listener = listeners.get(callChannel);
      if (listener === undefined) throw new Error('nobody listens');
      return (await listener(event, ...args)) as AppAnswer<'refreshDrives'>;
    },
  };
}

describe('registerAppCalls', () => {
  it('listens on one channel, and calls the handler of the method that is named', async () => {
    const { invoke, calls, channels } = connected();
    expect(channels).toEqual([callChannel]);
    expect(await invoke('refreshDrives', {})).toEqual({ ok: true, value: {} });
    expect(calls).toEqual(['refreshDrives']);
  });

  it('knows every method of the contract', async () => {
    for (const method of methodNames) {
      const { invoke } = connected();
      // The sender is right and the name known: at most the request, which no method has like this, is refused.
      const answer = await invoke(method, { 'no such member': 1 });
      expect(answer).toMatchObject({ ok: false, error: { cause: 'the request is not valid' } });
    }
  });

  it.each([
    ['unknown', 'eraseEverything'],
    ['of another writing', 'canceljob'],
    ['empty', ''],
    ['the prototype', '__proto__'],
    ['of every object', 'constructor'],
    ['of every object too', 'hasOwnProperty'],
    ['a channel', 'app:call'],
    ['a number', 7],
    ['null', null],
    ['missing', undefined],
    ['a list with a known name', ['cancelAll']],
    ['an object that says a known name', { toString: () => 'cancelAll' }],
  ])('does nothing for a method whose name is %s', async (_, name) => {
    const { invoke, calls } = connected();
    expect(await invoke(name, {})).toMatchObject({
      ok: false,
      error: { code: 'not-permitted', cause: 'there is no such method' },
    });
    expect(calls).toEqual([]);
  });

  it('does nothing for a handler that the contract does not have', async () => {
    const extra = (): never => {
      throw new Error('called');
    };
    const { invoke } = connected({ extra } as Partial<AppHandlers>);
    expect(await invoke('extra', {})).toMatchObject({ ok: false, error: { code: 'not-permitted' } });
  });

  it('shows an unknown name without what could disturb a terminal', async () => {
    const { invoke } = connected();
    const answer = await invoke(`\u001b[2J\u202e${'x'.repeat(500)}`, {});
    const message = answer.ok ? '' : answer.error.message;
    expect(message).toMatch(/^[\u0020-\u007e\u2026]+$/u);
    expect(message.length).toBeLessThan(150);
  });

  it.each([
    ['another window', { other: true }],
    ['a frame inside', { inner: true }],
    ['another origin', { url: 'https://example.com/' }],
    ['a frame that is gone', { gone: true }],
  ])('does nothing for %s', async (_, details) => {
    const { invoke, from, calls } = connected();
    from(details);
    expect(await invoke('cancelAll', {})).toMatchObject({ ok: false, error: { code: 'not-permitted' } });
    expect(calls).toEqual([]);
  });

  it.each([
    ['a member too many', 'cancelJob', [{ driveId: 'a', force: true }]],
    ['a member too few', 'cancelJob', [{}]],
    ['another type', 'scan', [{ text: 7 }]],
    ['no request', 'refreshDrives', []],
    ['nothing as request', 'refreshDrives', [undefined]],
    ['two requests', 'refreshDrives', [{}, {}]],
    ['a text that never ends', 'scan', [{ text: 'x'.repeat(5000) }]],
    ['a start without drives', 'start', [{ driveIds: [] }]],
  ])('does nothing for a request with %s', async (_, method, args) => {
    const { invoke, calls } = connected();
    expect(await invoke(method, ...args)).toMatchObject({ ok: false, error: { code: 'not-permitted' } });
    expect(calls).toEqual([]);
  });

  it('passes a typed error on whole, and makes one of a bug', async () => {
    const data = { code: 'drive-busy', message: 'm', cause: null, remedy: 'r' } as const;
    const typed = connected({ refreshDrives: () => Promise.reject(new PrestageError(data)) });
    expect(await typed.invoke('refreshDrives', {})).toEqual({ ok: false, error: data });
    const bug = connected({ refreshDrives: () => Promise.reject(new TypeError('oops')) });
    expect(await bug.invoke('refreshDrives', {})).toMatchObject({ ok: false, error: { code: 'internal' } });
  });

  it('does not let an answer out that is not of the contract', async () => {
    const { invoke } = connected({ refreshDrives: () => Promise.resolve({ secret: 1 } as never) });
    expect(await invoke('refreshDrives', {})).toMatchObject({ ok: false, error: { code: 'internal' } });
  });
});
