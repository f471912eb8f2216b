import type { AppMethod, AppRequest, AppResponse } from '../core/contract/app';
import type { ErrorData } from '../core/base/errors';
import { AppError, call } from './bridge';
import { appState } from './store/app-store';
import { showError } from './store/messages-store';
import { currentText } from './text';

/** A refusal of the station as it said it; anything else is a bug of ours and says so. */
export function errorOf(thrown: unknown): ErrorData {
  if (thrown instanceof AppError) return thrown.data;
  const text = currentText().common;
  return {
    code: 'internal',
    message: text.unknownError,
    cause: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    remedy: text.unknownErrorRemedy,
  };
}

/**
 * Tells the station to do something. A refusal is shown as a message.
 * @returns the answer, or null when the station refused
 */
export async function act<M extends AppMethod>(
  method: M,
  request: AppRequest<M>,
): Promise<AppResponse<M> | null> {
  try {
    return await call(method, request);
  } catch (thrown) {
    showError(errorOf(thrown));
    return null;
  }
}

/** {@link act} for event handlers that need no answer. */
export function send<M extends AppMethod>(method: M, request: AppRequest<M>): void {
  void act(method, request);
}

/**
 * Erases and writes the drives that the operator saw. Why the station refused a start is part of its state and shown
 * where the drives are listed; only what it did not say there is shown as a message.
 * @returns whether it was started
 */
export async function startErasing(driveIds: readonly string[]): Promise<boolean> {
  try {
    await call('start', { driveIds: [...driveIds] });
    return true;
  } catch (thrown) {
    if (appState().pairing.refusal === null) showError(errorOf(thrown));
    return false;
  }
}

/**
 * Erases a disk and has it beside the stick from now on.
 * @returns whether the station asks for a reason first; any other refusal is shown as a message
 */
export async function takeStationDisk(driveId: string, reason: string | null): Promise<boolean> {
  try {
    await call('makeImageDisk', { driveId, reason });
  } catch (thrown) {
    const error = errorOf(thrown);
    const asks = error.code === 'drive-holds-finished' || error.code === 'drive-failed-before';
    if (reason === null && asks) return true;
    showError(error);
  }
  return false;
}

/** Something was changed on a screen by hand: what the latest scan did there is not how it stands any more. */
export function forgetScan(): void {
  if (appState().pairing.lastScan?.holds === true) send('forgetScan', {});
}
