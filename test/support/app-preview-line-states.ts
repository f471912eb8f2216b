import type { AppState } from '../../core/contract/app';
import type { ScanOutcome } from '../../core/scan/scan-outcome';
import {
  emptyState,
  machineOf,
  numbers,
  pairsOf,
  ready,
  result,
  someDrive,
  someJob,
  withDrives,
  writeFailed,
} from './app-samples';
import { benchOfMachines, machineDisk } from './app-preview-machines-states';
import type { Preview } from './app-preview-states';

/** States of line mode, at the sizes of window that are asked for. */

function inLine(state: AppState): AppState {
  return { ...state, settings: { ...state.settings, desk: { ...state.settings.desk, benchView: 'line' } } };
}

const bays = withDrives(
  { ...ready, batch: { ...ready.batch, workOrder: 'WO-2026/118' } },
  numbers(24).map((number) => someDrive(number)),
);

const scanOf = (text: string, outcome: ScanOutcome): AppState['pairing']['lastScan'] => ({
  ...{ number: 9, text, screen: 'bench', outcome, holds: true },
});

const paired: AppState = inLine({
  ...bays,
  pairing: {
    ...ready.pairing,
    pairs: pairsOf(numbers(9)),
    waitingMachine: machineOf(10),
    obstacles: [],
    lastScan: scanOf(machineOf(10), {
      ...{ result: 'accepted', kind: 'machine', effect: 'machine-waiting' },
      ...{ machineSerial: machineOf(10), bay: null },
    }),
  },
});

const refused: AppState = {
  ...paired,
  pairing: {
    ...paired.pairing,
    lastScan: scanOf('4006381333931', {
      ...{ result: 'refused', kind: 'ean', reason: 'wrong-kind', expected: 'bay', detail: null },
    }),
  },
};

const armed: AppState = {
  ...paired,
  pairing: {
    ...paired.pairing,
    ...{ waitingMachine: null, armed: true, lastScan: null },
    pairs: pairsOf(numbers(24)).map((pair, index) =>
      index === 4 ? { ...pair, holdsMachine: machineOf(40) } : pair,
    ),
  },
};

const running: AppState = inLine({
  ...bays,
  jobs: numbers(24).map((number) =>
    someJob(number, { state: 'writing', bytesDone: number * 8e8, bytesTotal: 21e9 }),
  ),
});

const takeOut: AppState = inLine({
  ...bays,
  jobs: numbers(24)
    .slice(2)
    .map((number) =>
      number === 7 ? someJob(number, writeFailed) : someJob(number, { state: 'done', result }),
    ),
  pairing: {
    ...ready.pairing,
    takeOut: numbers(24)
      .slice(2)
      .filter((number) => number !== 7)
      .map((number) => ({
        driveId: someDrive(number).id,
        bay: `bay ${number}`,
        machineSerial: machineOf(number),
      })),
    takenOut: [machineOf(1), machineOf(2)],
  },
});

const wrongOrder: AppState = {
  ...takeOut,
  pairing: {
    ...takeOut.pairing,
    lastScan: scanOf(machineOf(5), {
      ...{ result: 'refused', kind: 'machine', reason: 'take-out-order', expected: 'taken-out' },
      detail: `bay 3\n${machineOf(3)}\nbay 5`,
    }),
  },
};

const ship: AppState = inLine({
  ...bays,
  pairing: { ...ready.pairing, takenOut: numbers(24).map(machineOf) },
});

const noticed: AppState = inLine({
  ...emptyState,
  notices: [
    {
      id: 1,
      kind: 'error',
      error: {
        ...{ code: 'tool-failed', message: 'A label was not printed.', cause: 'the printer is off' },
        remedy: 'Check the default printer. The labels of a shipment can also be printed on Ship.',
      },
    },
  ],
});

/** A rack beside nothing: six machines, of which one is not connected. */
const rackBench = inLine(benchOfMachines(6));
const rackMachines: AppState = {
  ...rackBench,
  rack: {
    ...rackBench.rack,
    machines: rackBench.rack.machines.map((machine, at) =>
      at === 5 ? { ...machine, connected: false } : machine,
    ),
  },
};
const rackArmed: AppState = {
  ...rackMachines,
  pairing: {
    ...ready.pairing,
    ...{ armed: true, obstacles: [] },
    pairs: numbers(5).map((number) => ({
      ...{ machineSerial: machineOf(number), driveId: machineDisk(number).id, bay: machineOf(number) },
    })),
  },
  startPlan: { ...ready.startPlan, atEnd: { does: 'off', ordered: false } },
};
const rackRefused: AppState = {
  ...rackArmed,
  startPlan: {
    ...rackArmed.startPlan,
    refusals: [
      {
        code: 'computer-name-invalid',
        message: `A computer name cannot be used: the name of machine ${machineOf(2)} has 20 characters, and Windows takes 15.`,
        cause: null,
        remedy: 'No drive was touched. Ask the enterprise for a work order with another name.',
      },
    ],
  },
};
const rackEnd: AppState = {
  ...rackMachines,
  jobs: numbers(5).map((number) => ({
    ...someJob(number, { state: 'done', result }),
    ...{ driveId: machineDisk(number).id, bay: machineOf(number) },
  })),
  pairing: {
    ...ready.pairing,
    takeOut: numbers(5).map((number) => ({
      ...{ driveId: machineDisk(number).id, bay: machineOf(number), machineSerial: machineOf(number) },
    })),
  },
};

const small = { width: 1024, height: 700 };
const large = { width: 1920, height: 1080 };

export const linePreviews: Readonly<Record<string, Preview>> = {
  'line-paired': { state: paired, size: small },
  'line-paired-large': { state: paired, size: large },
  'line-refused': { state: refused, size: small },
  'line-armed': { state: armed, size: small },
  'line-armed-large': { state: armed, size: large },
  'line-running': { state: running, size: small },
  'line-running-large': { state: running, size: large },
  'line-take-out': { state: takeOut, size: small },
  'line-take-out-large': { state: takeOut, size: large },
  'line-wrong-order': { state: wrongOrder, size: small },
  'line-ship': { state: ship, size: large },
  'line-machines-armed': { state: rackArmed, size: small },
  'line-machines-refused': { state: rackRefused, size: small },
  'line-machines-end': { state: rackEnd, size: small },
  'line-notice': { state: noticed, size: small },
};
