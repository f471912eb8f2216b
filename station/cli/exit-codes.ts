/** What the command line's exit status means. Scripts rely on it. */
export const exitCodes = {
  good: 0,
  /** A bug of ours. */
  bug: 1,
  usage: 2,
  /** Refused, or the result could not be written. */
  refused: 3,
  /** A drive failed, something did not pass a check, or the plant database did not accept the entries. */
  failed: 4,
  cancelled: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each exit code means, as the help and docs/reference say it. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'success',
  1: 'an unexpected error',
  2: 'the command line is not valid, or a file that it names cannot be read or written',
  3: 'refused, or the result could not be written: the error says what was done',
  4: 'a drive failed, a ledger is not intact, a shipment did not pass the audit, a scanner did not pass its check, or the plant database did not accept entries',
  130: 'cancelled',
};
