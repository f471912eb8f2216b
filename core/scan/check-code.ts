/**
 * The code that a scanner is checked with. Letters that German (Z, Y) and French keyboards (A, M, Z) swap, digits that French ones
 * have behind Shift, signs that differ everywhere, a small letter for Caps Lock, and GS between the parts: whether control
 * characters come through. None of it is on a dead key of the US, British, German or French keyboard.
 */
export const checkParts = ['PRESTAGE-CHECK', 'zYM29:/]@#'] as const;

/** What the printed code says. */
export const checkCode = checkParts.join('\u001d');
