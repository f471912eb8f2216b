import { checkCode } from '../../../core/scan/check-code';
import { foldLabel } from '../../../core/drive/bays';
import { reasonBarcode, scanReasons } from '../../../core/scan/reasons';
import { commandBarcode, readScan, type ScanContext } from '../../../core/scan/scan';
import { scanCommands, type ScanCommand } from '../../../core/scan/scan-outcome';

/** What is printed on the sheet. Pure. Each code is read as a scan is, so that none is printed that does not work. */

/**
 * What barcodes can carry here: what scanners type of other letters depends on their settings and the keyboard's.
 * Longer texts would have bars too thin for a page.
 */
export function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]{1,64}$/.test(text);
}

export interface SheetCode {
  /** The big words. */
  readonly word: string;
  /** What the barcode says; null when this station would not take it for what it is printed as. */
  readonly code: string | null;
  /** What a code is called that holds control characters. */
  readonly name?: string;
}

/** The commands with their barcodes. */
export function commandCodes(context: ScanContext): (SheetCode & { readonly word: ScanCommand })[] {
  return scanCommands.map((command) => {
    const code = commandBarcode(command);
    const reading = readScan(code, context);
    const works = reading.kind === 'command' && reading.command === command;
    return { word: command, code: works ? code : null };
  });
}

/** The reasons that can be scanned where one is asked for. */
export function reasonCodes(context: ScanContext): SheetCode[] {
  return scanReasons.map((reason) => {
    const code = reasonBarcode(reason);
    const reading = readScan(code, context);
    const works = reading.kind === 'reason' && reading.reason.code === reason.code;
    return { word: reason.words, code: works ? code : null };
  });
}

/** A barcode for each bay: its label, in capital letters, which make it shorter and mean the same. */
export function bayCodes(context: ScanContext): SheetCode[] {
  return context.bays.map(({ label }) => {
    const code = label.toUpperCase();
    const reading = readScan(code, context);
    const works =
      isPrintable(code) && reading.kind === 'bay' && foldLabel(reading.label) === foldLabel(label);
    return { word: label, code: works ? code : null };
  });
}

/** The code of the scanner check. Read by the keys that make it, before anything is taken for what it says. */
export function scannerCheckCode(word: string): SheetCode {
  return { word, code: checkCode, name: word };
}

/** Badges that fit on what anybody prints. */
export const maxBadges = 40;

/** The names that were typed, one a line, each once. */
export function badgeNames(text: string): string[] {
  const names = text
    .split('\n')
    .map((name) => name.trim().replace(/\s+/g, ' '))
    .filter((name) => name !== '');
  return [...new Set(names)].slice(0, maxBadges);
}

/** A badge for each name, in the form that the station's settings have by default. */
export function badgeCodes(names: readonly string[], context: ScanContext): SheetCode[] {
  return names.map((name) => {
    const code = `OP-${name}`;
    const reading = readScan(code, context);
    const works = isPrintable(code) && reading.kind === 'operator' && reading.name === name;
    return { word: name, code: works ? code : null };
  });
}
