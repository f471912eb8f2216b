/** What a support bundle holds, and what it never does: the same words on the screen, in the terminal and in the bundle. */

export const supportBundleHolds = [
  'log files of this station (with serials of machines and drives)',
  'versions of Prestage, the system and the tools',
  'settings, without passwords',
  'drives as they are listed now',
  'names and sizes of the files in the state folder',
  'last error',
  'list of crash dumps',
] as const;

export const supportBundleLeavesOut = [
  'keys and passwords',
  'ledger, work orders, shipments and pictures',
  'content of media and drives',
] as const;

/** Said of crash dumps, in one list or the other. */
export const crashDumpsHeld = 'crash dumps (with parts of the memory of the app)';
export const crashDumpsLeftOut = 'crash dumps (they hold parts of the memory of the app)';
