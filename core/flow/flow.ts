import type { MediaState } from '../media/media-state';
import type { Expectation } from '../scan/scan-outcome';
import { retryable, type JobCounts } from './job-outcome';

/**
 * The way from a badge to a shipment as one state machine: from the facts of the bench, the step it is at and the one thing to do
 * next. What bar, steps and buttons show and what a refusal says was expected all come from here. Pure.
 */

/**
 * What the next scan of a bay does. `pair`: the machine that waits gets it. `fill`: none is scanned, each machine takes the next free
 * one.
 */
export const benchModes = ['pair', 'fill', 'cancel', 'retry', 'clear'] as const;
export type BenchMode = (typeof benchModes)[number];

/** What has to be known to say what is next. */
export interface FlowFacts {
  readonly operatorKnown: boolean;
  readonly media: MediaState['status'];
  readonly mode: BenchMode;
  readonly machineWaits: boolean;
  readonly pairs: number;
  /** The list of what will be erased is shown. */
  readonly armed: boolean;
  /** The start was confirmed, and the drives are not held yet. */
  readonly starting: boolean;
  /** Bays whose drive could be paired now. */
  readonly freeBays: number;
  /** Machines of a rack that could be paired now, each with a disk of its own. Left out: none. */
  readonly freeInRack?: number;
  /** Those of the machine that waits. Left out: none. */
  readonly ownDisks?: number;
  readonly jobs: JobCounts;
  /** The open order, when it has a list; null: none has. */
  readonly order: OrderLeft | null;
  /**
   * Drives that passed, were taken out and are in no shipment: in line mode those that their machines confirmed, else those whose
   * cards went since the last start. Left out: none.
   */
  readonly takenOut?: number;
  /** Line mode, in which a rack is shipped before the next one is filled. */
  readonly line?: boolean;
}

/** What is left of an order. */
export interface OrderLeft {
  /** Machines that keep it from being closed. */
  readonly open: number;
  /** Machines that have a finished drive and are in no shipment. */
  readonly toShip: number;
}

/** The one thing to do next. */
export const nextActions = [
  'confirm-start',
  'wait-for-start',
  'bay-to-cancel',
  'bay-to-retry',
  'bay-to-clear',
  'bay',
  /** No bay has a drive that could be paired. */
  'insert-drive',
  'operator',
  'media',
  'media-hash',
  'wait-for-media',
  'machine',
  'machine-or-start',
  /** The next machine takes the next free bay. */
  'machine-to-fill',
  'start',
  /** Drives are at work, and no bay is free. */
  'running',
  /** Drives are at work; the next machines may be scanned meanwhile. */
  'running-or-machine',
  /** Finished drives are started in a virtual machine: they stay where they are. */
  'boot-test',
  'take-out',
  /** Try those again that failed or were stopped, or take their cards off. */
  'failed',
  /** None of those that failed can be tried again. */
  'clear-failed',
  'ship',
  'close-order',
] as const;
export type NextAction = (typeof nextActions)[number];

export const flowSteps = ['operator', 'media', 'pair', 'start', 'running', 'take-out'] as const;
export type FlowStep = (typeof flowSteps)[number];
export type StepStatus = 'done' | 'current' | 'open';

/** Buttons of the bench that can be pressed, as far as the flow decides it. */
export interface EnabledActs {
  readonly start: boolean;
  readonly clearPassed: boolean;
  readonly cancelAll: boolean;
}

export interface Flow {
  readonly next: NextAction;
  readonly step: FlowStep;
  readonly steps: Readonly<Record<FlowStep, StepStatus>>;
  readonly enabled: EnabledActs;
  /** A machine that is scanned would wait for its bay, whatever else is missing. */
  readonly takesMachine: boolean;
}

/** Where the bench is. */
export function flowOf(facts: FlowFacts): Flow {
  const next = nextOf(facts);
  const step = stepOf[next];
  const { armed, starting, machineWaits, mode, freeBays } = facts;
  const full = mode === 'fill' && freeBays === 0;
  const takesMachine = !armed && !starting && !machineWaits && !full && modeAsks(facts) === null;
  return { next, step, steps: statusesOf(facts, step), enabled: enabledOf(facts), takesMachine };
}

function nextOf(facts: FlowFacts): NextAction {
  const { armed, starting, machineWaits, pairs, freeBays, ownDisks = 0, jobs } = facts;
  // Confirmed outranks the list, which stays on the screen until the drives are held.
  if (starting) return 'wait-for-start';
  if (armed) return 'confirm-start';
  const asked = modeAsks(facts);
  if (asked !== null) return asked;
  if (machineWaits) return freeBays > 0 || ownDisks > 0 ? 'bay' : 'insert-drive';
  if (facts.mode === 'fill' && freeBays > 0 && !isOrderDone(facts)) return 'machine-to-fill';
  if (pairs > 0) return missing(facts) ?? (takesMore(facts) ? 'machine-or-start' : 'start');
  if (jobs.running > 0) return takesMore(facts) ? 'running-or-machine' : 'running';
  if (jobs.testing > 0) return 'boot-test';
  if (jobs.passed > 0) return 'take-out';
  if (retryable(jobs) > 0) return 'failed';
  if (jobs.failed > 0) return 'clear-failed';
  return onEmptyBench(facts);
}

/** Which bay is meant; null where there is none that it could be. */
function modeAsks({ mode, jobs }: FlowFacts): NextAction | null {
  const ended = jobs.failed + jobs.stopped + jobs.passed;
  if (mode === 'cancel' && jobs.running > 0) return 'bay-to-cancel';
  if (mode === 'retry' && retryable(jobs) > 0) return 'bay-to-retry';
  if (mode === 'clear' && ended > 0) return 'bay-to-clear';
  return null;
}

/** What is missing for a start, in the order in which it is put right. */
function missing({ operatorKnown, media }: FlowFacts): NextAction | null {
  if (!operatorKnown) return 'operator';
  switch (media) {
    case 'none':
    case 'refused':
      return 'media';
    case 'waiting-for-hash':
      return 'media-hash';
    case 'inspecting':
    case 'hashing':
      return 'wait-for-media';
    case 'proved':
      return null;
  }
}

function onEmptyBench(facts: FlowFacts): NextAction {
  const { operatorKnown, freeBays, freeInRack = 0, order, takenOut = 0, line = false } = facts;
  if (!operatorKnown) return 'operator';
  // No machine of it would be taken any more.
  if (order !== null && isOrderDone(facts)) return order.toShip > 0 ? 'ship' : 'close-order';
  // The other machines of an order with a list come first: it is shipped when all are finished.
  if (takenOut > 0 && (order === null || (line && freeBays === 0))) return 'ship';
  return missing(facts) ?? (freeBays + freeInRack > 0 ? 'machine' : 'insert-drive');
}

/** Another machine would be taken, and find a drive. */
function takesMore(facts: FlowFacts): boolean {
  const { freeBays, freeInRack = 0 } = facts;
  return freeBays + freeInRack > 0 && !isOrderDone(facts);
}

function isOrderDone({ order }: FlowFacts): boolean {
  return order?.open === 0;
}

/** The step that each action belongs to. */
const stepOf: Readonly<Record<NextAction, FlowStep>> = {
  operator: 'operator',
  media: 'media',
  'media-hash': 'media',
  'wait-for-media': 'media',
  machine: 'pair',
  bay: 'pair',
  'machine-to-fill': 'pair',
  'insert-drive': 'pair',
  // It can start; more pairs are a choice.
  'machine-or-start': 'start',
  start: 'start',
  'confirm-start': 'start',
  'wait-for-start': 'start',
  running: 'running',
  'boot-test': 'running',
  'running-or-machine': 'running',
  'bay-to-cancel': 'running',
  'bay-to-retry': 'take-out',
  'bay-to-clear': 'take-out',
  'take-out': 'take-out',
  failed: 'take-out',
  'clear-failed': 'take-out',
  ship: 'take-out',
  'close-order': 'take-out',
};

function statusesOf(facts: FlowFacts, step: FlowStep): Flow['steps'] {
  const at = flowSteps.indexOf(step);
  const past = (other: FlowStep): boolean => at > flowSteps.indexOf(other);
  const done: Readonly<Record<FlowStep, boolean>> = {
    operator: facts.operatorKnown,
    media: facts.media === 'proved',
    pair: facts.pairs > 0 || past('start'),
    start: past('start'),
    running: past('running'),
    'take-out': false,
  };
  const status = (one: FlowStep): StepStatus => (one === step ? 'current' : done[one] ? 'done' : 'open');
  return {
    operator: status('operator'),
    media: status('media'),
    pair: status('pair'),
    start: status('start'),
    running: status('running'),
    'take-out': status('take-out'),
  };
}

function enabledOf(facts: FlowFacts): EnabledActs {
  const { armed, starting, mode, machineWaits, pairs, jobs } = facts;
  const still = !armed && !starting;
  return {
    start:
      still && (mode === 'pair' || mode === 'fill') && !machineWaits && pairs > 0 && missing(facts) === null,
    clearPassed: still && (mode === 'pair' || mode === 'fill') && jobs.passed > 0,
    cancelAll: jobs.running > 0,
  };
}

/**
 * What a refusal says was waited for. Operator and media do not keep a machine from being scanned, but they come first.
 * @param line in line mode each drive that passed is taken out by its machine
 */
export function expectationOf(next: NextAction, line = false): Expectation {
  switch (next) {
    case 'confirm-start':
    case 'start':
      return 'start';
    case 'wait-for-start':
    case 'running':
    case 'boot-test':
      return 'wait';
    case 'bay-to-cancel':
    case 'bay-to-retry':
    case 'bay-to-clear':
    case 'bay':
    case 'operator':
    case 'media':
    case 'media-hash':
    case 'ship':
    case 'close-order':
      return next;
    case 'insert-drive':
      return 'drive';
    case 'machine':
    case 'machine-or-start':
    case 'machine-to-fill':
    case 'running-or-machine':
      return 'machine';
    case 'wait-for-media':
      return 'wait';
    case 'take-out':
      return line ? 'taken-out' : 'clear';
    case 'clear-failed':
      return 'clear';
    case 'failed':
      return 'retry-or-clear';
  }
}
