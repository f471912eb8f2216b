import { useEffect, useRef } from 'react';

/** A form that wants what is scanned for itself. The station is not told of it: a passphrase is no scan of the bench. */
let taker: ((text: string) => void) | null = null;

/** Whoever takes scans for itself at the moment; null: nobody does. */
export const currentTaker = (): ((text: string) => void) | null => taker;

/** Takes every scan for itself while it is shown and active. */
export function useScans(active: boolean, take: (text: string) => void): void {
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => {
    if (!active) return undefined;
    const own = (text: string): void => {
      latest.current(text);
    };
    taker = own;
    return () => {
      if (taker === own) taker = null;
    };
  }, [active]);
}
