/**
 * Tells a barcode scanner from a person by timing alone. A scanner that is a keyboard sends its characters in
 * one burst, then Enter or Tab. People do not type four characters within a tenth of a second and Enter at once.
 * Pure: what time it is comes with each key.
 */

/** Between two characters of a scanner, in milliseconds. */
const fastGap = 35;
/** A scanner may be late once in a while: the computer is busy, or it sends Shift in between. */
const tolerableGap = 60;
/** So long nothing: the burst is over. The terminator may come as late. */
export const silence = 100;
const minCharacters = 4;
/** A burst that ended in silence must be clearer, for a person also just stops typing. */
const minWithoutEnd = 6;
const fastAverage = 20;
/** A slow but steady scanner: no gap above {@link tolerableGap} over so many characters. */
const minWhenSteady = 8;
const steadyAverage = 50;
/** The label of a bay may be as short as `A1`. Then everything, its Enter too, must come at machine speed. */
const minWhenShort = 2;
const shortGap = 20;
/** An Enter so soon after a scan that ended in silence still belongs to the scanner. */
const lateEnd = 300;

export interface KeyPress {
  /** As KeyboardEvent.key says. */
  readonly key: string;
  /** Milliseconds. */
  readonly time: number;
  /** The key is held down and repeats. */
  readonly repeat: boolean;
}

export type Verdict =
  /** A first character: what follows may be a burst. Remember the field as it is before this key. */
  | { readonly type: 'first' }
  /** A character at machine speed: a button must not take it for a press. */
  | { readonly type: 'suspect' }
  | { readonly type: 'scan'; readonly text: string }
  /** The scanner's Enter, late: swallow it. */
  | { readonly type: 'late-end' }
  | { readonly type: 'none' };

interface Burst {
  readonly text: string;
  readonly characters: number;
  readonly began: number;
  readonly last: number;
  readonly longestGap: number;
  /** Gaps above {@link fastGap}. */
  readonly slowGaps: number;
}

/** What the detector remembers between keys. */
export interface DetectorState {
  readonly burst: Burst | null;
  /** When a scan ended in silence. */
  readonly endedInSilence: number | null;
}

export const initialDetector: DetectorState = { burst: null, endedInSilence: null };

export interface Detection {
  readonly state: DetectorState;
  readonly verdict: Verdict;
}

const isEnd = (key: string): boolean => key === 'Enter' || key === 'Tab';
const isCharacter = (key: string): boolean => Array.from(key).length === 1;

function averageGap({ characters, began, last }: Burst): number {
  return characters < 2 ? Infinity : (last - began) / (characters - 1);
}

/** Whether the burst, ended by Enter or Tab after `endGap`, came from a scanner. */
function isScan(burst: Burst, endGap: number): boolean {
  const { characters, longestGap, slowGaps } = burst;
  if (endGap > silence) return false;
  if (characters >= minCharacters && averageGap(burst) < fastGap) {
    // Late gaps must stay single ones: a fifth of them at most, but one in any burst.
    return slowGaps <= Math.max(1, Math.floor((characters - 1) / 5));
  }
  if (characters >= minWhenSteady) return averageGap(burst) <= steadyAverage;
  return characters >= minWhenShort && longestGap <= shortGap && endGap <= shortGap;
}

function addCharacter(burst: Burst | null, { key, time }: KeyPress): Detection {
  const gap = burst === null ? Infinity : time - burst.last;
  if (burst === null || gap > tolerableGap) {
    return {
      state: {
        burst: { text: key, characters: 1, began: time, last: time, longestGap: 0, slowGaps: 0 },
        endedInSilence: null,
      },
      verdict: { type: 'first' },
    };
  }
  return {
    state: {
      burst: {
        text: burst.text + key,
        characters: burst.characters + 1,
        began: burst.began,
        last: time,
        longestGap: Math.max(burst.longestGap, gap),
        slowGaps: burst.slowGaps + (gap > fastGap ? 1 : 0),
      },
      endedInSilence: null,
    },
    verdict: { type: 'suspect' },
  };
}

/**
 * Looks at the next key. Keys that make no character (Shift, dead keys) change nothing: scanners send them
 * between two characters.
 */
export function detectKey(state: DetectorState, press: KeyPress): Detection {
  if (press.repeat) return { state: initialDetector, verdict: { type: 'none' } };
  if (isEnd(press.key)) {
    const { burst, endedInSilence } = state;
    if (burst !== null && isScan(burst, press.time - burst.last)) {
      return { state: initialDetector, verdict: { type: 'scan', text: burst.text } };
    }
    const late = endedInSilence !== null && press.time - endedInSilence <= lateEnd;
    return { state: initialDetector, verdict: { type: late ? 'late-end' : 'none' } };
  }
  if (isCharacter(press.key)) return addCharacter(state.burst, press);
  return { state, verdict: { type: 'none' } };
}

/** Keys at machine speed that make a character only together: the burst goes on. */
export function detectPart(state: DetectorState, time: number): DetectorState {
  const { burst } = state;
  if (burst === null || time - burst.last > tolerableGap) return state;
  return { ...state, burst: { ...burst, last: time } };
}

/** Looks whether a burst has ended because nothing more came. To be asked {@link silence} after a character. */
export function detectSilence(state: DetectorState, time: number): Detection {
  const { burst } = state;
  if (burst === null || time - burst.last < silence) return { state, verdict: { type: 'none' } };
  if (burst.characters >= minWithoutEnd && averageGap(burst) < fastAverage) {
    return {
      state: { burst: null, endedInSilence: time },
      verdict: { type: 'scan', text: burst.text },
    };
  }
  return { state: initialDetector, verdict: { type: 'none' } };
}
