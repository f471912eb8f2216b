import { z } from 'zod';
import { unexpectedDiskRefusal } from './disk-refusal';
import { errorCodes, errorReference, type ErrorCode } from './error-reference';

/** Errors: what an expected one carries, how it travels, and how it differs from a bug and from a cancellation. */

export type { ErrorCode };

export const errorCodeSchema = z.enum(errorCodes);

/** An error as it travels between processes and into the ledger. */
export const errorDataSchema = z.strictObject({
  code: errorCodeSchema,
  /** What happened, to which drive in which bay. One sentence for the technician. */
  message: z.string(),
  /** Technical cause for the log (errno, or the last lines of a tool); null when there is none. */
  cause: z.string().nullable(),
  /** What to do now. */
  remedy: z.string(),
  /** Position on the drive, in bytes from its start. */
  offset: z.int().nonnegative().optional(),
  /** Index of the chunk in the chunk map. */
  chunk: z.int().nonnegative().optional(),
});
export type ErrorData = z.infer<typeof errorDataSchema>;

/** What is said where an error is raised. Without a `remedy` it has the general one of its code. */
export type ErrorInput = Omit<ErrorData, 'cause' | 'remedy'> & {
  readonly cause?: string | null;
  readonly remedy?: string;
};

/** An error's data, complete: the message of the place that raises it, and its own or its code's remedy. */
export function errorData(input: ErrorInput): ErrorData {
  return {
    ...input,
    cause: input.cause ?? null,
    remedy: input.remedy ?? errorReference[input.code].remedy,
  };
}

/** An expected error: something the outside world did. Anything else that is thrown is a bug. */
export class PrestageError extends Error {
  readonly data: ErrorData;

  constructor(input: ErrorInput) {
    super(input.message);
    this.name = 'PrestageError';
    this.data = errorData(input);
  }

  get code(): ErrorCode {
    return this.data.code;
  }
}

/**
 * Turns anything thrown into {@link ErrorData}. What is not a PrestageError is a bug and says so, with its
 * stack as the cause; but for a disk that took no more, which nobody foresaw at that place and is no bug.
 */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof PrestageError) return thrown.data;
  const disk = unexpectedDiskRefusal(thrown);
  if (disk !== null) return disk;
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return errorData({
    code: 'internal',
    message: `Unexpected error: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    cause: stack,
  });
}

/** True for the end that an operator asked for, which is not an error. */
export function isCancellation(thrown: unknown): boolean {
  return thrown instanceof PrestageError && thrown.code === 'cancelled';
}

/** The one way to say that somebody cancelled. */
export function cancelled(what: string): PrestageError {
  return new PrestageError({ code: 'cancelled', message: `${what} was cancelled.` });
}

/** For switches: does not compile when a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
