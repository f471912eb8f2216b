/** Which serials several drives report, as a ledger shows it, also where no entry says so (docs/adr/0030). */

/** What an entry tells of a drive and a job. Entries are taken in their order. */
export interface IdentityFact {
  readonly sequence: number;
  /** A job began, ended well, or its drive was looked at later: and held what it had written, or that does not matter. */
  readonly what: 'began' | 'done' | 'read-well' | 'seen';
  readonly jobId: string;
  /** Serial, WWN and size of the drive, as one text. */
  readonly key: string;
  /** The entry says that another attached drive reported the same. */
  readonly saysShared: boolean;
  /** What the job puts on the drive; null when the entry does not say. */
  readonly diskGuid: string | null;
  /** What the job found on it. */
  readonly previousDiskGuid: string | null;
}

interface Finished {
  readonly jobId: string;
  readonly key: string;
  readonly began: number;
  readonly ended: number;
}

export class SharedIdentities {
  readonly #shared = new Set<string>();
  /** Job → number of the entry that began it. Only until it has ended well. */
  readonly #began = new Map<string, number>();
  readonly #finished = new Map<string, Finished>();
  readonly #byKey = new Map<string, Finished[]>();
  readonly #byGuid = new Map<string, Finished>();

  /** Whether several drives are known to report this identity. */
  has(key: string): boolean {
    return this.#shared.has(key);
  }

  take(fact: IdentityFact): void {
    const { what, jobId, key, sequence } = fact;
    if (fact.saysShared) this.#shared.add(key);
    switch (what) {
      case 'began': {
        this.#began.set(jobId, sequence);
        const held = fact.previousDiskGuid === null ? undefined : this.#byGuid.get(fact.previousDiskGuid);
        if (held?.key === key) this.#stillThere(held);
        return;
      }
      case 'done': {
        const finished = { jobId, key, began: this.#began.get(jobId) ?? sequence, ended: sequence };
        this.#began.delete(jobId);
        const others = this.#byKey.get(key) ?? [];
        // A drive is held by one job at a time: two that ran at once had two drives.
        if (others.some(({ ended }) => ended > finished.began)) this.#shared.add(key);
        this.#byKey.set(key, [...others, finished]);
        this.#finished.set(jobId, finished);
        if (fact.diskGuid !== null) this.#byGuid.set(fact.diskGuid, finished);
        return;
      }
      case 'read-well': {
        const finished = this.#finished.get(jobId);
        if (finished !== undefined) this.#stillThere(finished);
        return;
      }
      case 'seen':
        return;
    }
  }

  /** What a job wrote was seen just now: a later job that ended well had another drive. */
  #stillThere({ key, ended }: Finished): void {
    if (this.#byKey.get(key)?.some(({ began }) => began > ended) === true) this.#shared.add(key);
  }
}
