import { formatBytes } from '../base/display';
import type { ReceivedBytes } from './job';

/** The way that the bytes of an image came to a machine of a rack. */
export function receivedWords({ station, machines, kept }: ReceivedBytes): string {
  const parts = [
    `${formatBytes(station)} from the station`,
    ...(machines === 0 ? [] : [`${formatBytes(machines)} from other machines`]),
    ...(kept === 0 ? [] : [`${formatBytes(kept)} were on the drive already`]),
  ];
  return parts.join(', ');
}
