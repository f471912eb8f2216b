import { describe, expect, it } from 'vitest';
import { idInMachine } from '../../../core/drive/drive';
import { nextActions } from '../../../core/flow/flow';
import { refusals, scanKinds, type ScanOutcome } from '../../../core/scan/scan-outcome';
import { en } from '../../../renderer/text';
import { emptyState } from '../../support/app-samples';

type Accepted = Extract<ScanOutcome, { result: 'accepted' }>;

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

describe('machines of a rack at the end', () => {
  const inMachine = (serial: string) => ({
    driveId: idInMachine(`disk-${serial}`, '0123456789ab'),
    ...{ bay: serial, machineSerial: serial },
  });
  const onBench = { driveId: 'd1', bay: '7', machineSerial: 'PC-7' };
  const jobs = { running: 0, testing: 0, passed: 2, failed: 0, bootFailed: 0, stopped: 0 };
  const words = (...takeOut: (typeof onBench)[]): readonly [string | undefined, string] => {
    const pairing = { ...emptyState.pairing, takeOut };
    const more = { wanted: null, ordered: false };
    return [
      en.line.lineWords('take-out', { ...more, pairing, jobs, hashed: null })?.next,
      en.flow.nextWords('take-out', pairing, { ...more, onShip: false }).next,
    ];
  };

  it('are not taken out of anything', () => {
    expect(words(inMachine('5CD1'), inMachine('5CD2'))).toEqual([
      'Scan each machine that passed',
      'Scan CLEAR: these machines are finished',
    ]);
    expect(words(onBench, inMachine('5CD1'))).toEqual([
      'Take out bay 7',
      'Take out the PASS drives of the bays, then scan CLEAR',
    ]);
    expect(words(onBench)[1]).toBe('Take out the PASS drives, then scan CLEAR');
  });

  it('are called machines, not bays, in what is said of a scan', () => {
    const said = (effect: Accepted['effect'], bay: string, count = 2): string =>
      en.bench.accepted({
        ...{ result: 'accepted', kind: 'machine', effect, machineSerial: '5CD1', bay, count },
      });
    expect(said('paired', '5CD1')).toBe('Machine 5CD1 is paired with its own disk');
    expect(said('paired', '7')).toBe('Bay 7 is for machine 5CD1');
    expect(said('taken-out', '5CD1')).toBe('Machine 5CD1 is confirmed, 2 left');
    expect(said('taken-out', '7', 0)).toBe('Bay 7 is out. That was the last');
    expect(said('job-cancelled', '5CD1 disk 2')).toBe('Cancelling machine 5CD1 disk 2');
  });

  it('say before START what they will do', () => {
    expect(en.line.confirmHint(0, 'off', 'Or CANCEL.')).toBe(
      'Everything on these drives will be erased. At the end machines switch off. Or CANCEL.',
    );
    expect(en.line.confirmHint(0, null, 'Or CANCEL.')).not.toContain('At the end');
  });
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
