import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimFolder, isClaimed } from '../state/busy-mark';

const prefix = 'prestage-agent-';

/** A folder of this agent's own, for its socket. Takes away those of agents that were killed: nobody else does. */
export function agentFolder(parent: string = tmpdir()): string {
  for (const name of leftBehind(parent)) rmSync(join(parent, name), { recursive: true, force: true });
  const folder = mkdtempSync(join(parent, prefix));
  claimFolder(folder);
  return folder;
}

/** Folders of ended agents of this user. One without a mark may be just being made, or be somebody else's. */
function leftBehind(parent: string): string[] {
  return readdirSync(parent).filter((name) => {
    if (!name.startsWith(prefix)) return false;
    try {
      const entry = lstatSync(join(parent, name));
      return (
        entry.isDirectory() && entry.uid === process.getuid?.() && isClaimed(join(parent, name)) === false
      );
    } catch {
      return false;
    }
  });
}
