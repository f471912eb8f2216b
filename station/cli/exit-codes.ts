/** What the command line's exit status means. Scripts rely on it. */
export const exitCodes = {
  good: 0,
  /** A bug of ours. */
  bug: 1,
  usage: 2,
  /** Refused before anything was touched. */
  refused: 3,
  /** Some drive failed, a ledger is not whole, or the plant's database did not take the entries. */
  failed: 4,
  cancelled: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each exit code means, as the help and docs/reference say it. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'all good',
  1: 'an error Prestage does not know',
  2: 'the command line is wrong',
  3: 'refused before anything was touched',
  4: 'some drive failed, a ledger is not whole, a shipment is in doubt, or the plant’s database did not take entries',
  130: 'cancelled',
};
