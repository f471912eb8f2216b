/**
 * Two hundred cards that change at once are more than one frame has time for. Those of a small change are drawn
 * at once; else each waits for its turn, and a frame draws as many as it has time for.
 */

/** A card, a tile, or a part of one. */
export interface Member {
  /** What it has to show now: the very same as before when nothing of it changed. */
  readonly look: () => unknown;
  /** Has it drawn with what it has to show then. */
  readonly draw: () => void;
}

/** Who has to be drawn again, and who waits for that. Without a clock and without a page. */
export class Turns {
  readonly #seen = new Map<Member, unknown>();
  /** In the order in which they came to wait. */
  readonly #waiting = new Set<Member>();
  readonly #onWait: () => void;
  readonly #few: number;

  /**
   * @param few so many that change at once are drawn at once, without waiting
   * @param onWait told when members wait: they are to be drawn in the next frames, by {@link next}
   */
  constructor(few: number, onWait: () => void) {
    this.#few = few;
    this.#onWait = onWait;
  }

  /** @returns a function that ends it */
  join(member: Member): () => void {
    this.#seen.set(member, member.look());
    return () => {
      this.#seen.delete(member);
      this.#waiting.delete(member);
    };
  }

  /** After every change of what they look at. */
  look(): void {
    const changed: Member[] = [];
    for (const [member, seen] of this.#seen) {
      const now = member.look();
      if (Object.is(now, seen)) continue;
      this.#seen.set(member, now);
      changed.push(member);
    }
    if (changed.length <= this.#few) {
      for (const member of changed) this.#waiting.delete(member);
      for (const member of changed) member.draw();
    } else {
      for (const member of changed) this.#waiting.add(member);
      this.#onWait();
    }
  }

  /** Takes those whose turn it is: at most so many. */
  next(count: number): Member[] {
    const members = [...this.#waiting].slice(0, count);
    for (const member of members) this.#waiting.delete(member);
    return members;
  }
}
