import type { z } from 'zod';
import { sanitizeForDisplay } from '../core/base/display';
import {
  appMethods,
  type AppAnswer,
  type AppHandler,
  type AppMethod,
  type AppPatch,
  type AppRequest,
  type AppResponse,
} from '../core/contract/app';
import { isCancellation, PrestageError, toErrorData } from '../core/base/errors';
import { logEvent } from '../station/state/log-file';
import { appOrigin } from './app-files';

/** What is known of whoever called. */
export interface SenderDetails {
  /** The web contents is one of our windows'. */
  readonly registered: boolean;
  /** Null when the frame is gone already. */
  readonly frameUrl: string | null;
  readonly mainFrame: boolean;
}

/** Why a caller is not answered; null when it is the page in one of our windows. */
export function senderProblem({ registered, frameUrl, mainFrame }: SenderDetails): string | null {
  if (!registered) return 'unknown window';
  if (frameUrl === null) return 'frame gone';
  if (originOf(frameUrl) !== appOrigin) return 'other origin';
  return mainFrame ? null : 'not the main frame';
}

/** The exact origin. `URL.origin` is the text `null` for schemes that it does not know. */
function originOf(text: string): string | null {
  try {
    const { protocol, host, username, password } = new URL(text);
    return username === '' && password === '' ? `${protocol}//${host}` : null;
  } catch {
    return null;
  }
}

/** The part of Electron's event that is looked at. */
interface InvokeEvent {
  readonly sender: { readonly mainFrame: unknown };
  readonly senderFrame: { readonly url: string } | null;
}

/** The part of Electron's ipcMain that is used. */
export interface MainWire {
  handle(channel: string, listener: (event: InvokeEvent, ...args: unknown[]) => Promise<unknown>): void;
}

export type AppHandlers = { readonly [M in AppMethod]: AppHandler<M> };

/** The two channels between main process and page; preload.ts has them too, because it imports nothing. */
export const callChannel = 'app:call';
export const patchChannel = 'app:patch';

/**
 * A patch as it goes to the page: as text, because an object is taken apart and put together three times on its way, and that of
 * the jobs of two hundred machines would take more than a frame's time.
 */
export function patchText(patch: AppPatch): string {
  return JSON.stringify(patch);
}

/**
 * Answers the page's calls: one channel, on which the page names a method of the contract. There is no other way in
 * from a page.
 * @param isRegistered whether a web contents belongs to one of our windows
 */
export function registerAppCalls(
  wire: MainWire,
  handlers: AppHandlers,
  isRegistered: (sender: InvokeEvent['sender']) => boolean,
): void {
  wire.handle(callChannel, async (event, ...args) => {
    try {
      const problem = senderProblem({
        registered: isRegistered(event.sender),
        frameUrl: event.senderFrame?.url ?? null,
        mainFrame: event.senderFrame !== null && event.senderFrame === event.sender.mainFrame,
      });
      const [method, request] = args;
      if (problem !== null) throw notAllowed(method, problem);
      if (!isMethod(method)) throw notAllowed(method, 'there is no such method');
      if (args.length !== 2) throw notAllowed(method, 'the request is not valid');
      return { ok: true, value: await answer(method, request, handlers) } satisfies AppAnswer<AppMethod>;
    } catch (error) {
      const data = toErrorData(error);
      const [method] = args;
      // Only a name of ours: a page that was taken over could send anything.
      const name = isMethod(method) ? method : 'unknown';
      logEvent(isCancellation(error) ? 'info' : 'error', 'refused', { method: name, error: data });
      return { ok: false, error: data } satisfies AppAnswer<AppMethod>;
    }
  });
}

/** Only the contract's own names: every object has members such as `constructor` besides. */
function isMethod(name: unknown): name is AppMethod {
  return typeof name === 'string' && Object.hasOwn(appMethods, name);
}

async function answer<M extends AppMethod>(
  method: M,
  request: unknown,
  handlers: AppHandlers,
): Promise<AppResponse<M>> {
  const schemas = appMethods[method] as unknown as {
    readonly request: z.ZodType<AppRequest<M>>;
    readonly response: z.ZodType<AppResponse<M>>;
  };
  const parsed = schemas.request.safeParse(request);
  if (!parsed.success) throw notAllowed(method, 'the request is not valid');
  const handler = handlers[method] as AppHandler<M>;
  return schemas.response.parse(await handler(parsed.data));
}

/** The name comes from the page and may be anything. */
function notAllowed(method: unknown, cause: string): PrestageError {
  const name = typeof method === 'string' ? sanitizeForDisplay(method, 60) : `a ${typeof method}`;
  return new PrestageError({
    code: 'not-permitted',
    message: `The window made a request that is not allowed (${name}).`,
    cause,
  });
}
