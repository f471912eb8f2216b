import { describe, expect, it } from 'vitest';
import {
  addStep,
  differenceHead,
  headBytes,
  listBytes,
  mostSteps,
  readSteps,
  type Step,
} from '../../../../helper/delivery/difference';

const list = (text: string): Buffer => Buffer.from(text, 'utf8');

describe('the list of a difference', () => {
  it('is read as it was written, and nothing else is', () => {
    const steps: Step[] = [[10], [20, 5], [1, 0]];
    const head = differenceHead(steps);
    expect(listBytes(head, head.length)).toBe(head.length - headBytes);
    expect(listBytes(head, head.length - 1)).toBeNull();
    expect(readSteps(head.subarray(headBytes))).toEqual(steps);
    for (const wrong of [
      '',
      '{}',
      '[]',
      '[[]]',
      '[[0]]',
      '[[-1]]',
      '[[1,-1]]',
      '[[1,2,3]]',
      '[["1"]]',
      '[[1.5]]',
      '[1]',
    ]) {
      expect(readSteps(list(wrong)), wrong).toBeNull();
    }
    expect(listBytes(Buffer.from('PSDIFF2\n00000000', 'latin1'), 1e6)).toBeNull();
  });

  it('is bounded in bytes and in steps, before memory is taken for it', () => {
    const head = differenceHead([[1]]);
    head.writeBigUInt64LE(2n ** 40n, headBytes - 8);
    expect(listBytes(head, 1e9)).toBeNull();
    expect(() => listBytes(head, 2 ** 41)).toThrow(/too many pieces/);
    const many = list(`[${'[1],'.repeat(mostSteps)}[1]]`);
    expect(() => readSteps(many)).toThrow(/1,000,000 is the most/);
    const steps: Step[] = Array.from({ length: mostSteps }, () => [1]);
    // Another piece of the difference goes on with the last one; one of the old file does not.
    addStep(steps, [1]);
    expect(() => {
      addStep(steps, [1, 7]);
    }).toThrow(/too many pieces/);
  });
});
