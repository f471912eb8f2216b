import type { AppApi, AppMethod, AppPatch, AppRequest, AppResponse } from '../core/contract/app';
import type { ErrorData } from '../core/base/errors';
import { applyAppPatch, loadAppState } from './store/app-store';
import { recordRates } from './store/rates-store';

/**
 * The only file that touches what the preload script puts on the page. Everything that comes in goes into the
 * stores; everything the operator does goes out through {@link call}.
 */
declare global {
  interface Window {
    readonly prestage: AppApi;
  }
}

/** What the station answered instead of doing as it was told. */
export class AppError extends Error {
  readonly data: ErrorData;

  constructor(data: ErrorData) {
    super(data.message);
    this.name = 'AppError';
    this.data = data;
  }
}

/**
 * Calls a method of the app.
 * @throws AppError when the app refuses
 */
export async function call<M extends AppMethod>(method: M, request: AppRequest<M>): Promise<AppResponse<M>> {
  const answer = await window.prestage.call(method, request);
  if (!answer.ok) throw new AppError(answer.error);
  return answer.value;
}

/** The path of a file that was dropped on the window. */
export function pathOfFile(file: File): string {
  return window.prestage.pathOfFile(file);
}

/**
 * Fetches the state and follows it. StatePublisher and answers come over one channel in order, so a patch that comes
 * before the first whole state is already part of it and is left out by the store.
 * @returns a function that ends the following
 * @throws AppError when the station cannot tell its state
 */
export async function connect(): Promise<() => void> {
  const disconnect = window.prestage.onPatch((text) => {
    const patch = JSON.parse(text) as AppPatch;
    const state = applyAppPatch(patch);
    if (state !== null && patch.jobs !== undefined) recordRates(state.jobs, performance.now());
  });
  try {
    const state = loadAppState(await call('getState', {}));
    recordRates(state.jobs, performance.now());
  } catch (thrown) {
    disconnect();
    throw thrown;
  }
  return disconnect;
}
