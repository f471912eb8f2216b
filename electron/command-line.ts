import { resolve } from 'node:path';

/** Why the app does not run as root. */
export const rootRefusal =
  'Start it with your own account, without sudo. Prestage asks for a password when it opens real drives, and only its helper gets administrator rights.';

/** What the app can be told when it is started. Chromium's own switches pass by. */
export interface AppArguments {
  /** Null for the XDG paths. Absolute. */
  readonly state: string | null;
  /** Folder of virtual drives; null for the machine's own drives. Absolute. */
  readonly bench: string | null;
  /** Opens the training bench when no real drive is attached. */
  readonly trainingIfEmpty: boolean;
}

/** Reads `--state DIR`, `--bench DIR` (or with `=`), `--training-if-empty`. */
export function readArguments(args: readonly string[], workingDirectory: string): AppArguments {
  const valueOf = (name: string): string | null => {
    const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
    const arg = args[at];
    if (arg === undefined) return null;
    const value = arg === name ? args[at + 1] : arg.slice(name.length + 1);
    return value === undefined || value === '' || value.startsWith('--')
      ? null
      : resolve(workingDirectory, value);
  };
  return {
    state: valueOf('--state'),
    bench: valueOf('--bench'),
    trainingIfEmpty: args.includes('--training-if-empty'),
  };
}
