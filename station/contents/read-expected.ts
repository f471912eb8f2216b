import { readFile, stat } from 'node:fs/promises';
import { MiB } from '../../core/base/units';
import type { ExpectedPackage } from '../../core/contents/compare-contents';
import { readExpected } from '../../core/contents/expected-contents';
import { contentOf, type RecipeContent } from '../../core/recipe/recipe';
import { decodeSumFile } from '../media/decode-sum-file';
import { readRecipe } from '../recipe/read-recipe';
import { readContentLibrary } from './content-library';
import { listInvalid, listUnreadable } from './list-errors';

/** A list of 100,000 packages takes some 20 MiB. Bytes. */
const largestList = 64 * MiB;

/**
 * What a media file should hold, by a list: a manifest or the JSON of `media contents`, a table (CSV), a recipe, which names packages but
 * not their content, or the copy of a site's content library, which is a folder.
 * @throws PrestageError contents-list-invalid, recipe-…, cancelled
 */
export async function expectedPackages(path: string, signal: AbortSignal): Promise<ExpectedPackage[]> {
  let bytes: Buffer;
  try {
    const details = await stat(path);
    if (details.isDirectory()) return await readContentLibrary(path, signal);
    if (/\.ya?ml$/i.test(path)) return contentOf(readRecipe(path).recipe).map(expectedOf);
    if (!details.isFile()) throw listInvalid(path, 'is neither a file nor a folder');
    if (details.size > largestList) {
      throw listInvalid(path, `has ${details.size} bytes, more than any list needs`);
    }
    bytes = await readFile(path);
  } catch (error) {
    throw listUnreadable(path, error);
  }
  const { packages, problem } = readExpected(decodeSumFile(bytes));
  if (packages === null) throw listInvalid(path, problem);
  return packages;
}

function expectedOf({ id, name, version }: RecipeContent): ExpectedPackage {
  return { id, name, version: version ?? null, files: null, bytes: null, sha256: null, contentSha256: null };
}
