import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { stageAfter, type FirstDriveFacts, type FirstDriveStage } from '../../core/flow/first-drive';

interface FirstDriveState {
  readonly open: boolean;
  /** Somebody closed it: it opens by itself no more while the app runs. */
  readonly closed: boolean;
  readonly stage: FirstDriveStage;
  /** Of the practice machine. */
  readonly number: number;
}

export const firstDriveStore = createStore<FirstDriveState>(() => ({
  open: false,
  closed: false,
  stage: 'writing',
  number: 1,
}));

export function useFirstDrive<T>(selector: (state: FirstDriveState) => T): T {
  return useStore(firstDriveStore, selector);
}

/** Opens the card at its beginning, with a machine that was not used yet. */
export function openFirstDrive(number: number): void {
  firstDriveStore.setState({ open: true, stage: 'writing', number });
}

export function closeFirstDrive(): void {
  firstDriveStore.setState({ open: false, closed: true });
}

/** Checks off what was done. */
export function advanceFirstDrive(facts: FirstDriveFacts): void {
  firstDriveStore.setState(({ stage }) => ({ stage: stageAfter(stage, facts) }));
}
