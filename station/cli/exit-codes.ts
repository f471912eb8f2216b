/** What the command line's exit status means. Scripts rely on it. */
export const exitCodes = {
  good: 0,
  /** A bug of ours. */
  bug: 1,
  usage: 2,
  /** Refused before anything was touched. */
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
  2: 'the command line is not valid',
  3: 'refused before anything was touched',
  4: 'a drive failed, a ledger is not intact, a shipment did not pass the audit, a scanner did not pass its check, or the plant database did not accept entries',
  130: 'cancelled',
};
