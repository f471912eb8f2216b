import { expect, it } from 'vitest';
import { parseQueues } from '../../../station/labels/print-queues';

/** Recorded from `LC_ALL=C lpstat -p -d` of CUPS 2.4.2, with a queue that prints and one that was stopped. */
const recorded = `printer Labels is idle.  enabled since Sun Nov 29 05:38:46 2026
printer Stopped disabled since Sun Nov 29 05:38:46 2026 -
	reason unknown
system default destination: Labels
`;

it('reads the list of print queues', () => {
  expect(parseQueues(recorded)).toEqual([
    { name: 'Labels', state: 'idle', isDefault: true },
    { name: 'Stopped', state: 'stopped', isDefault: false },
  ]);
});

it('leaves out what lp would not take, and guesses no state', () => {
  const listed = 'printer -E is idle.\nprinter Odd does something\nno system default destination\n';
  expect(parseQueues(listed)).toEqual([{ name: 'Odd', state: 'unknown', isDefault: false }]);
});
