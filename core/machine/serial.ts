import { sanitizeForDisplay } from '../base/display';

/** Why a text is not a machine's serial number. */
export type SerialProblem =
  | { readonly code: 'serial-invalid'; readonly message: string }
  | { readonly code: 'serial-placeholder'; readonly message: string };

/** What firmware says when nobody filled the field. Compared without case, spaces and punctuation. */
const placeholders: ReadonlySet<string> = new Set(
  [
    'To Be Filled By O.E.M.',
    'To Be Filled By OEM',
    'Default string',
    'System Serial Number',
    'Serial Number',
    'Chassis Serial Number',
    'Base Board Serial Number',
    'Not Specified',
    'Not Applicable',
    'Not Available',
    'None',
    'N/A',
    'NA',
    'Null',
    'Unknown',
    'Invalid',
    'Empty',
    'OEM',
    'O.E.M.',
    'Serial',
    'SN',
    'Test',
    '0123456789',
    '123456789',
    '1234567890',
    '12345678',
  ].map(fold),
);

function fold(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** Whether a text is what firmware shows when nobody filled a field: known words, or one character again and again. */
export function isPlaceholder(text: string): boolean {
  const folded = fold(text);
  return placeholders.has(folded) || /^(.)\1*$/.test(folded);
}

/**
 * A serial as it is kept: white space around it removed, upper case, because scanners and firmware differ
 * in case and makers do not tell serials apart by it. Leading zeros stay.
 */
export function normalizeSerial(text: string): string {
  return text.trim().toUpperCase();
}

/**
 * Looks at a machine's serial number.
 * @param serial already normalized
 * @returns what is wrong with it, or null.
 */
export function serialProblem(serial: string): SerialProblem | null {
  const shown = sanitizeForDisplay(serial, 40);
  if (serial === '') return { code: 'serial-invalid', message: 'The machine serial is empty.' };
  if (isPlaceholder(serial)) {
    return {
      code: 'serial-placeholder',
      message: `'${shown}' is a placeholder that firmware shows when no serial was set. It does not identify a machine.`,
    };
  }
  if (!/^[A-Z0-9][A-Z0-9 ._/+-]{1,62}[A-Z0-9]$/.test(serial)) {
    return {
      code: 'serial-invalid',
      message: `'${shown}' is not a machine serial. A serial has 3 to 64 letters or digits, with . _ / + - inside.`,
    };
  }
  return null;
}
