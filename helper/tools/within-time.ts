/** Ends a wait for work that has no timeout of its own. */

/**
 * What the work gives, when it comes in time. What comes later is of no interest, an error neither.
 * @param late what is thrown when it does not come
 * @throws what the work throws, or what `late` makes
 */
export async function withinTime<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, milliseconds);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
