import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** The label that is on paper in a moment; null: none. */
export interface DriveLabel {
  readonly machineSerial: string;
  readonly bay: string;
  readonly orderNumber: string;
  readonly stationName: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

export const lineStore = createStore<{ readonly label: DriveLabel | null }>(() => ({ label: null }));

export function useLine<T>(selector: (state: { readonly label: DriveLabel | null }) => T): T {
  return useStore(lineStore, selector);
}
