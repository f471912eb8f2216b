import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { AppJob } from '../../core/contract/app-bench';
import { formatRate } from '../../core/base/display';
import { advanceRate, type Rate } from './rates';

interface Rates {
  /** By the drive's id. */
  readonly rates: ReadonlyMap<string, Rate>;
}

/** The rate of each drive that moves bytes. */
export const ratesStore = createStore<Rates>(() => ({ rates: new Map() }));

/** Takes the jobs' new byte counts into account. */
export function recordRates(jobs: readonly AppJob[], now: number): void {
  const before = ratesStore.getState().rates;
  const rates = new Map<string, Rate>();
  let changed = false;
  for (const { driveId, state } of jobs) {
    const old = before.get(driveId) ?? null;
    const rate = advanceRate(old, state, now);
    if (rate !== old) changed = true;
    if (rate !== null) rates.set(driveId, rate);
  }
  if (changed || rates.size !== before.size) ratesStore.setState({ rates });
}

/** How fast one drive is; null while it moves no bytes. */
export function rateOf({ rates }: Rates, driveId: string | null): Rate | null {
  return rates.get(driveId ?? '') ?? null;
}

export function useRate(driveId: string): Rate | null {
  return useStore(ratesStore, (state) => rateOf(state, driveId));
}

/** The words for a rate; empty while it cannot be told yet. */
export function rateWords(rate: Rate | null): string {
  return rate === null || rate.bytesPerSecond === null ? '' : formatRate(rate.bytesPerSecond);
}
