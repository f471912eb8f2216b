/** The program that unpacks a WIM on all cores (helper/unpack-wim, docs/adr/0063-render-on-all-cores.md). */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where it was built; null where it was not. The bundles lie one step below the checkout's root, as helper/ does. */
export function findUnpackWim(): string | null {
  const program = join(__dirname, '..', 'helper', 'unpack-wim', 'build', 'unpack-wim');
  try {
    accessSync(program, constants.X_OK);
    return program;
  } catch {
    return null;
  }
}
