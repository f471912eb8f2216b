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
  /** Which drive it is of; null: none. */
  readonly driveId: string | null;
}

export interface TurnRules {
  /** So many that change at once are drawn at once, without waiting. */
  readonly few: number;
  /** Where there are more members than this, even a few wait. */
  readonly crowd: number;
  /** The card of a drive is beyond the window: all that somebody can see come before it. */
  readonly isBeyond: (driveId: string) => boolean;
  /** Told when members wait: they are to be drawn in the next frames, by {@link Turns.next}. */
  readonly onWait: () => void;
}

/** Who has to be drawn again, and who waits for that. Without a clock and without a page. */
export class Turns {
  readonly #seen = new Map<Member, unknown>();
  /** In the order in which they came to wait. */
  readonly #waiting = new Set<Member>();
  readonly #rules: TurnRules;

  constructor(rules: TurnRules) {
    this.#rules = rules;
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
    const { few, onWait } = this.#rules;
    if (changed.length === 0) return;
    if (changed.length <= few && !this.isCrowd) {
      for (const member of changed) this.#waiting.delete(member);
      for (const member of changed) member.draw();
    } else {
      for (const member of changed) this.#waiting.add(member);
      onWait();
    }
  }

  /** Takes those that can be seen whose turn it is: at most so many. */
  next(count: number): Member[] {
    return this.#take(count, ({ driveId }) => !this.#isBeyond(driveId));
  }

  /** {@link next} of those beyond the window. */
  nextBeyond(count: number): Member[] {
    return this.#take(count, ({ driveId }) => this.#isBeyond(driveId));
  }

  /** Takes those of some drives, whosever turn it is. */
  nextOf(driveIds: ReadonlySet<string>): Member[] {
    return this.#take(Infinity, ({ driveId }) => driveId !== null && driveIds.has(driveId));
  }

  /** Even a few wait. */
  get isCrowd(): boolean {
    return this.#seen.size > this.#rules.crowd;
  }

  get waits(): boolean {
    return this.#waiting.size > 0;
  }

  /** How many wait that can be seen. */
  get seenWaiting(): number {
    let count = 0;
    for (const { driveId } of this.#waiting) if (!this.#isBeyond(driveId)) count += 1;
    return count;
  }

  #isBeyond(driveId: string | null): boolean {
    return driveId !== null && this.#rules.isBeyond(driveId);
  }

  #take(count: number, who: (member: Member) => boolean): Member[] {
    const members: Member[] = [];
    for (const member of this.#waiting) {
      if (members.length >= count) break;
      if (who(member)) members.push(member);
    }
    for (const member of members) this.#waiting.delete(member);
    return members;
  }
}
