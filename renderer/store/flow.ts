import type { AppState } from '../../core/contract/app';
import { flowOf, type Flow, type FlowFacts } from '../../core/flow/flow';
import { bootOutcome, cardOutcome, countOutcomes, type BootOutcome } from '../../core/flow/job-outcome';
import { isToldOn } from '../../core/flow/screen-scan';
import type { PairingState } from '../../core/pairing/pairing-state';
import { useApp, useAppShallow } from './app-store';
import { useView, type Screen } from './view-store';

/** The flow of the bench (core/flow), from what the station told. */

type Told = Pick<AppState, 'batch' | 'media' | 'pairing' | 'jobs' | 'rehearsals' | 'order' | 'settings'>;

export function flowFactsOf({ batch, media, pairing, jobs, rehearsals, order, settings }: Told): FlowFacts {
  const { mode, waitingMachine, pairs, armed, starting, freeBays, inRack, takenOut } = pairing;
  const bootOf = (driveId: string): BootOutcome =>
    bootOutcome(rehearsals.find((bootTest) => bootTest.driveId === driveId));
  return {
    operatorKnown: batch.operator.trim() !== '',
    media: media.status,
    ...{ mode, machineWaits: waitingMachine !== null, pairs: pairs.length, armed, starting, freeBays },
    ...(inRack === undefined ? {} : { freeInRack: inRack.free, ownDisks: inRack.waiting }),
    jobs: countOutcomes(jobs.map(({ driveId, state }) => cardOutcome(state, bootOf(driveId)))),
    // One whose copy is damaged tells nothing of its machines.
    order: order === null || order.error !== null ? null : { open: order.open, toShip: order.counts.done },
    takenOut: takenOut.length,
    line: settings.desk.benchView === 'line',
  };
}

/** A part of the flow that is a plain value. */
export function useFlow<Part extends string | boolean>(part: (flow: Flow) => Part): Part {
  return useApp((state) => part(flowOf(flowFactsOf(state))));
}

/** How far each step is. */
export function useSteps(): Flow['steps'] {
  return useAppShallow((state) => flowOf(flowFactsOf(state)).steps);
}

/** The latest scan while what was said of it still holds, and means something on this screen; else null. */
export function saidScan(
  { lastScan }: Pick<PairingState, 'lastScan'>,
  screen: Screen,
): PairingState['lastScan'] {
  return lastScan?.holds === true && isToldOn(screen, lastScan.screen, lastScan.outcome) ? lastScan : null;
}

export function useSaidScan(): PairingState['lastScan'] {
  const screen = useView((view) => view.screen);
  return useApp(({ pairing }) => saidScan(pairing, screen));
}
