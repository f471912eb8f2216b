import { usualGap } from '../../core/scan/scanner-settings';

/** The figures by which characters are a scan or typing. All times in milliseconds. Pure. */

/** Characters that came one after the other. */
export interface Burst {
  readonly text: string;
  readonly characters: number;
  readonly began: number;
  readonly last: number;
  readonly longestGap: number;
  readonly shortestGap: number;
  /** Gaps above {@link Limits.fastGap}. */
  readonly slowGaps: number;
}

export interface Limits {
  /** Between two characters of the scanner. */
  readonly fastGap: number;
  /** It may be late once in a while: the computer is busy, or it sends Shift in between. */
  readonly tolerableGap: number;
  /** What ends a scan may come as late. */
  readonly silence: number;
  /** The average of a slow but steady scanner: no gap above {@link tolerableGap} over {@link minWhenSteady} characters. */
  readonly steadyAverage: number;
  /** The scanner was checked and is slow: as slow as people who type fast. */
  readonly slow: boolean;
}

const minCharacters = 4;
const minWhenSteady = 8;
/** A burst that ended in silence must be clearer, for a person also just stops typing. */
const minWithoutEnd = 6;
const fastAverage = 20;
/** The label of a bay may be as short as `A1`. Then everything, its Enter too, must come at machine speed. */
const minWhenShort = 2;
const shortGap = 20;
/** The end of a burst that nobody could have typed may be as late: the computer was busy. */
const lateEnd = 400;

/** @param gapMs what the scanner check found, in milliseconds; {@link usualGap} for a scanner that was not checked */
export function limitsOf(gapMs: number): Limits {
  const slow = gapMs > usualGap;
  const fastGap = slow ? gapMs * 1.3 : usualGap;
  return {
    fastGap,
    tolerableGap: Math.max(60, slow ? gapMs * 2 : 0),
    silence: Math.max(100, slow ? gapMs * 2.5 : 0),
    steadyAverage: Math.max(50, fastGap),
    slow,
  };
}

export function firstOf(text: string, time: number): Burst {
  return {
    text,
    characters: 1,
    began: time,
    last: time,
    longestGap: 0,
    shortestGap: Infinity,
    slowGaps: 0,
  };
}

/** The burst with one character more; a new one when there is none. */
export function withCharacter(burst: Burst | null, text: string, time: number, { fastGap }: Limits): Burst {
  if (burst === null) return firstOf(text, time);
  const gap = time - burst.last;
  return {
    text: burst.text + text,
    characters: burst.characters + 1,
    began: burst.began,
    last: time,
    longestGap: Math.max(burst.longestGap, gap),
    shortestGap: Math.min(burst.shortestGap, gap),
    slowGaps: burst.slowGaps + (gap > fastGap ? 1 : 0),
  };
}

export function averageGap({ characters, began, last }: Burst): number {
  return characters < 2 ? Infinity : (last - began) / (characters - 1);
}

/** Fast enough that nobody typed it, whatever ended it. */
export function isClear(burst: Burst): boolean {
  return burst.characters >= minWithoutEnd && averageGap(burst) < fastAverage;
}

/** May be a part of a scan: too fast for a person, if short. */
export function isMachineLike(burst: Burst, { fastGap }: Limits): boolean {
  const { characters } = burst;
  if (characters >= minCharacters) return averageGap(burst) < fastGap;
  return characters >= minWhenShort && averageGap(burst) <= shortGap;
}

/** Machines keep their pace; people who type as fast do not. */
function isSteady(burst: Burst): boolean {
  const average = averageGap(burst);
  return burst.shortestGap >= average * 0.4 && burst.longestGap <= average * 1.8;
}

/**
 * Whether a burst, ended by a key after `endGap`, came from a scanner.
 * @param typing the focus is where people type: a slow scanner must be told from them by its pace
 */
export function isScan(burst: Burst, endGap: number, typing: boolean, limits: Limits): boolean {
  const { characters, longestGap, slowGaps } = burst;
  if (endGap > limits.silence) return isClear(burst) && endGap <= lateEnd;
  const average = averageGap(burst);
  const likePeople = limits.slow && typing && average > usualGap;
  if (likePeople && !(characters >= minWithoutEnd && isSteady(burst))) return false;
  if (characters >= minCharacters && average < limits.fastGap) {
    // Late gaps must stay single ones: a fifth of them at most, but one in any burst.
    return slowGaps <= Math.max(1, Math.floor((characters - 1) / 5));
  }
  if (characters >= minWhenSteady) return average <= limits.steadyAverage;
  const short = limits.slow && !typing ? limits.fastGap : shortGap;
  return characters >= minWhenShort && longestGap <= short && endGap <= short;
}

/** Slower is no scanner. */
const slowestAverage = 250;
const slowestEnd = 400;
const slowestWhereTyped = 150;

/** Whether characters look like a scanner that is slower than is allowed for. Where people type only a steady pace tells. */
export function isSlowScan(run: Burst, endGap: number, typing: boolean): boolean {
  const average = averageGap(run);
  if (!typing) return run.characters >= minCharacters && average <= slowestAverage && endGap <= slowestEnd;
  const even = run.longestGap - run.shortestGap <= Math.max(15, average * 0.25);
  return (
    run.characters >= minWhenSteady && average <= slowestWhereTyped && even && endGap <= average * 1.5 + 15
  );
}
