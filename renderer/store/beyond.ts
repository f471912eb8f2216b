/**
 * Which of many cards are beyond the window: they are drawn after those that somebody can see. Filled by the screen that shows
 * them, which knows where they are.
 */
const beyond = new Set<string>();

export function isBeyond(driveId: string | null): boolean {
  return driveId !== null && beyond.has(driveId);
}

export function setBeyond(driveId: string, isNow: boolean): void {
  if (isNow) beyond.add(driveId);
  else beyond.delete(driveId);
}
