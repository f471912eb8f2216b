import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import { benchDrives } from '../../core/job/tell-interval';
import type { AppState } from '../../core/contract/app';
import { appState, appStore } from './app-store';
import { isBeyond } from './beyond';
import { ratesStore } from './rates-store';
import { Turns, type Member } from './turns';

/** Milliseconds of a frame in which cards are drawn and laid out; what is left of its 16 is for painting them, and for all others. */
const room = 2;

/** So many are drawn before the clock is looked at. */
const atOnce = 2;

/** So many beyond the window are drawn in a frame, beside those that are seen: nothing of them is laid out or painted. */
const beyondAtOnce = { stands: 3, moves: 8 };

/**
 * Milliseconds between two frames that draw how far cards are, while not too many wait. A frame takes longer to paint all cards
 * than to draw one of them: each comes to its turn within a second or so all the same.
 */
const pause = 30;
/** With more than so many that wait and can be seen there is no pause: on a screen that shows two hundred. */
const tooMany = 2 * benchDrives;

const rules = {
  /** In turns all would take more work, and longer, than they win. */
  few: benchDrives,
  isBeyond,
  onWait: (): void => {
    askForFrame();
  },
};

/** How bays stand: a person waits for it, so a few are shown at once among however many. */
const stands = new Turns({ ...rules, crowd: Infinity });
/** How far they are, and how far all are together. A card has two parts of it at most. */
const moves = new Turns({ ...rules, crowd: 2 * benchDrives + 1 });

let asked = false;

/** Something came from the station since the last frame. That took a part of this one already. */
let told = false;

/** How far a crowd is was told and is not looked at yet: that has a frame of its own, between what was told and the drawing. */
let unseen = false;

function draw(members: readonly Member[]): void {
  if (members.length === 0) return;
  flushSync(() => {
    for (const member of members) member.draw();
  });
}

/** Draws who waits, in this frame and those after it. */
function drawInFrame(): void {
  asked = false;
  if (told) {
    told = false;
    askForFrame();
    return;
  }
  if (unseen) {
    unseen = false;
    moves.look();
    askForFrame();
    return;
  }
  // Those that are seen first. While nobody sees who waits to show how it stands, bars that are seen go on.
  const turns = stands.seenWaiting > 0 ? stands : moves;
  const begin = performance.now();
  do {
    const members = turns.next(atOnce);
    if (members.length === 0) break;
    draw(members);
    // Laid out now, and not after this: it takes longer than the drawing, and has to be in the time that is looked at.
    document.body.getBoundingClientRect();
  } while (performance.now() - begin < room);
  draw(stands.waits ? stands.nextBeyond(beyondAtOnce.stands) : moves.nextBeyond(beyondAtOnce.moves));
  if (stands.waits || moves.seenWaiting > tooMany) askForFrame();
  else if (moves.waits) askAfterPause();
}

let pausing: ReturnType<typeof setTimeout> | null = null;

/** One pause at a time, however often something is told meanwhile. */
function askAfterPause(): void {
  pausing ??= setTimeout(() => {
    pausing = null;
    askForFrame();
  }, pause);
}

/** Draws what waits of some drives now: their cards have come into the window, and are to show what is true. */
export function drawNow(driveIds: ReadonlySet<string>): void {
  if (driveIds.size === 0 || appStore.getState().state === null) return;
  if (unseen) moves.look();
  draw([...stands.nextOf(driveIds), ...moves.nextOf(driveIds)]);
}

function askForFrame(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(drawInFrame);
}

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
    if (moves.isCrowd) {
      unseen = true;
      askForFrame();
    } else moves.look();
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
  const join = useCallback(
    (drawIt: () => void) => turns.join({ look, draw: drawIt, driveId }),
    [turns, look, driveId],
  );
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
