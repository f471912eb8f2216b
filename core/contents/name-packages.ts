import { sanitizeForDisplay } from '../base/display';
import type { RecipeContent } from '../recipe/recipe';
import { packageKey, type Contents, type MediaContents } from './contents';

/** What a media file holds, with the names and versions that a recipe gives to it; null where it holds nothing. */
export function namedContents(
  { packages }: Pick<MediaContents, 'packages'>,
  recipe: readonly RecipeContent[],
): Contents | null {
  const named = new Map(recipe.map((one) => [packageKey(one.id), one]));
  if (packages.length === 0) return null;
  return {
    packages: packages.map(({ id, files, bytes, sha256 }) => {
      const known = named.get(packageKey(id));
      const name = known === undefined ? null : sanitizeForDisplay(known.name, 255);
      return { id, name, version: known?.version ?? null, files, bytes, sha256 };
    }),
  };
}
