import { useLayoutEffect, type RefObject } from 'react';
import { benchDrives } from '../../../core/job/tell-interval';
import { setBeyond } from '../../store/beyond';
import { drawNow } from '../../store/in-turn';
import type { BayView } from '../../store/selectors';

/** How far from the window a card counts as seen, in heights of the window: a turn of the wheel does not outrun it. */
const margin = 0.3;

/** The mark of a card beyond the window, for the style sheet and for tests. */
const mark = 'data-beyond';

/** Cards that were marked or not once: those that are new are marked before anybody has to lay them out. */
const known = new WeakSet<Element>();

/**
 * Marks the cards of a list that are beyond the window, where there are more than a bench of drives has: what is in them is
 * neither laid out nor painted, nor looked through for what is under the pointer. Chromium's own `content-visibility: auto` leaves
 * out only what is more than one and a half windows away, which with two hundred machines is hardly any.
 * @param list whose children are the bays, in their order
 */
export function useBeyondWindow(list: RefObject<HTMLElement | null>, bays: readonly BayView[]): void {
  useLayoutEffect(() => {
    const scrolls = list.current?.closest('.shell-main') ?? null;
    const cards = [...(list.current?.children ?? [])];
    if (scrolls === null || bays.length <= benchDrives) {
      for (const card of cards) card.removeAttribute(mark);
      return undefined;
    }
    const driveIds = new Map(cards.map((card, index) => [card, bays[index]?.driveId ?? null]));
    const put = (card: Element, isNow: boolean): void => {
      card.toggleAttribute(mark, isNow);
      const driveId = driveIds.get(card) ?? null;
      if (driveId !== null) setBeyond(driveId, isNow);
    };
    // Known before the first picture, and found out without a look at what is in them.
    for (const card of cards) if (!known.has(card)) card.toggleAttribute(mark, true);
    const { top, bottom, height } = scrolls.getBoundingClientRect();
    const places = cards.map((card) => card.getBoundingClientRect());
    for (const [index, card] of cards.entries()) {
      const place = places[index];
      const isSeen =
        place !== undefined && place.bottom >= top - margin * height && place.top <= bottom + margin * height;
      known.add(card);
      put(card, !isSeen);
    }
    const observer = new IntersectionObserver(
      (entries) => {
        const seen = new Set<string>();
        for (const { target, isIntersecting } of entries) {
          put(target, !isIntersecting);
          const driveId = driveIds.get(target) ?? null;
          if (isIntersecting && driveId !== null) seen.add(driveId);
        }
        drawNow(seen);
      },
      { root: scrolls, rootMargin: `${100 * margin}% 0px` },
    );
    for (const card of cards) observer.observe(card);
    return () => {
      observer.disconnect();
      for (const driveId of driveIds.values()) if (driveId !== null) setBeyond(driveId, false);
    };
  }, [list, bays]);
}
