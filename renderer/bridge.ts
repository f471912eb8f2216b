import { deskMethods } from '../core/contract/app';
import type { DeskAnswer, DeskApi, DeskMethod, DeskRequest, DeskResponse } from '../core/contract/app';
import type { ErrorData } from '../core/base/errors';
import { applyDeskPatch, loadDeskState } from './store/app-store';
import { recordRates } from './store/rates-store';

/**
 * The only file that touches what the preload script puts on the page. Everything that comes in goes into the
 * stores; everything the operator does goes out through {@link desk}.
 */
declare global {
  interface Window {
    readonly prestage: DeskApi;
  }
}

/** What the station answered instead of doing as it was told. */
export class DeskError extends Error {
  readonly data: ErrorData;

  constructor(data: ErrorData) {
    super(data.message);
    this.name = 'DeskError';
    this.data = data;
  }
}

type DeskCalls = { readonly [M in DeskMethod]: (request: DeskRequest<M>) => Promise<DeskResponse<M>> };

async function call<M extends DeskMethod>(method: M, request: DeskRequest<M>): Promise<DeskResponse<M>> {
  const ask = window.prestage[method] as (request: DeskRequest<M>) => Promise<DeskAnswer<M>>;
  const answer = await ask(request);
  if (!answer.ok) throw new DeskError(answer.error);
  return answer.value;
}

/** The station's methods. Each throws {@link DeskError} when the station refuses. */
export const desk = Object.fromEntries(
  (Object.keys(deskMethods) as DeskMethod[]).map((method) => [
    method,
    (request: never) => call(method, request),
  ]),
) as unknown as DeskCalls;

/** The path of a file that was dropped on the window. */
export function pathOfFile(file: File): string {
  return window.prestage.pathOfFile(file);
}

/**
 * Fetches the state and follows it. Patches and answers come over one channel in order, so a patch that comes
 * before the first whole state is already part of it and is left out by the store.
 * @returns a function that ends the following
 * @throws DeskError when the station cannot tell its state
 */
export async function connect(): Promise<() => void> {
  const disconnect = window.prestage.onPatch((patch) => {
    const state = applyDeskPatch(patch);
    if (state !== null && patch.jobs !== undefined) recordRates(state.jobs, performance.now());
  });
  try {
    const state = loadDeskState(await desk.getState({}));
    recordRates(state.jobs, performance.now());
  } catch (thrown) {
    disconnect();
    throw thrown;
  }
  return disconnect;
}
