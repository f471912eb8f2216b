/** Names and paths that Windows can hold. */

const devices =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(?:\s*\..*)?$/i;

/**
 * Why Windows cannot have a file of this name. Source: Microsoft, "Naming Files, Paths, and Namespaces".
 * @returns null when it can
 */
export function windowsNameProblem(name: string): string | null {
  const forbidden = /[<>:"/\\|?*\p{Cc}]/u.exec(name)?.[0];
  if (forbidden !== undefined) {
    return `holds ${JSON.stringify(forbidden)}, which no file of Windows can have in its name`;
  }
  if (/[ .]$/.test(name)) return 'ends with a blank or a dot, which Windows takes away';
  if (devices.test(name)) return 'is the name of a device of Windows';
  if (name.length > 255) return 'is longer than 255 characters';
  return name === '' ? 'is empty' : null;
}

/** Why this is no absolute path of a file of Windows: `C:\…` or `\\server\share\…`. @returns null when it is one */
export function windowsPathProblem(path: string): string | null {
  const share = /^\\\\([^\\/]+)\\([^\\/]+)\\(.+)$/.exec(path);
  const drive = /^[A-Za-z]:\\(.+)$/.exec(path);
  if (share === null && drive === null) {
    return 'must be a whole path of Windows: C:\\… or \\\\server\\share\\…';
  }
  if (/^\\\\[.?]\\/.test(path)) return 'must be a path without \\\\.\\ or \\\\?\\';
  const names = [...(share === null ? [drive?.[1] ?? ''] : share.slice(1))].join('\\').split('\\');
  for (const name of names) {
    const problem = windowsNameProblem(name);
    if (problem !== null) return `has the part '${name}', which ${problem}`;
  }
  return null;
}
