/**
 * One CSV cell (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe before it
 * (OWASP, "CSV Injection"): serials and models come from firmware. Everything else, leading zeros too,
 * stays as it is.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const guarded = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One CSV line with its CRLF. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}
