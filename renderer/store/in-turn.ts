import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import type { AppState } from '../../core/contract/app';
import { appState, appStore } from './app-store';
import { ratesStore } from './rates-store';
import { Turns } from './turns';

/** Milliseconds of a frame in which cards are drawn and laid out; what is left of its 16 is for painting them, and for all others. */
const room = 3;

/** So many are drawn before the clock is looked at. */
const atOnce = 2;

let asked = false;

/** Something came from the station since the last frame. That took a part of this one already. */
let told = false;

/** Draws who waits, in this frame and those after it. What bays show comes before how far they are: a person waits for it. */
function drawInFrame(): void {
  asked = false;
  if (told) {
    told = false;
    askForFrame();
    return;
  }
  const begin = performance.now();
  do {
    let members = stands.next(atOnce);
    if (members.length === 0) members = moves.next(atOnce);
    if (members.length === 0) return;
    flushSync(() => {
      for (const { draw } of members) draw();
    });
    // Laid out now, and not after this: it takes longer than the drawing, and has to be in the time that is looked at.
    document.body.getBoundingClientRect();
  } while (performance.now() - begin < room);
  askForFrame();
}

function askForFrame(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(drawInFrame);
}

/** As many as a bench has drives: in turns all would take more work, and longer, than they win. */
const few = 48;

const stands = new Turns(few, askForFrame);
const moves = new Turns(few, askForFrame);

let looks = false;

/** Once for all that one message of the station changes, in the same task. */
function lookSoon(): void {
  if (looks) return;
  looks = true;
  queueMicrotask(() => {
    looks = false;
    told = true;
    if (appStore.getState().state === null) return;
    stands.look();
    moves.look();
  });
}

appStore.subscribe(lookSoon);
ratesStore.subscribe(lookSoon);

/**
 * What one of many has to show of a drive.
 * @param before what it gave last; to be given again when nothing of it changed
 */
type Read<T> = (state: AppState, driveId: string | null, before: T | null) => T;

function useTurns<T>(turns: Turns, read: Read<T>, driveId: string | null): T {
  const look = useMemo(() => {
    let shown: T | null = null;
    return (): T => (shown = read(appState(), driveId, shown));
  }, [read, driveId]);
  const join = useCallback((draw: () => void) => turns.join({ look, draw }), [turns, look]);
  return useSyncExternalStore(join, look);
}

/** What is shown of a drive on one of many cards: drawn in its turn where that of many changes at once. */
export function useStands<T>(read: Read<T>, driveId: string | null): T {
  return useTurns(stands, read, driveId);
}

/** {@link useStands} for what moves ten times a second, which all others come before. */
export function useMoves<T>(read: Read<T>, driveId: string | null): T {
  return useTurns(moves, read, driveId);
}
