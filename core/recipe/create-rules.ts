import type { MediaPlan } from './media-plan';
import { contentOf, type Recipe } from './recipe';
import type { RecipeComplaint } from './recipe-problems';

/** What a recipe must say for Prestage to make the media itself, and what is made of it. */

/** What is missing, or contradicts itself. */
export function createComplaints(recipe: Recipe): RecipeComplaint[] {
  const { operatingSystem, bootImage } = recipe;
  const complaints: RecipeComplaint[] = [];
  const say = (member: string, message: string): void => {
    complaints.push({ path: [member], message: `${member}.${message}` });
  };
  if (operatingSystem.media === undefined) {
    const other = 'or operatingSystem.media for a finished media file';
    if (operatingSystem.file === undefined) {
      say('operatingSystem', `file is missing: give the WIM file, ${other}`);
    }
    if (bootImage.file === undefined) say('bootImage', 'file is missing: the media would start nothing');
  } else {
    if (operatingSystem.file !== undefined) {
      say('operatingSystem', 'file and media are both there: give the one to which the content is added');
    }
    if (bootImage.file !== undefined) {
      say('bootImage', 'file is there, but the finished media has its own boot image: leave it out');
    }
    if (contentOf(recipe).length === 0 && recipe.driverPacks.length === 0) {
      say('operatingSystem', 'media is a finished media file, and there is no content to add to it');
    }
  }
  if (operatingSystem.media !== undefined && recipe.bootLoader !== 'as-is') {
    const message = 'bootLoader is there, but the finished media has its own boot loader: leave it out';
    complaints.push({ path: ['bootLoader'], message });
  }
  for (const list of ['packages', 'applications', 'driverPackages', 'driverPacks'] as const) {
    for (const [at, { folder }] of recipe[list].entries()) {
      if (folder !== undefined) continue;
      const message = `${list}[${at + 1}].folder is missing: its files are taken from there`;
      complaints.push({ path: [list, at], message });
    }
  }
  return complaints;
}

/**
 * What is made of a recipe without complaints.
 * @param recipe with absolute paths
 * @param output file that is made, absolute
 */
export function mediaPlanOf(recipe: Recipe, output: string, replace: boolean): MediaPlan {
  const { name, version, comment, operatingSystem, bootImage } = recipe;
  return {
    name: `${name} ${version}`,
    description: comment ?? '',
    base: {
      path: operatingSystem.media ?? operatingSystem.file ?? '',
      imageIndex: operatingSystem.index,
    },
    bootImage:
      operatingSystem.media === undefined
        ? { path: bootImage.file ?? '', imageIndex: bootImage.index }
        : null,
    ...(recipe.bootLoader === 'as-is' ? {} : { bootLoader: recipe.bootLoader }),
    packages: contentOf(recipe).map(({ id, folder }) => ({ id, folder: folder ?? '' })),
    driverPacks: recipe.driverPacks.map((pack) => ({ ...pack, folder: pack.folder ?? '' })),
    output,
    replace,
  };
}
