import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';

/**
 * What the Electron binary lets others do with it. The one table, for the Electron of the checkout, for the package
 * that tests drive and for the one that is released; see docs/adr/0013-package.md.
 */
export type Flavour = 'development' | 'test' | 'release';

export type FuseName = keyof typeof FuseV1Options;
export type FuseSetting = 'on' | 'off' | 'removed' | 'unknown';

interface FuseRow {
  readonly fuse: FuseName;
  readonly on: readonly Flavour[];
}

const all: readonly Flavour[] = ['development', 'test', 'release'];

export const fuseTable: readonly FuseRow[] = [
  // ELECTRON_RUN_AS_NODE would make the app a general interpreter. The helper has a Node of its own.
  { fuse: 'RunAsNode', on: [] },
  { fuse: 'EnableCookieEncryption', on: all },
  { fuse: 'EnableNodeOptionsEnvironmentVariable', on: [] },
  // Playwright attaches through --inspect, and so could anybody else.
  { fuse: 'EnableNodeCliInspectArguments', on: ['development', 'test'] },
  // Electron checks an asar's integrity on macOS and Windows only. There it needs hashes that are written when packing.
  { fuse: 'EnableEmbeddedAsarIntegrityValidation', on: [] },
  // The checkout has no asar.
  { fuse: 'OnlyLoadAppFromAsar', on: ['test', 'release'] },
  { fuse: 'LoadBrowserProcessSpecificV8Snapshot', on: [] },
  // Off in development as well, so that a page which needs more than release gives it fails there already.
  { fuse: 'GrantFileProtocolExtraPrivileges', on: [] },
  // Electron's own default; older versions do not have this fuse.
  { fuse: 'WasmTrapHandlers', on: all },
];

/** What the fuses that are in this binary stand at. */
export async function readFuses(binary: string): Promise<Partial<Record<FuseName, FuseSetting>>> {
  const wire = await getCurrentFuseWire(binary);
  const settings: Partial<Record<FuseName, FuseSetting>> = {};
  for (const { fuse } of fuseTable) {
    const state = wire[FuseV1Options[fuse]];
    if (state !== undefined) settings[fuse] = settingOf(state);
  }
  return settings;
}

function settingOf(state: FuseState): FuseSetting {
  switch (state) {
    case FuseState.ENABLE:
      return 'on';
    case FuseState.DISABLE:
      return 'off';
    case FuseState.REMOVED:
      return 'removed';
    case FuseState.INHERIT:
      return 'unknown';
  }
}

/** Sets every fuse that the binary has as the table says, and reads them back. */
export async function setFuses(binary: string, flavour: Flavour): Promise<void> {
  const present = await readFuses(binary);
  const wanted: Partial<Record<FuseV1Options, boolean>> = {};
  for (const { fuse, on } of fuseTable) {
    const setting = present[fuse];
    if (setting === 'on' || setting === 'off') wanted[FuseV1Options[fuse]] = on.includes(flavour);
  }
  await flipFuses(binary, { version: FuseVersion.V1, ...wanted });
  const differences = await fuseDifferences(binary, flavour);
  if (differences.length > 0) throw new Error(`fuses of ${binary}: ${differences.join('; ')}`);
}

/** Where the binary's fuses are not as the table says; a fuse the table does not know is a difference too. */
export async function fuseDifferences(binary: string, flavour: Flavour): Promise<string[]> {
  const differences: string[] = [];
  const settings = await readFuses(binary);
  for (const { fuse, on } of fuseTable) {
    const setting = settings[fuse];
    const wanted = on.includes(flavour) ? 'on' : 'off';
    // One that is not in this Electron, or no longer does anything, cannot be set.
    if (setting !== undefined && setting !== 'removed' && setting !== wanted) {
      differences.push(`${fuse} is ${setting}, not ${wanted}`);
    }
  }
  const known = new Set<string>(fuseTable.map(({ fuse }) => String(FuseV1Options[fuse])));
  for (const index of Object.keys(await getCurrentFuseWire(binary))) {
    if (index !== 'version' && !known.has(index)) differences.push(`fuse ${index} is not in the table`);
  }
  return differences;
}
