import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { cancelled } from '../../core/base/errors';
import { KiB } from '../../core/base/units';
import type { ExpectedPackage } from '../../core/contents/compare-contents';
import { comparePaths, contentLine, packageKey } from '../../core/contents/contents';
import { decodeSumFile } from '../media/decode-sum-file';
import { listInvalid, listUnreadable } from './list-errors';

/**
 * Reads a copy of a site's content library, as a distribution point has it. `PkgLib\ABC00001.INI` names the content of a package,
 * `ABC00001.3`, where 3 is the version; `DataLib\ABC00001.3\` has the package's folders, and for each file an INI file
 * with its size and SHA-256. `FileLib`, with the files themselves, is not needed. Source: Microsoft, "The content library in
 * Configuration Manager".
 */

/** An INI file of the library has some hundred bytes. */
const largestIni = 64 * KiB;

/**
 * What the library holds, a package a content; of several versions the newest. A package at a time is in memory.
 * @throws PrestageError contents-list-invalid, cancelled
 */
export async function readContentLibrary(folder: string, signal: AbortSignal): Promise<ExpectedPackage[]> {
  try {
    const packages = await folderIn(folder, 'PkgLib');
    const data = await folderIn(folder, 'DataLib');
    if (packages === null || data === null) {
      throw listInvalid(folder, 'is a folder without PkgLib and DataLib: it is no copy of a content library');
    }
    const newest = new Map<string, Content>();
    for (const name of (await readdir(packages)).sort(comparePaths)) {
      if (!/\.ini$/i.test(name)) continue;
      for (const content of contentsIn(await readIni(join(packages, name)))) {
        const key = packageKey(content.id);
        if ((newest.get(key)?.version ?? -1) < content.version) newest.set(key, content);
      }
    }
    if (newest.size === 0) throw listInvalid(folder, 'has a PkgLib without packages');
    const found: ExpectedPackage[] = [];
    for (const content of newest.values()) found.push(await readContent(folder, data, content, signal));
    return found;
  } catch (error) {
    throw listUnreadable(folder, error);
  }
}

interface Content {
  readonly id: string;
  readonly version: number;
}

/** `[Packages]`, then a line for each content: `ABC00001.3=`. */
function contentsIn(ini: string): Content[] {
  return ini.split(/[\r\n]+/).flatMap((line) => {
    const [, id, version] = /^\s*([^[\]=;]+)\.(\d{1,9})\s*(?:=.*)?$/.exec(line) ?? [];
    return id === undefined ? [] : [{ id: id.trim(), version: Number(version) }];
  });
}

async function readContent(
  library: string,
  data: string,
  { id, version }: Content,
  signal: AbortSignal,
): Promise<ExpectedPackage> {
  const folder = await folderIn(data, `${id}.${version}`);
  if (folder === null) {
    throw listInvalid(
      library,
      `has no folder DataLib\\${sanitizeForDisplay(id)}.${version}: the copy is incomplete`,
    );
  }
  const lines: string[] = [];
  let bytes = 0;
  const read = async (from: string, path: string): Promise<void> => {
    if (signal.aborted) throw cancelled('Reading the content library');
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const place = join(from, entry.name);
      if (entry.isDirectory()) await read(place, `${path}${entry.name}/`);
      else if (entry.isFile() && /\.ini$/i.test(entry.name)) {
        const file = fileIn(await readIni(place));
        if (file === null) {
          const shown = sanitizeForDisplay(`${id}.${version}/${path}${entry.name}`, 300);
          throw listInvalid(library, `has a file without a size and a SHA-256: DataLib/${shown}`);
        }
        bytes += file.bytes;
        lines.push(contentLine({ path: `${path}${entry.name.slice(0, -4)}`, ...file }));
      }
    }
  };
  await read(folder, '');
  const hash = createHash('sha256');
  for (const line of lines.sort(comparePaths)) hash.update(line);
  return {
    id: sanitizeForDisplay(id, 255),
    name: null,
    version: String(version),
    files: lines.length,
    bytes,
    sha256: null,
    contentSha256: hash.digest('hex'),
  };
}

/** `[File]`, with `Size=` in bytes and `Hash=`, a SHA-256 in hexadecimal digits. */
function fileIn(ini: string): { bytes: number; sha256: string } | null {
  const bytes = /^\s*Size\s*=\s*(\d{1,15})\s*$/im.exec(ini)?.[1];
  const sha256 = /^\s*Hash\s*=\s*([0-9a-f]{64})\s*$/im.exec(ini)?.[1];
  return bytes === undefined || sha256 === undefined ? null : { bytes: Number(bytes), sha256 };
}

async function readIni(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(largestIni);
    const { bytesRead } = await handle.read(buffer, 0, largestIni, 0);
    return decodeSumFile(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** A folder in another, whatever its case. */
async function folderIn(parent: string, name: string): Promise<string | null> {
  const entries = await readdir(parent, { withFileTypes: true });
  const found = entries.find((one) => one.isDirectory() && one.name.toLowerCase() === name.toLowerCase());
  return found === undefined ? null : join(parent, found.name);
}
