import { expect, it } from 'vitest';
import { nextActions } from '../../../core/flow/flow';
import { refusals, scanKinds } from '../../../core/scan/scan-outcome';
import { en } from '../../../renderer/text';
import { emptyState } from '../../support/app-samples';

/** Line mode's words: one sentence and one remedy for every refusal, one next action in every state. */

it('every refusal has a sentence and a remedy', () => {
  for (const reason of refusals) {
    for (const kind of scanKinds) {
      const detail = reason === 'take-out-order' ? 'bay 3\nPC-3\nbay 5' : 'bay 3\nPC-3';
      const said = en.bench.refused({ result: 'refused', kind, reason, expected: 'machine', detail });
      const { sentence, remedy } = en.line.sentenceAndRemedy(said, 'Scan a machine');
      expect(sentence, `${reason}, ${kind}`).toMatch(/\S/);
      expect(remedy, `${reason}, ${kind}`).toMatch(/\S/);
    }
  }
});

it('says which machine was scanned and which is next', () => {
  const said = en.bench.refused({
    ...{ result: 'refused', kind: 'machine', reason: 'take-out-order', expected: 'taken-out' },
    detail: 'bay 3\nPC-3\nbay 5',
  });
  expect(said).toBe('You scanned the machine in bay 5. Bay 3 is next: machine PC-3.');
});

it('no next action of line mode asks for a mouse', () => {
  const jobs = { running: 0, testing: 0, passed: 0, failed: 1, bootFailed: 0, stopped: 0 };
  for (const action of nextActions) {
    const { pairing } = emptyState;
    for (const wanted of [null, 'Contoso']) {
      const more = { wanted, ordered: false };
      const words = en.line.lineWords(action, { ...more, pairing, jobs, hashed: null });
      const { next } = words ?? en.flow.nextWords(action, pairing, { ...more, onShip: false });
      expect(next).not.toMatch(/press|click|choose|type/i);
    }
  }
});
