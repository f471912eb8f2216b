import { dayOf } from '../../core/base/day';

/**
 * What `prestage media recipe` writes: a recipe with everything in it, to be changed by whoever needs one. It reads back
 * without a problem.
 * @param now the certificate begins today and ends in a year
 */
export function startingRecipe(now: Date): string {
  const day = (days: number): string =>
    dayOf(new Date(now.getTime() + days * 24 * 60 * 60 * 1000).toISOString());
  return `# The recipe of a prestaged media file. Indent with blanks, never with tabs.
# What each member may be: docs/reference/json.md, "Recipe", and docs/reference/recipe.schema.json of Prestage.
#   prestage media plan FILE     checks it and writes the script for a site of Configuration Manager
#   prestage media create FILE   makes the media without a site

# Name of the media, and of the files that are made of it.
name: Contoso Windows 11
# As you count. In quotation marks: without them 1.10 would become 1.1.
version: '${day(0).slice(0, 7).replace('-', '.')}'
# Raise it with each media file of this name: a depot refuses what is older than what it has.
revision: 1
# At most 127 and 50 characters.
comment: Windows 11 24H2 for the branches
createdBy: Deployment team

# Paths begin at the folder of this file. "file" is for media create, "packageId" for media plan: give what you use.
bootImage:
  file: sources/boot.wim
  index: 1
  packageId: ABC00005
operatingSystem:
  file: sources/install.wim
  index: 1
  packageId: ABC00006

# Content that machines take from their own drive instead of the network. Each ID only once.
packages:
  - id: ABC00010
    name: Configuration Manager client
    version: '5.00.9128'
    folder: content/client
applications:
  - id: ABC00011
    name: 7-Zip
    version: '24.08'
    folder: content/7zip
driverPackages:
  - id: ABC00012
    name: Latitude 5450
    version: A05
    folder: content/latitude-5450

# Without a site of Configuration Manager: remove all of "deployment".
deployment:
  siteCode: ABC
  taskSequence: ABC00020
  collection: ABC00030
  # clients-media-pxe, media-pxe or media-pxe-hidden.
  availability: media-pxe
  # required: starts by itself. available: is chosen from a list.
  purpose: available
  # The deployment that the media starts without asking. A hidden one needs it, and unattended: true.
  # preferredDeployment: ABC20005
  unattended: false
  unknownComputers: true
  managementPoints:
    # site-based: these. dynamic: one of these names the right one for the place of the machine.
    mode: dynamic
    urls:
      - http://mp01.contoso.com
  distributionPoints:
    - dp01.contoso.com
  # self-signed for http, pki with a PFX file for https:
  #   kind: pki
  #   file: C:\\certificates\\media.pfx
  certificate:
    kind: self-signed
    start: ${day(0)}T00:00:00Z
    end: ${day(365)}T00:00:00Z
  # The script asks for the password; it is never written down.
  passwordProtected: true
  # Last day on which a machine may leave the depot. The certificate must be valid on it.
  shipBy: ${day(270)}

# Partitions of the drives: uefi, uefi-recovery or configmgr-uefi.
layout: configmgr-uefi
# Where the site writes the media.
mediaFile: '\\\\files.contoso.com\\media\\contoso-windows-11.wim'
`;
}
