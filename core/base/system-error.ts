/** The code of a thrown error: an errno's name (`EBUSY`), a SQLite result, or one of ours; null when it has none. */
export function errorCodeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
