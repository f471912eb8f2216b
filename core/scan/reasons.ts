import { foldCommand, commandPrefix } from './scan-text';

/**
 * Reasons that can be scanned where one is asked for, on the sheet of command barcodes. They are the few that a depot has; what
 * else is the reason is typed. The words are what the record keeps, on every station the same.
 */
export const scanReasons = [
  { code: 'LOST', words: 'First drive lost' },
  { code: 'DAMAGED', words: 'First drive damaged in transit' },
  { code: 'WRONG-MACHINE', words: 'Written for the wrong machine' },
  { code: 'REUSED', words: 'Its image is not needed any more' },
  { code: 'SECOND-TRY', words: 'Drive and connection checked' },
  { code: 'TRAINING', words: 'Training' },
] as const;
export type ScanReason = (typeof scanReasons)[number];

const prefix = `${commandPrefix}-REASON-`;

/** The text to print as the barcode of a reason. */
export function reasonBarcode({ code }: Pick<ScanReason, 'code'>): string {
  return `${prefix}${code}`;
}

/** The reason that a barcode says; null when it is none. */
export function reasonIn(text: string): ScanReason | null {
  const folded = foldCommand(text);
  return scanReasons.find((reason) => folded === foldCommand(reasonBarcode(reason))) ?? null;
}
