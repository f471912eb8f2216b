import { z } from 'zod';
import { certificateYears } from '../boot/loader-trust';
import { driverTableSchema } from '../drivers/driver-table';
import { rackChoicesSchema } from '../rack/rack-choices';
import { machineFileSchema, maxMachineFiles, type MachineFile } from '../machine-files/machine-file';
import {
  contentOf,
  recipeContentSchema,
  recipeDeploymentSchema,
  recipeSchema,
  type Recipe,
} from '../recipe/recipe';

/** What a manifest says of the recipe: its settings, without secrets and without paths of the enterprise's computer. */

export const recipeSettingsSchema = z.strictObject({
  /** What the media is for. */
  comment: recipeSchema.shape.comment,
  createdBy: recipeSchema.shape.createdBy,
  layout: z.string(),
  /** Boot loader that was chosen for the media; missing: Windows' own as it comes. */
  bootLoader: z.enum(certificateYears).optional(),
  /** What machines of a rack do at the end of a batch, and which of their disks gets the image; missing: the recipe says nothing. */
  ...rackChoicesSchema.shape,
  /** Packages, applications and driver packages, as the recipe names them. */
  content: z.array(recipeContentSchema.omit({ folder: true })),
  /** Which driver pack is for which machines; missing when the recipe has none. */
  driverPacks: driverTableSchema.optional(),
  /** Missing where the media is not for a site of Configuration Manager. The certificate's times are in `dates`. */
  deployment: recipeDeploymentSchema.omit({ certificate: true }).optional(),
  /** Files that each machine gets of its own, with their templates; missing when there are none. */
  machineFiles: z.array(machineFileSchema).min(1).max(maxMachineFiles).optional(),
});
export type RecipeSettings = z.infer<typeof recipeSettingsSchema>;

/** @param machineFiles those of the recipe, with what their templates hold */
export function settingsOf(recipe: Recipe, machineFiles: readonly MachineFile[] = []): RecipeSettings {
  const { comment, createdBy, layout, bootLoader, deployment, driverPacks, atEnd, disk } = recipe;
  return {
    ...(comment === undefined ? {} : { comment }),
    ...(createdBy === undefined ? {} : { createdBy }),
    layout,
    ...(bootLoader === 'as-is' ? {} : { bootLoader }),
    ...(atEnd === undefined ? {} : { atEnd }),
    ...(disk === undefined ? {} : { disk }),
    content: contentOf(recipe).map(({ folder: _folder, ...named }) => named),
    ...(driverPacks.length === 0
      ? {}
      : { driverPacks: driverPacks.map(({ pack, models }) => ({ pack, models })) }),
    ...(deployment === undefined ? {} : { deployment: withoutCertificate(deployment) }),
    ...(machineFiles.length === 0 ? {} : { machineFiles: [...machineFiles] }),
  };
}

function withoutCertificate({
  certificate: _certificate,
  ...rest
}: NonNullable<Recipe['deployment']>): NonNullable<RecipeSettings['deployment']> {
  return rest;
}
