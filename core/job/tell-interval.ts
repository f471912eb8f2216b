import { timeouts } from '../base/timeouts';

/** As many drives as a bench has. More are machines of a rack: nobody looks at each one's bar. */
export const benchDrives = 48;

/** Milliseconds between two tellings of how far so many jobs are. What else happens to one is told at once, however many there are. */
export function tellInterval(jobs: number): number {
  return jobs <= benchDrives ? timeouts.progressInterval : timeouts.progressOfMany;
}
