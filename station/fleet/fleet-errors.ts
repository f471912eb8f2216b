import { PrestageError } from '../../core/base/errors';

/** The plant's database says no, and would say so again. */
export function fleetRefused(message: string, remedy: string, cause: string | null = null): PrestageError {
  return new PrestageError({ code: 'fleet-refused', message, cause, remedy });
}

/** It cannot be reached, or cannot answer now. */
export function fleetUnavailable(message: string, cause: string | null): PrestageError {
  return new PrestageError({
    code: 'fleet-unavailable',
    message,
    cause,
  });
}

/** What was given to reach or to fill it cannot be used. */
export function fleetInvalid(message: string, remedy: string, cause: unknown = null): PrestageError {
  return new PrestageError({
    code: 'fleet-invalid',
    message,
    cause: cause instanceof Error ? cause.message : null,
    remedy,
  });
}
