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
  let known: ReadonlyMap<string | number, unknown> | null = null;
  const members = after.map((member, index) => {
    const key = keyOf(member);
    const there = before[index];
    // Nearly always each is where it was.
    if (key === null || keyOf(there) === key) return stored(there, member);
    known ??= new Map(before.flatMap((one) => [[keyOf(one) ?? '', one]]));
    return stored(known.get(key), member);
  });
  const same =
    members.length === before.length && members.every((member, index) => Object.is(member, before[index]));
  return same ? before : members;
}

function keepInObject(before: Readonly<Record<string, unknown>>, after: Record<string, unknown>): object {
  const names = Object.keys(after);
  let same = names.length === Object.keys(before).length;
  for (const name of names) {
    const isOld = Object.hasOwn(before, name);
    const value = stored(isOld ? before[name] : null, after[name]);
    // In place: to make all jobs of two hundred machines anew would take longer than to read them.
    if (!Object.is(value, after[name])) after[name] = value;
    same &&= isOld && Object.is(value, before[name]);
  }
  return same ? before : after;
}

/**
 * `after`, with every part that equals the same part of `before` replaced by that very object. StatePublisher arrive
 * as fresh copies; with this a card whose job did not change sees the same job and is not drawn again. For
 * plain data only, and `after` for this only: its parts are replaced in place.
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
  return oldList === null && newList === null
    ? keepInObject(before as Record<string, unknown>, after as Record<string, unknown>)
    : after;
}
