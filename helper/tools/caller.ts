/**
 * The user who started this helper through sudo or pkexec, or null when nobody did: the helper then has its
 * caller's own rights. The station passes neither variable on to a helper it starts as itself.
 */
export function elevatedCaller(): number | null {
  if (process.geteuid?.() !== 0) return null;
  const caller = process.env['PKEXEC_UID'] ?? process.env['SUDO_UID'];
  if (caller === undefined) return null;
  // A number that cannot be read is nobody's: the helper then opens no file at all.
  return /^\d+$/.test(caller) ? Number(caller) : -1;
}

/**
 * A helper with more rights than its caller reads only what belongs to the caller: otherwise it could be made
 * to copy somebody else's file onto a drive.
 * @param owner user id of an open file
 * @throws Error when the file is another user's
 */
export function refuseForeignFile(owner: number): void {
  const caller = elevatedCaller();
  if (caller !== null && owner !== caller) throw new Error('it belongs to another user');
}
