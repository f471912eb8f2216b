import { z } from 'zod';
import { daySchema } from '../base/day';
import { sanitizeForDisplay } from '../base/display';
import { loaderChoiceSchema } from '../boot/loader-choice';
import { driverPackSchema } from '../drivers/driver-table';
import { defaultLayoutName, layouts } from '../drive/layout';
import { rackChoicesSchema } from '../rack/rack-choices';
import { machineFileListSchema } from '../machine-files/machine-file';

/**
 * The recipe of a media file: what it is made of, and the settings of the deployment that its machines will look for. An
 * engineer writes it in YAML; docs/reference/recipe.schema.json is made from this file.
 */

/** What a recipe's texts may be: they go into scripts, file names and lists. */
function text(limit: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(limit)
    .refine((value) => value.length > limit || value === sanitizeForDisplay(value, limit), {
      message: 'must be one line of visible characters, without blanks at its ends or two blanks in a row',
    });
}

const unsafeInPath = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** A path as it stands in the recipe. */
function path(): z.ZodString {
  return z
    .string()
    .min(1)
    .max(1024)
    .refine((value) => !unsafeInPath.test(value), {
      message: 'must not hold control or invisible characters',
    });
}

/** Eight capital letters and digits, as Configuration Manager gives them: the site's code, then five digits. */
export const packageIdSchema = z
  .string()
  .regex(/^[A-Z0-9]{8}$/, { message: 'must be 8 capital letters and digits, such as ABC00012' });

const indexSchema = z.int().min(1).max(1000);

const timeSchema = z.iso.datetime({
  offset: true,
  error: 'must be a time with its zone, such as 2027-01-31T12:00:00Z',
});

/** Content that a media file holds under `\SMS\PKG\<id>`. */
export const recipeContentSchema = z.strictObject({
  /** Package ID: the name of its folder on the media. For a site the one that it gave. */
  id: packageIdSchema,
  /** In Configuration Manager, its name there: an application is looked for by it. */
  name: text(127),
  /** In quotation marks, or `1.10` would become `1.1`. */
  version: text(64).optional(),
  /** Folder with its files, from the recipe's folder on. Only `media create` reads it. */
  folder: path().optional(),
});
export type RecipeContent = z.infer<typeof recipeContentSchema>;

/** Drivers of some models: a folder of the media below `\Drivers`. */
const driverPackSourceSchema = z.strictObject({
  ...driverPackSchema.shape,
  /** Folder with its INF files, from the recipe's folder on. Only `media create` reads it. */
  folder: path().optional(),
});

/** An image that is in a WIM file and, at a site, in a package. */
const imageSchema = z.strictObject({
  /** WIM file, from the recipe's folder on. Only `media create` reads it. */
  file: path().optional(),
  /** Image in the file, from 1 on. */
  index: indexSchema.default(1),
  /** Package ID of the image at the site. Only `media plan` uses it. */
  packageId: packageIdSchema.optional(),
});
export type RecipeImage = z.infer<typeof imageSchema>;

/** The operating system, or a finished media file in its place. */
const systemSchema = z.strictObject({
  ...imageSchema.shape,
  /**
   * A finished prestaged media (WIM file) in place of `file`: content is added to it, and its boot image stays as it is. Only
   * `media create` reads it.
   */
  media: path().optional(),
});

/** Whom a deployment is offered to, in the order of Configuration Manager's own list. */
export const availabilities = ['clients', 'clients-media-pxe', 'media-pxe', 'media-pxe-hidden'] as const;
export type Availability = (typeof availabilities)[number];

const certificateSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** The site makes it with the media, for management points with http. */
    kind: z.literal('self-signed'),
    /** Time from which on it is valid. */
    start: timeSchema.optional(),
    /** Time until which it is valid. Without it the site takes one year. */
    end: timeSchema.optional(),
  }),
  z.strictObject({
    /** Of the enterprise's own PKI, for management points with https. */
    kind: z.literal('pki'),
    /** Path of the PFX file on the computer that runs the script. Its password is asked for there. */
    file: path(),
    /** Time from which on it is valid. */
    start: timeSchema.optional(),
    /** Time until which it is valid. */
    end: timeSchema.optional(),
  }),
]);
export type RecipeCertificate = z.infer<typeof certificateSchema>;

/** http(s), a host, and if need be a port. */
const managementPointUrlSchema = z
  .string()
  .max(300)
  .regex(/^https?:\/\/[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})(?::\d{1,5})?\/?$/, {
    message: 'must be an address such as http://mp01.contoso.com',
  });

/** The host of a management point's address. */
export function hostOf(url: string): string {
  return /^https?:\/\/([^:/]+)/.exec(url)?.[1] ?? url;
}

const hostSchema = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, {
    message: 'must be a host name, such as dp01.contoso.com',
  });

/** What a machine finds when the media starts on it. */
export const recipeDeploymentSchema = z.strictObject({
  /** Code of the site: three letters and digits. */
  siteCode: z
    .string()
    .regex(/^[A-Z0-9]{3}$/, { message: 'must be 3 capital letters and digits, such as ABC' }),
  /** Package ID of the task sequence. It is not on the media: machines get it from the management point. */
  taskSequence: packageIdSchema,
  /** ID of the collection that the task sequence is deployed to. */
  collection: packageIdSchema.optional(),
  /** Make available to: `clients` alone never reaches a media file. */
  availability: z.enum(availabilities),
  /** Whether the task sequence starts by itself (required) or is chosen from a list (available). */
  purpose: z.enum(['required', 'available']),
  /** ID of the deployment that the media starts without asking. A hidden deployment starts in no other way. */
  preferredDeployment: packageIdSchema.optional(),
  /** Nobody needs to be at the machine. */
  unattended: z.boolean().default(false),
  /** Machines that the site does not know yet may use the media. */
  unknownComputers: z.boolean().default(false),
  managementPoints: z.strictObject({
    /** Site-based: only these. Dynamic: the first of these that answers names the one of the machine's place. */
    mode: z.enum(['site-based', 'dynamic']),
    /** Each with http:// or https://. */
    urls: z.array(managementPointUrlSchema).min(1).max(20),
  }),
  /** Host names of the distribution points from which the site takes the content. */
  distributionPoints: z.array(hostSchema).min(1).max(50),
  /** The certificate with which the media signs in at the management point. */
  certificate: certificateSchema,
  /** Whoever starts the media must type a password, which the script asks for. */
  passwordProtected: z.boolean().default(true),
  /** Last day on which a machine with this media may leave the depot. */
  shipBy: daySchema.optional(),
});
export type RecipeDeployment = z.infer<typeof recipeDeploymentSchema>;

const contentListSchema = z.array(recipeContentSchema).max(1000).default([]);

export const recipeSchema = z.strictObject({
  /** Name of the media: also of the files that are made of it. */
  name: text(64),
  /** As the enterprise counts; in quotation marks. */
  version: text(32),
  /** A number that the sender raises with each media file of this name: it says what is older. */
  revision: z.int().min(1).max(1_000_000_000).default(1),
  /** What it is for. */
  comment: text(127).optional(),
  createdBy: text(50).optional(),
  /** Windows PE, which starts first. */
  bootImage: imageSchema.prefault({}),
  /** Windows, as it will be on the machine. */
  operatingSystem: systemSchema,
  packages: contentListSchema,
  applications: contentListSchema,
  driverPackages: contentListSchema,
  /** Drivers by model, which a machine installs when it first starts. Each drive learns which pack is its own. */
  driverPacks: z.array(driverPackSourceSchema).max(500).default([]),
  /** Files that each machine gets of its own. `media send` takes their templates along. */
  machineFiles: machineFileListSchema.optional(),
  /** Without it the media is not for a site of Configuration Manager. */
  deployment: recipeDeploymentSchema.optional(),
  /** Partitions of the drives. */
  layout: z.enum(layouts.map(({ name }) => name)).default(defaultLayoutName),
  /** Boot loader of a media file that Prestage makes: Windows' own, or the one for Microsoft's certificates of 2011 or 2023, in quotation marks. */
  bootLoader: loaderChoiceSchema.default('as-is'),
  /** What machines of a rack do at the end of a batch, and which of their disks gets the image. Work orders count before it. */
  ...rackChoicesSchema.shape,
  /** Where the site writes the media: a path of Windows, such as `\\server\share\contoso.wim`. */
  mediaFile: path().optional(),
});
export type Recipe = z.infer<typeof recipeSchema>;

/** Everything that the media holds under `\SMS\PKG`, in the order of the recipe. */
export function contentOf(recipe: Recipe): readonly RecipeContent[] {
  return [...recipe.packages, ...recipe.applications, ...recipe.driverPackages];
}
