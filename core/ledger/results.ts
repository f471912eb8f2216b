import type { EndRecord } from './record';

/** What a log's or an export's line says came of a drive: how its job ended, or what a later look at it found. */
export const driveResults = [
  'done',
  'failed',
  'cancelled',
  'interrupted',
  'verified',
  'verify-failed',
  'rehearsed',
  'rehearsal-failed',
] as const;

/** What it says came of a drive alone: of an erase for no machine, of a check of the size, or of making it the station's disk. An end follows what begun says, or it was broken off. */
export const careResults = [
  'erase-begun',
  'erased',
  'not-erased',
  'not-known',
  'size-begun',
  'size-checked',
  'size-failed',
  'size-not-known',
  'size-cancelled',
  'disk-begun',
  'disk-made',
  'disk-failed',
] as const;
export type CareResult = (typeof careResults)[number];

/** What it says of a machine of a rack that was told what to do at its end: whether it confirmed that. */
export const endResults = ['end-confirmed', 'end-not-confirmed'] as const;

export function endResult({ end }: Pick<EndRecord, 'end'>): (typeof endResults)[number] {
  return end.state === 'confirmed' ? 'end-confirmed' : 'end-not-confirmed';
}
