import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeTrainingTree, randomBytes, type TrainingTreeOptions } from '../../helper/media/training-tree';

export { mediaStore } from '../../helper/boot/media-store';
export { bootPaths, randomBytes, smallWim } from '../../helper/media/training-tree';

export interface TreeOptions extends TrainingTreeOptions {
  /** Bytes of incompressible data added, in files of at most 64 MiB; none by default. */
  readonly extraBytes?: number;
  /** Path → content of further files. */
  readonly extraFiles?: Readonly<Record<string, string | Buffer>>;
}

/** The tree of the training media, with what a test adds or leaves out. */
export async function makeTree(directory: string, options: TreeOptions = {}): Promise<void> {
  await makeTrainingTree(directory, options);
  const without = new Set(options.without ?? []);
  const put = async (path: string, content: string | Buffer): Promise<void> => {
    if (without.has(path)) return;
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  };
  for (const [path, content] of Object.entries(options.extraFiles ?? {})) await put(path, content);

  const piece = 64 * 1024 * 1024;
  for (let at = 0, index = 0; at < (options.extraBytes ?? 0); at += piece, index += 1) {
    const bytes = Math.min(piece, (options.extraBytes ?? 0) - at);
    await put(`SMS/PKG/ABC00002/payload${String(index)}.bin`, randomBytes(bytes, 5000 + index));
  }
}
