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

/**
 * Two machines with one name, for each machine that has the name of one before it; Windows does not tell upper from lower case.
 * One machine may be named several times.
 */
export function sharedNames(
  machines: readonly { readonly serial: string; readonly computerName?: string | undefined }[],
): { readonly name: string; readonly serials: readonly [string, string] }[] {
  const first = new Map<string, string>();
  const told = new Set<string>();
  return machines.flatMap(({ serial, computerName }) => {
    if (computerName === undefined) return [];
    const folded = computerName.toUpperCase();
    const other = first.get(folded);
    if (other === undefined) first.set(folded, serial);
    if (other === undefined || other === serial || told.has(`${serial} ${folded}`)) return [];
    told.add(`${serial} ${folded}`);
    return [{ name: computerName, serials: [other, serial] as const }];
  });
}
