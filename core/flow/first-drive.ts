import type { Flow, FlowStep, StepStatus } from './flow';

/**
 * The way through a first drive, as the "Start here" card leads it: the flow's own steps, and then clearing and shipping, which an
 * empty bench no longer tells. Pure.
 */

export const firstDriveSteps = ['operator', 'media', 'pair', 'start', 'running', 'clear', 'ship'] as const;
export type FirstDriveStep = (typeof firstDriveSteps)[number];

/** What was done that the bench does not show any more. */
export type FirstDriveStage = 'writing' | 'passed' | 'cleared' | 'shipped';

export interface FirstDriveFacts {
  /** Drives with PASS on the bench. */
  readonly passed: number;
  /** A shipment was closed. */
  readonly shipped: boolean;
}

/** The stage after a change. It never goes back: what was learnt stays checked off. */
export function stageAfter(stage: FirstDriveStage, { passed, shipped }: FirstDriveFacts): FirstDriveStage {
  switch (stage) {
    case 'writing':
      return passed > 0 ? 'passed' : 'writing';
    case 'passed':
      return passed > 0 ? 'passed' : 'cleared';
    case 'cleared':
      return shipped ? 'shipped' : 'cleared';
    case 'shipped':
      return 'shipped';
  }
}

/** How far each step is. While drives are written it is the flow's; a drive that failed has to be written again. */
export function firstDriveStatuses(
  stage: FirstDriveStage,
  { steps, step }: Pick<Flow, 'steps' | 'step'>,
): Readonly<Record<FirstDriveStep, StepStatus>> {
  if (stage === 'writing') {
    const ended = step === 'take-out';
    const of = (one: Exclude<FlowStep, 'take-out'>): StepStatus => steps[one];
    return {
      ...{ operator: of('operator'), media: of('media'), pair: of('pair'), start: of('start') },
      running: ended ? 'current' : of('running'),
      ...{ clear: 'open', ship: 'open' },
    };
  }
  const before = { operator: 'done', media: 'done', pair: 'done', start: 'done', running: 'done' } as const;
  return {
    ...before,
    clear: stage === 'passed' ? 'current' : 'done',
    ship: stage === 'passed' ? 'open' : stage === 'cleared' ? 'current' : 'done',
  };
}

/** Whether the card opens by itself: on training drives, where nothing was finished yet and nobody closed it. */
export function opensFirstDrive(facts: {
  readonly training: boolean;
  readonly finished: number;
  readonly closed: boolean;
}): boolean {
  return facts.training && facts.finished === 0 && !facts.closed;
}

/** Number of a practice machine that was not used yet: one more than all machines that were ever finished. */
export function practiceNumber(list: {
  readonly waiting: readonly unknown[];
  readonly held: readonly unknown[];
  readonly shipments: readonly { readonly machines: number }[];
}): number {
  const shipped = list.shipments.reduce((sum, { machines }) => sum + machines, 0);
  return 1 + list.waiting.length + list.held.length + shipped;
}
