/**
 * The user who started this helper through sudo or pkexec, or null when nobody did: the helper then has its
 * caller's own rights. The station passes neither variable on to a helper it starts as itself.
 */
export function elevatedCaller(): number | null {
  const caller = process.env['PKEXEC_UID'] ?? process.env['SUDO_UID'];
  return process.geteuid?.() === 0 && caller !== undefined ? Number(caller) : null;
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
