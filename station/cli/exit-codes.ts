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
