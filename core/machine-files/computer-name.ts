/**
 * What Windows takes as a computer name. Source: Microsoft, "Naming conventions in Active Directory for computers, domains, sites,
 * and OUs"; unattend, Microsoft-Windows-Shell-Setup, ComputerName. A name is never cut.
 */

const longest = 15;

/** @returns what is wrong with the name, as the end of "the name …", or null */
export function computerNameProblem(name: string): string | null {
  if (name === '') return 'is empty';
  if (name.length > longest) return `has ${name.length} characters, and Windows takes ${longest}`;
  if (!/^[A-Za-z0-9-]+$/.test(name)) return 'holds other characters than letters, digits and hyphens';
  if (name.startsWith('-') || name.endsWith('-')) return 'begins or ends with a hyphen';
  return /^[0-9]+$/.test(name) ? 'has digits only' : null;
}

/** Two machines with one name; Windows does not tell upper from lower case. @returns null when there are none */
export function sharedName(
  machines: readonly { readonly serial: string; readonly computerName?: string | undefined }[],
): { readonly name: string; readonly serials: readonly [string, string] } | null {
  const first = new Map<string, string>();
  for (const { serial, computerName } of machines) {
    if (computerName === undefined) continue;
    const folded = computerName.toUpperCase();
    const other = first.get(folded);
    if (other !== undefined && other !== serial) return { name: computerName, serials: [other, serial] };
    first.set(folded, serial);
  }
  return null;
}
