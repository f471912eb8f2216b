/** Reckons what a cold batch takes, as it is and with writing that begins before the disk image is whole. All times in seconds. */

/** A piece that looks whole before the end. */
export interface EarlyPiece {
  readonly gigabytes: number;
  /** Since when, as a share of the writer's time: 0 to 1. */
  readonly at: number;
  /** It stays as it is. */
  readonly right: boolean;
}

/** Processor seconds, measured by early-writing.ts or given to it. */
export interface Costs {
  /** On each drive. */
  readonly gigabytes: number;
  /** Unpacking and writing the volume, all threads together. */
  readonly unpackSeconds: number;
  /** Of it, the one thread that writes the volume. */
  readonly writerSeconds: number;
  /** Reading from memory, which writing a drive takes as well. */
  readonly readSecondsPerGigabyte: number;
  /** Reading and hashing. */
  readonly hashSecondsPerGigabyte: number;
}

export interface Rack {
  readonly cores: number;
  readonly drives: number;
  /** Of each drive, both ways. */
  readonly gigabytesPerSecond: number;
}

/**
 * The parts before and after, which are the same both ways, are left out: they would make what is saved a smaller share.
 * @returns `least`: with reading back after the last write, nothing can be faster, were every chunk whole at once and for nothing
 */
export function batchSeconds(
  costs: Costs,
  early: readonly EarlyPiece[],
  { cores, drives, gigabytesPerSecond: speed }: Rack,
): Record<'now' | 'early' | 'least' | 'longer', number> {
  const { gigabytes, readSecondsPerGigabyte: read, hashSecondsPerGigabyte: hash } = costs;
  const making = Math.max(costs.writerSeconds, costs.unpackSeconds / cores);
  // As many threads as helper/hash has at most.
  const mapping = (gigabytes * hash) / Math.min(cores, 4);
  const writeRate = Math.min(speed, cores / (drives * read));
  const writing = gigabytes / writeRate;
  const readingBack = gigabytes * Math.max(1 / speed, (drives * hash) / cores);
  const longer = Math.max(making + mapping, writing + readingBack);

  const { written, right } = writtenEarly(early, making, writeRate, making + mapping);
  // What is written early is hashed by one reader, and once more with the whole chunk map.
  const besides = written * (hash + drives * read);
  const slowed = Math.max(costs.writerSeconds, (costs.unpackSeconds + besides) / cores);
  return {
    now: making + mapping + writing + readingBack,
    early: slowed + mapping + (gigabytes - right) / writeRate + readingBack,
    least: Math.max(making + mapping, writing) + readingBack,
    longer,
  };
}

/** Gigabytes that a drive takes of what looks whole, one after the other, until the chunk map is there. */
function writtenEarly(
  pieces: readonly EarlyPiece[],
  making: number,
  rate: number,
  until: number,
): { readonly written: number; readonly right: number } {
  let [clock, written, right] = [0, 0, 0];
  for (const piece of [...pieces].sort((one, other) => one.at - other.at)) {
    const end = Math.max(clock, piece.at * making) + piece.gigabytes / rate;
    if (end > until) break;
    clock = end;
    written += piece.gigabytes;
    if (piece.right) right += piece.gigabytes;
  }
  return { written, right };
}
