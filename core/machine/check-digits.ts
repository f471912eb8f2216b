/** Check digits of the numbers that stand on labels beside the serial. */

/**
 * GS1 General Specifications, "Check digit calculation": from the right, before the check digit, weights 3 and 1 in
 * turn; the sum with the check digit is a multiple of ten.
 */
export function hasGs1CheckDigit(digits: string): boolean {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

/** ISO/IEC 7812-1, annex B (Luhn): from the right every second digit is doubled, and its digits are added. */
export function hasLuhnDigit(digits: string): boolean {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
