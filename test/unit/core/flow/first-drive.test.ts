import { describe, expect, it } from 'vitest';
import {
  firstDriveStatuses,
  firstDriveSteps,
  opensFirstDrive,
  practiceNumber,
  stageAfter,
  type FirstDriveStage,
} from '../../../../core/flow/first-drive';
import { flowOf, type FlowFacts } from '../../../../core/flow/flow';

const noJobs = { running: 0, testing: 0, passed: 0, failed: 0, bootFailed: 0, stopped: 0 };
const fresh: FlowFacts = {
  operatorKnown: false,
  media: 'none',
  mode: 'pair',
  machineWaits: false,
  pairs: 0,
  armed: false,
  starting: false,
  freeBays: 8,
  jobs: noJobs,
  order: null,
};

/** The step that the card is at. */
function currentOf(stage: FirstDriveStage, facts: FlowFacts): string[] {
  const statuses = firstDriveStatuses(stage, flowOf(facts));
  return firstDriveSteps.filter((step) => statuses[step] === 'current');
}

describe('the steps of a first drive', () => {
  const known = { ...fresh, operatorKnown: true };
  const proved: FlowFacts = { ...known, media: 'proved' };
  it.each<[string, FirstDriveStage, FlowFacts]>([
    ['operator', 'writing', fresh],
    ['media', 'writing', known],
    ['media', 'writing', { ...known, media: 'waiting-for-hash' }],
    ['pair', 'writing', proved],
    ['pair', 'writing', { ...proved, machineWaits: true }],
    ['start', 'writing', { ...proved, pairs: 1 }],
    ['start', 'writing', { ...proved, pairs: 1, armed: true }],
    ['running', 'writing', { ...proved, jobs: { ...noJobs, running: 1 } }],
    // Not past it: it has to be written again.
    ['running', 'writing', { ...proved, jobs: { ...noJobs, failed: 1 } }],
    ['clear', 'passed', { ...proved, jobs: { ...noJobs, passed: 1 } }],
    ['ship', 'cleared', proved],
  ])('is %s alone in the stage %s', (step, stage, facts) => {
    expect(currentOf(stage, facts)).toEqual([step]);
  });

  it('has nothing left once it is shipped', () => {
    expect(Object.values(firstDriveStatuses('shipped', flowOf(proved)))).toEqual(
      firstDriveSteps.map(() => 'done'),
    );
  });
});

describe('stageAfter', () => {
  it('goes from PASS over CLEAR to the shipment, and never back', () => {
    const facts = { passed: 0, shipped: false };
    expect(stageAfter('writing', facts)).toBe('writing');
    // A shipment of before is none of this drive.
    expect(stageAfter('writing', { passed: 0, shipped: true })).toBe('writing');
    expect(stageAfter('writing', { passed: 1, shipped: false })).toBe('passed');
    expect(stageAfter('passed', { passed: 1, shipped: false })).toBe('passed');
    expect(stageAfter('passed', facts)).toBe('cleared');
    expect(stageAfter('cleared', { passed: 1, shipped: false })).toBe('cleared');
    expect(stageAfter('cleared', { passed: 0, shipped: true })).toBe('shipped');
    expect(stageAfter('shipped', facts)).toBe('shipped');
  });
});

describe('opensFirstDrive', () => {
  it('opens on training drives alone, where nothing was finished, and stays closed', () => {
    expect(opensFirstDrive({ training: true, finished: 0, closed: false })).toBe(true);
    expect(opensFirstDrive({ training: false, finished: 0, closed: false })).toBe(false);
    expect(opensFirstDrive({ training: true, finished: 1, closed: false })).toBe(false);
    expect(opensFirstDrive({ training: true, finished: 0, closed: true })).toBe(false);
  });

  it('names a practice machine that was not used', () => {
    expect(practiceNumber({ waiting: [], held: [], shipments: [] })).toBe(1);
    // Two may have gone in one shipment.
    expect(practiceNumber({ waiting: [{}], held: [{}], shipments: [{ machines: 2 }] })).toBe(5);
  });
});
