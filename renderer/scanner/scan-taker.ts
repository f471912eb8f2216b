import { useEffect, useRef } from 'react';

/**
 * A form that wants what is scanned for itself. The station is not told of what it takes: a passphrase is no scan of the bench.
 * Returns whether it took the text: what is not for it is the station's.
 */
export type ScanTaker = (text: string) => boolean;

let taker: ScanTaker | null = null;

/** Whoever takes scans for itself at the moment; null: nobody does. */
export const currentTaker = (): ScanTaker | null => taker;

/** Takes scans for itself while it is shown and active. */
export function useScans(active: boolean, take: ScanTaker): void {
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => {
    if (!active) return undefined;
    const own: ScanTaker = (text) => latest.current(text);
    taker = own;
    return () => {
      if (taker === own) taker = null;
    };
  }, [active]);
}
