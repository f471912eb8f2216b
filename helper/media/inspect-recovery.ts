/** Finds the recovery environment of an image: what a Recovery partition gets. */
import { formatBytes } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { Recovery } from '../../core/media/recovery';
import { readDentries, type Dentry } from './dentries';
import type { ImageSource } from './image-source';
import { readFile } from './inspect-boot';
import { lookedAt } from './listed-paths';
import { parseHeaderMembers, parseWimHeader, startsPipable, wimHeaderBytes } from './wim-header';

export interface FoundRecovery {
  readonly recovery: Recovery | null;
  /** Why a file that is there cannot go to a Recovery partition; null: nothing speaks against it. Safe to show. */
  readonly note: string | null;
}

/**
 * Looks for Winre.wim. What is there and is no whole WIM is told, and stays on the Windows partition alone.
 * @param solid of a solid media file the file's first bytes are not read: everything before them would have to be unpacked
 * @throws PrestageError media-…, tool-missing, cancelled
 */
export async function inspectRecovery(
  source: ImageSource,
  solid: boolean,
  signal?: AbortSignal,
): Promise<FoundRecovery> {
  const found: Dentry[] = [];
  await readDentries(source, signal, (dentry) => found.push(dentry), { path: lookedAt.recovery });
  const [file] = found;
  if (file === undefined) return { recovery: null, note: null };
  const sha1 = file.streams.find(({ kind }) => kind === 'Unnamed data')?.sha1;
  if (found.length > 1 || file.attributes.directory || file.reparsePoint !== null || sha1 === undefined) {
    return noRecovery('is a folder or a link');
  }
  if (file.content === 0) return noRecovery('is empty');
  if (!solid && !(await isWholeWim(source, file, signal))) {
    return noRecovery(`is not a whole WIM file (${formatBytes(file.content)})`);
  }
  return { recovery: { bytes: file.content, sha1 }, note: null };
}

function noRecovery(what: string): FoundRecovery {
  const path = lookedAt.recovery.replaceAll('/', '\\');
  return { recovery: null, note: `${path} ${what}: a Recovery partition stays empty` };
}

async function isWholeWim(
  source: ImageSource,
  { path, content }: Dentry,
  signal?: AbortSignal,
): Promise<boolean> {
  const first = await readFile(source, path, { firstBytes: wimHeaderBytes }, signal);
  try {
    const read = startsPipable(first) ? parseHeaderMembers : parseWimHeader;
    read(first, content, path);
    return true;
  } catch (error) {
    if (error instanceof PrestageError) return false;
    throw error;
  }
}
