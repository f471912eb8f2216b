import type { z } from 'zod';
import {
  deskMethods,
  type DeskAnswer,
  type DeskMethod,
  type DeskRequest,
  type DeskResponse,
} from '../core/contract/app';
import { deskMethodNames } from '../core/contract/app-names';
import { PrestageError, toErrorData } from '../core/base/errors';
import { deskOrigin } from './app-files';

/** What is known of whoever called. */
export interface SenderFacts {
  /** The web contents is one of our windows'. */
  readonly registered: boolean;
  /** Null when the frame is gone already. */
  readonly frameUrl: string | null;
  readonly mainFrame: boolean;
}

/** Why a caller is not answered; null when it is the page in one of our windows. */
export function senderProblem({ registered, frameUrl, mainFrame }: SenderFacts): string | null {
  if (!registered) return 'unknown window';
  if (frameUrl === null) return 'frame gone';
  if (originOf(frameUrl) !== deskOrigin) return 'other origin';
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

export type DeskHandlers = {
  readonly [M in DeskMethod]: (request: DeskRequest<M>) => Promise<DeskResponse<M>>;
};

export const patchChannel = 'desk:patch';
export const channelOf = (method: DeskMethod): string => `desk:${method}`;

/**
 * Registers every method of the contract. There is no other way in from a page.
 * @param isRegistered whether a web contents belongs to one of our windows
 */
export function registerDesk(
  wire: MainWire,
  handlers: DeskHandlers,
  isRegistered: (sender: InvokeEvent['sender']) => boolean,
): void {
  for (const method of deskMethodNames) {
    wire.handle(channelOf(method), async (event, ...args) => {
      const problem = senderProblem({
        registered: isRegistered(event.sender),
        frameUrl: event.senderFrame?.url ?? null,
        mainFrame: event.senderFrame !== null && event.senderFrame === event.sender.mainFrame,
      });
      return await answer(method, handlers, problem, args);
    });
  }
}

async function answer<M extends DeskMethod>(
  method: M,
  handlers: DeskHandlers,
  problem: string | null,
  args: readonly unknown[],
): Promise<DeskAnswer<M>> {
  try {
    if (problem !== null) throw notAllowed(method, problem);
    const { request, response } = deskMethods[method] as unknown as {
      readonly request: z.ZodType<DeskRequest<M>>;
      readonly response: z.ZodType<DeskResponse<M>>;
    };
    const parsed = request.safeParse(args[0]);
    if (!parsed.success || args.length !== 1) throw notAllowed(method, 'the request is not valid');
    const handler = handlers[method] as (request: DeskRequest<M>) => Promise<DeskResponse<M>>;
    return { ok: true, value: response.parse(await handler(parsed.data)) };
  } catch (error) {
    return { ok: false, error: toErrorData(error) };
  }
}

function notAllowed(method: string, cause: string): PrestageError {
  return new PrestageError({
    code: 'not-permitted',
    message: `The window made a request that is not allowed (${method}).`,
    cause,
  });
}
