import { liveMethods } from '../../core/contract/helper-live';
import type { HelperMethod } from '../../core/contract/helper-api';

/** Which verbs a helper serves by what it was started for: with rights, or for a station elsewhere. Any other one serves all. */

/** What a job on a drive takes, from listing what the machine is to reading it again later. */
const forJobs = [
  'hello',
  'readMachine',
  'reserveDrives',
  'releaseDrive',
  'runJob',
  'eraseTables',
  'readAbilities',
  'prepareSanitise',
  'sanitiseDrive',
  'checkSize',
  'readHealth',
  'readDiskGuid',
  'verifyDrive',
] as const satisfies readonly HelperMethod[];

/**
 * All that a helper does that sudo or pkexec started. What needs no privilege is not done with privilege: its
 * caller has another helper to read media, make files and list drives.
 */
export const withPrivilege: ReadonlySet<string> = new Set<string>([
  ...forJobs,
  // Not for a station elsewhere: the drive becomes another one, which its agent would have to know.
  'liftHidden',
  'bootTestDrive',
  'serveBoot',
  // Of a live system all but the one that only reads.
  ...Object.keys(liveMethods).filter((method) => method !== 'readLive'),
]);

/** What a station may ask of a machine: nothing that reads or makes files there. */
export const forStations: ReadonlySet<string> = new Set<HelperMethod>([
  ...forJobs,
  'listDrives',
  'tellMachine',
]);
