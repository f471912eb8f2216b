// What the reference says of one error, and the ways in which an error ends a command.

/** What a command's exit code is when it ends with an error; station/cli/exit-codes.ts says what each means. */
export type ErrorExitCode = 1 | 2 | 3 | 4 | 130;

export interface ErrorMeaning {
  /** What has happened. Whole sentences, without a drive or a file. */
  readonly meaning: string;
  /** What to do now. Whole sentences. */
  readonly remedy: string;
  /** First the exit code of a command that this error stops; then others that the error can come with. */
  readonly exitCodes: readonly [ErrorExitCode, ...ErrorExitCode[]];
}

/** Stops a command before anything was touched. */
export const refused = (meaning: string, remedy: string): ErrorMeaning => ({
  meaning,
  remedy,
  exitCodes: [3],
});
/** Happens to a drive while it is written, read or started; the other drives go on. */
export const failed = (meaning: string, remedy: string): ErrorMeaning => ({
  meaning,
  remedy,
  exitCodes: [4],
});
/** Stops a command before anything was touched, or happens while drives are written. */
export const either = (meaning: string, remedy: string): ErrorMeaning => ({
  meaning,
  remedy,
  exitCodes: [3, 4],
});
