/**
 * Does two things, beside each other or one after the other. What fails is the same either way: the first one before the second.
 * @throws what the first throws, after the second was stopped; otherwise what the second throws
 */
export async function inTurnOrBeside<First, Second>(
  first: () => Promise<First>,
  second: (signal: AbortSignal) => Promise<Second>,
  { beside, signal }: { readonly beside: boolean; readonly signal: AbortSignal | undefined },
): Promise<[First, Second]> {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  if (!beside) return [await first(), await second(either)];
  const later = second(either);
  later.catch(() => undefined);
  try {
    return [await first(), await later];
  } catch (error) {
    stop.abort();
    await later.catch(() => undefined);
    throw error;
  }
}
