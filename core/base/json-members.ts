/** What JSON.parse does not say: where members stand, and which of them an object has twice. */

export interface JsonMembers {
  /** Path such as `machines.3.serial` → line of the text, from 1 on. The outermost value has the path ''. */
  readonly lines: ReadonlyMap<string, number>;
  /** Paths of members that an object has twice, as they are written the second time: JSON.parse keeps the last and says nothing. */
  readonly repeated: readonly string[];
}

const tokenForm = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+|\n/g;

/**
 * Where the members of a text stand.
 * @param text JSON.parse takes it
 * @param fold names that differ in case only are one, as PowerShell has it
 */
export function jsonMembers(text: string, fold = false): JsonMembers {
  const lines = new Map<string, number>();
  const seen = new Set<string>();
  const repeated: string[] = [];
  /** The objects and lists that are open; of a list `next` counts its members. */
  const open: { readonly path: string; readonly key: string; next: number | null }[] = [];
  let line = 1;
  let pending = { path: '', key: '' };
  /** A member's name was read, and its value comes. */
  let named = false;
  const begin = (): { readonly path: string; readonly key: string } => {
    const above = open.at(-1);
    if (above === undefined) return { path: '', key: '' };
    named = false;
    if (above.next === null) return pending;
    const path = join(above.path, String(above.next));
    const key = JSON.stringify([above.key, above.next]);
    lines.set(path, line);
    above.next += 1;
    return { path, key };
  };
  for (const token of text.match(tokenForm) ?? []) {
    if (token === '\n') line += 1;
    else if (token === '{' || token === '[') {
      const place = begin();
      if (open.length === 0) lines.set('', line);
      open.push({ ...place, next: token === '[' ? 0 : null });
    } else if (token === '}' || token === ']') open.pop();
    else if (token !== ',' && token !== ':') {
      const above = open.at(-1);
      if (above?.next === null && !named) {
        const name = String(JSON.parse(token));
        // A name may hold a dot, so that two paths look alike: the key does not.
        const key = JSON.stringify([above.key, 'member', fold ? name.toLowerCase() : name]);
        pending = { path: join(above.path, name), key };
        named = true;
        if (seen.has(key)) repeated.push(pending.path);
        seen.add(key);
        lines.set(pending.path, line);
      } else begin();
    }
  }
  return { lines, repeated };
}

function join(path: string, member: string): string {
  return path === '' ? member : `${path}.${member}`;
}
