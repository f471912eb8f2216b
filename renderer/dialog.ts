/** Whether a dialog asks something. It is about what is behind it: that stays until it is answered. */
export function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}
