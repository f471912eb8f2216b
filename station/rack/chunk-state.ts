/** What the swarm knows of one chunk. */
export interface ChunkState {
  readonly bytes: number;
  readonly holders: Set<string>;
  /** Takers that lack it, also those to which it is on its way. */
  wanted: number;
  /** From the station: on its way, of it overdue, and sent. */
  sending: number;
  late: number;
  sent: number;
}

/** The station sends a chunk again while a machine has it, too, at most so often: where all who have it are busy. */
export const copiesOfStation = 2;

export function newChunk(bytes: number): ChunkState {
  return { bytes, holders: new Set(), wanted: 0, sending: 0, late: 0, sent: 0 };
}

/** The station may send a chunk to one more machine: to none it is on its way but to those where it is overdue, and these are few. */
export function isFree({ sending, late }: ChunkState): boolean {
  return sending === late && late < copiesOfStation;
}
