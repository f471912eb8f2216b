/** What members of a list are known by, so that one that is taken out does not make all others look new. */
function keyOf(value: unknown): string | number | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const name of ['driveId', 'id', 'label', 'serial'] as const) {
    const key: unknown = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof key === 'string' || typeof key === 'number') return key;
  }
  return null;
}

/** Array.isArray makes any of unknown. */
function isList(value: object): value is readonly unknown[] {
  return Array.isArray(value);
}

function keepInList(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  const known = new Map<string | number, unknown>();
  for (const member of before) {
    const key = keyOf(member);
    if (key !== null) known.set(key, member);
  }
  const members = after.map((member, index) => {
    const key = keyOf(member);
    return stored(key === null ? before[index] : known.get(key), member);
  });
  const same =
    members.length === before.length && members.every((member, index) => Object.is(member, before[index]));
  return same ? before : members;
}

function keepInObject(before: object, after: object): object {
  const old = new Map<string, unknown>(Object.entries(before));
  const members = Object.entries(after).map(
    ([name, value]: [string, unknown]) => [name, stored(old.get(name), value)] as const,
  );
  const same =
    members.length === old.size &&
    members.every(([name, value]) => old.has(name) && Object.is(old.get(name), value));
  return same ? before : Object.fromEntries(members);
}

/**
 * `after`, with every part that equals the same part of `before` replaced by that very object. StatePublisher arrive
 * as fresh copies; with this a card whose job did not change sees the same job and is not drawn again. For
 * plain data only.
 */
export function keepReferences<T>(before: unknown, after: T): T {
  return stored(before, after) as T;
}

function stored(before: unknown, after: unknown): unknown {
  // What a patch did not carry is the very same, and is not walked through.
  if (Object.is(before, after)) return before;
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) {
    return after;
  }
  const oldList = isList(before) ? before : null;
  const newList = isList(after) ? after : null;
  if (oldList !== null && newList !== null) return keepInList(oldList, newList);
  return oldList === null && newList === null ? keepInObject(before, after) : after;
}
