import { modifierKeys } from '../../core/scan/scan-keys';
import type { ScannerSettings } from '../../core/scan/scanner-settings';
import {
  averageGap,
  firstOf,
  isClear,
  isMachineLike,
  isScan,
  isSlowScan,
  limitsOf,
  withCharacter,
  type Burst,
} from './scan-rules';

/**
 * Tells a barcode scanner from a person by timing alone. A scanner that is a keyboard sends its characters in one burst, then
 * Enter, Tab or nothing; what a burst is, is in scan-rules.ts. Pure: what time it is comes with each key.
 */

/** What the scanner check found out. */
export type DetectorRules = Pick<ScannerSettings, 'gapMs' | 'end'>;

/** So long after the last character nothing more belongs to it: in milliseconds. */
const pause = 400;
/** Half of a scan may wait longer for the other half: the computer was busy, or the radio lost it. */
const fragmentPause = 1000;
/** What ends a scan (Enter twice, Enter and Tab, CR LF) may go on for so long, or for so many of the scanner's gaps. Keys but Enter and
 * Tab must come at the scanner's own speed. */
const tail = 300;
const tailGaps = 4;

export interface KeyPress {
  /** As KeyboardEvent.key says, or the character that the key means. */
  readonly key: string;
  /** Milliseconds. */
  readonly time: number;
  /** The key is held down and repeats. */
  readonly repeat: boolean;
  /** The focus is where people type. */
  readonly typing: boolean;
}

export type Verdict =
  /** A first character: what follows may be a burst. Remember the field as it is before this key, unless it `goesOn`. */
  | { readonly type: 'first'; readonly goesOn: boolean }
  /** A character at a scanner's speed: a button must not take it for a press. */
  | { readonly type: 'suspect' }
  | { readonly type: 'scan'; readonly text: string }
  /** A part of a scan, or a scan whose parts came too far apart to be one: nothing to rely on. */
  | { readonly type: 'cut'; readonly text: string }
  /** Looks like a scanner that is slower than is allowed for. */
  | { readonly type: 'slow'; readonly text: string }
  /** Belongs to the end of the scan before: swallow it. */
  | { readonly type: 'end' }
  | { readonly type: 'none' };

/** What the detector remembers between keys. */
export interface DetectorState {
  /** Characters without a pause that a scanner would not make. */
  readonly burst: Burst | null;
  /** Whether the burst began shortly after what may be the first part of it. */
  readonly goesOn: 'no' | 'after-fragment' | 'after-typing';
  /** Characters without a pause that a very slow scanner would not make. */
  readonly run: Burst | null;
  /** Until then, keys that end a scan belong to the one before. */
  readonly tailUntil: number;
  /** When the latest key came that ended a scan. */
  readonly endedAt: number;
  /** When what looks like the first part of a scan ended. */
  readonly fragmentAt: number;
  /** When a scan was taken that no key had ended. */
  readonly silentAt: number;
  /** A key has ended a scan since the page was opened: one that nothing ends is a part. */
  readonly endsSeen: boolean;
}

export const initialDetector: DetectorState = {
  burst: null,
  goesOn: 'no',
  run: null,
  tailUntil: -Infinity,
  endedAt: -Infinity,
  fragmentAt: -Infinity,
  silentAt: -Infinity,
  endsSeen: false,
};

export interface Detection {
  readonly state: DetectorState;
  readonly verdict: Verdict;
}

const isEnd = (key: string): boolean => key === 'Enter' || key === 'Tab';
/** These open screens: behind another end they are the operator's, who may be as quick. */
const isFunctionKey = (key: string): boolean => /^F\d+$/.test(key);
const isCharacter = (key: string): boolean => Array.from(key).length === 1;
/** Keys that scanners send between characters, and that say nothing alone. */
const silentKeys: ReadonlySet<string> = new Set([
  ...modifierKeys,
  ...['Compose', 'Dead', 'Process', 'Unidentified'],
]);

/** How long to wait after a key before {@link detectSilence} is asked, in milliseconds. */
export function silenceAfter({ gapMs, end }: DetectorRules): number {
  return end === 'none' ? limitsOf(gapMs).silence : pause;
}

const nothing = (state: DetectorState): Detection => ({ state, verdict: { type: 'none' } });
const forgotten = (state: DetectorState): DetectorState => ({
  ...state,
  burst: null,
  goesOn: 'no',
  run: null,
});

/** Looks at the next key. */
export function detectKey(state: DetectorState, press: KeyPress, rules: DetectorRules): Detection {
  if (press.repeat) return nothing(forgotten(state));
  if (isCharacter(press.key)) return addCharacter(state, press, rules);
  if (silentKeys.has(press.key)) return nothing(state);
  return endKey(state, press, rules);
}

/** Enter or Tab; or a key such as Escape or F2 that some scanners are set to send behind a code. */
function endKey(state: DetectorState, { key, time, typing }: KeyPress, rules: DetectorRules): Detection {
  const { burst, run, silentAt } = state;
  if (burst !== null && isScan(burst, time - burst.last, typing, limitsOf(rules.gapMs))) {
    const after = {
      ...forgotten(state),
      ...{ tailUntil: tailEnd(time, rules.gapMs), endedAt: time, endsSeen: true },
    };
    // The part before was taken for a whole scan because nothing ended it.
    const split = rules.end !== 'none' && time - silentAt <= fragmentPause;
    const part = state.goesOn === 'after-fragment' || split;
    return { state: after, verdict: { type: part ? 'cut' : 'scan', text: textOf(state, burst) } };
  }
  const ending = isEnd(key)
    ? time <= state.tailUntil
    : time - state.endedAt <= limitsOf(rules.gapMs).tolerableGap;
  if (ending && !isFunctionKey(key)) {
    return { state: { ...forgotten(state), endedAt: time }, verdict: { type: 'end' } };
  }
  if (!isEnd(key)) return nothing(state);
  if (run !== null && isSlowScan(run, time - run.last, typing)) {
    const after = { ...forgotten(state), tailUntil: tailEnd(time, averageGap(run)), endedAt: time };
    return { state: after, verdict: { type: 'slow', text: run.text } };
  }
  return nothing(forgotten(state));
}

/** With the part before, when the burst goes on with it. */
function textOf({ run, goesOn }: DetectorState, burst: Burst): string {
  return goesOn === 'after-fragment' ? (run ?? burst).text : burst.text;
}

function tailEnd(time: number, gap: number): number {
  return time + Math.max(tail, gap * tailGaps);
}

function addCharacter(
  state: DetectorState,
  { key, time, typing }: KeyPress,
  { gapMs }: DetectorRules,
): Detection {
  const limits = limitsOf(gapMs);
  const { burst } = state;
  // Behind the end at the scanner's own speed a blank is its end, too: it would press the focused button.
  if (key === ' ' && burst === null && time - state.endedAt <= limits.tolerableGap) {
    return { state: { ...forgotten(state), endedAt: time }, verdict: { type: 'end' } };
  }
  const goesOnInRun = state.run !== null && time - state.run.last <= pause;
  const run = withCharacter(goesOnInRun ? state.run : null, key, time, limits);
  if (burst !== null && time - burst.last <= limits.tolerableGap) {
    return {
      state: { ...state, run, burst: withCharacter(burst, key, time, limits) },
      verdict: { type: 'suspect' },
    };
  }
  const fragmentAt = fragmentBefore(state, gapMs);
  const goesOn = afterWhat({ ...state, fragmentAt }, time, typing);
  const begun = {
    ...state,
    run,
    goesOn,
    burst: firstOf(key, time),
    fragmentAt,
  };
  // Nobody types a word and then a blank at a button: it is a scanner too slow to be taken.
  if (!typing && key === ' ' && run.text.trim() !== '') return { state: begun, verdict: { type: 'suspect' } };
  return { state: begun, verdict: { type: 'first', goesOn: goesOn === 'after-fragment' } };
}

/** When the latest thing ended that was too fast for a person, and that no key ended. */
function fragmentBefore({ burst, fragmentAt }: DetectorState, gapMs: number): number {
  return burst !== null && isMachineLike(burst, limitsOf(gapMs)) ? burst.last : fragmentAt;
}

/** Whether what begins now may go on with what was before it. */
function afterWhat(
  { burst, goesOn, fragmentAt }: DetectorState,
  time: number,
  typing: boolean,
): DetectorState['goesOn'] {
  if (time - fragmentAt <= fragmentPause) return 'after-fragment';
  if (burst === null || time - burst.last > pause) return 'no';
  // One character alone: a scan's first, or a person's. Where nothing takes text nobody types.
  const first = burst.characters === 1 && goesOn === 'no' && time - burst.last <= pause / 2;
  return !typing || first ? 'after-fragment' : 'after-typing';
}

/** Keys that make a character only together, or a control character: the burst goes on at a scanner's speed, the run if slower. */
export function detectPart(state: DetectorState, time: number, { gapMs }: DetectorRules): DetectorState {
  const { burst, run } = state;
  if (burst === null) return state;
  const goesOn = time - burst.last <= limitsOf(gapMs).tolerableGap;
  const slowly = run !== null && time - run.last <= pause;
  if (!goesOn && !slowly) return state;
  return {
    ...state,
    burst: goesOn ? { ...burst, last: time } : burst,
    run: slowly ? { ...run, last: time } : run,
  };
}

/** Looks whether a burst has ended because nothing more came. To be asked {@link silenceAfter} a character. */
export function detectSilence(
  state: DetectorState,
  time: number,
  typing: boolean,
  rules: DetectorRules,
): Detection {
  const { burst, run, endsSeen, goesOn } = state;
  const limits = limitsOf(rules.gapMs);
  const last = Math.max(burst?.last ?? 0, run?.last ?? 0);
  if (burst === null || time - last < silenceAfter(rules)) return nothing(state);
  const after = { ...forgotten(state), fragmentAt: fragmentBefore(state, rules.gapMs) };
  const whole = rules.end === 'none' && isScan(burst, 0, typing, limits);
  if (isClear(burst) || whole) {
    const unended = rules.end === 'key' || (rules.end === 'unknown' && endsSeen);
    const text = textOf(state, burst);
    if (unended || goesOn === 'after-fragment') return { state: after, verdict: { type: 'cut', text } };
    const silentAt = rules.end === 'none' ? -Infinity : time;
    return {
      state: { ...after, fragmentAt: -Infinity, silentAt, tailUntil: tailEnd(time, rules.gapMs) },
      verdict: { type: 'scan', text },
    };
  }
  // Ended by nothing, it must be longer: a person who leans on the keyboard is no scanner.
  if (run !== null && run.characters >= 8 && !typing && isSlowScan(run, 0, typing)) {
    return { state: after, verdict: { type: 'slow', text: run.text } };
  }
  return nothing(after);
}
