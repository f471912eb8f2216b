import { z } from 'zod';

/**
 * Every error a user can meet. A code is stable: scripts and the ledger rely on it. The text belongs to
 * whoever raises the error, because only there the drive, bay and file are known.
 */
export const errorCodes = [
  // media
  'media-not-found',
  'media-unreadable',
  'media-not-a-wim',
  'media-truncated',
  'media-corrupt',
  'media-encrypted',
  'media-part-missing',
  'media-image-missing',
  'media-unsafe-names',
  'media-hash-mismatch',
  'media-manifest-invalid',
  'media-changed',
  // drives
  'drive-listing-failed',
  'drive-not-found',
  'drive-blocked',
  'drive-changed',
  'drive-busy',
  'drive-not-permitted',
  'drive-repeated',
  'drive-read-failed',
  'drive-write-failed',
  'drive-stalled',
  'drive-gone',
  'verify-mismatch',
  'table-mismatch',
  'rehearsal-failed',
  // machines
  'serial-invalid',
  'serial-placeholder',
  'serial-repeated',
  'serial-already-shipped',
  'machine-contradicts',
  // orders and shipments
  'order-invalid',
  'order-open',
  'order-not-open',
  'order-mismatch',
  'order-unfinished',
  'shipment-empty',
  'shipment-refused',
  'shipment-invalid',
  // layout and render
  'layout-unknown',
  'drive-too-small',
  'render-no-space',
  'render-failed',
  'render-damaged',
  'boot-files-too-large',
  'boot-store-invalid',
  // bench
  'bench-invalid',
  'bench-exists',
  'bench-in-use',
  // jobs
  'job-interrupted',
  // ledger and state
  'ledger-broken',
  'ledger-unavailable',
  'ledger-key-unsafe',
  'record-not-found',
  'state-unavailable',
  'settings-invalid',
  // the plant's database
  'fleet-invalid',
  'fleet-unavailable',
  'fleet-refused',
  // tools, helper, privilege
  'tool-missing',
  'tool-failed',
  'helper-missing',
  'helper-died',
  'helper-protocol',
  'helper-outdated',
  'privilege-unavailable',
  'privilege-denied',
  // the operator
  'not-confirmed',
  'not-permitted',
  'usage',
  'cancelled',
  // a bug of ours
  'internal',
] as const;

export const errorCodeSchema = z.enum(errorCodes);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** An error as it travels between processes and into the ledger. */
export const errorDataSchema = z.strictObject({
  code: errorCodeSchema,
  /** What happened, to which drive in which bay. One sentence for the technician. */
  message: z.string(),
  /** What the machine said (errno, the tool's last words), for the log; null when there is nothing more. */
  cause: z.string().nullable(),
  /** What to do now. */
  remedy: z.string(),
  /** Where on the drive, in bytes from its start. */
  offset: z.int().nonnegative().optional(),
  /** Index of the chunk in the chunk map. */
  chunk: z.int().nonnegative().optional(),
});
export type ErrorData = z.infer<typeof errorDataSchema>;

/** An expected error: something the outside world did. Anything else that is thrown is a bug. */
export class PrestageError extends Error {
  readonly data: ErrorData;

  constructor(data: Omit<ErrorData, 'cause'> & { cause?: string | null }) {
    super(data.message);
    this.name = 'PrestageError';
    this.data = { ...data, cause: data.cause ?? null };
  }

  get code(): ErrorCode {
    return this.data.code;
  }
}

/**
 * Turns anything thrown into {@link ErrorData}. What is not a PrestageError is a bug and says so, with its
 * stack as the cause.
 */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof PrestageError) return thrown.data;
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return {
    code: 'internal',
    message: `Prestage met an error it does not know: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    cause: stack,
    remedy: 'Nothing more is written. Report this with the text above.',
  };
}

/** True for the end that an operator asked for, which is not an error. */
export function isCancellation(thrown: unknown): boolean {
  return thrown instanceof PrestageError && thrown.code === 'cancelled';
}

/** The one way to say that somebody cancelled. */
export function cancelled(what: string): PrestageError {
  return new PrestageError({
    code: 'cancelled',
    message: `${what} was cancelled.`,
    remedy: 'Start it again when you are ready.',
  });
}

/** For switches: does not compile when a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
