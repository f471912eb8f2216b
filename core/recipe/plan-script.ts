import { hostOf, type Availability, type Recipe, type RecipeDeployment, type RecipeImage } from './recipe';
import { quoted, timeOf } from './powershell';
import { required } from '../base/required';

/**
 * The PowerShell script with which a site of Configuration Manager makes the media of a recipe, and makes its deployment
 * available to it. It asks for passwords when it runs; none is in it.
 */

/** Configuration Manager's own names. Source: Set-CMTaskSequenceDeployment, which calls -MakeAvailableTo what New-… calls -Availability. */
const availabilityNames: Readonly<Record<Availability, string>> = {
  clients: 'Clients',
  'clients-media-pxe': 'ClientsMediaAndPxe',
  'media-pxe': 'MediaAndPxe',
  'media-pxe-hidden': 'MediaAndPxeHidden',
};

const head = `#Requires -Version 5.1
# Made by Prestage from a recipe: makes prestaged media, and makes its deployment available to it.
# Run it in Windows PowerShell on a computer with the Configuration Manager console, as a user who may create media.
[CmdletBinding()]
param(`;

const preparation = `Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$CMPSSuppressFastNotUsedCheck = $true

function Select-One {
    param([string] $What, [object[]] $Found)
    $all = @($Found | Where-Object { $null -ne $_ })
    if ($all.Count -ne 1) { throw "$What was found $($all.Count) times, not once." }
    $all[0]
}

if (Test-Path -LiteralPath "FileSystem::$Path") { throw "The file $Path already exists." }
if (-not (Get-Module -Name ConfigurationManager)) {
    Import-Module (Join-Path (Split-Path $env:SMS_ADMIN_UI_PATH) 'ConfigurationManager.psd1')
}`;

/** Makes the script of a recipe in which no rule found anything (core/recipe/recipe-rules.ts). */
export function planScript(recipe: Recipe): string {
  const deployment = required(recipe.deployment, 'the deployment of the recipe');
  const path = recipe.mediaFile;
  const parameter =
    path === undefined
      ? ['    # File to make: a whole path that ends with .wim.', '    [Parameter(Mandatory)] [string] $Path']
      : ['    # File to make.', `    [string] $Path = ${quoted(path)}`];
  const sections = [
    [head, ...parameter, ')'],
    [preparation],
    passwords(deployment),
    [`Push-Location -LiteralPath ${quoted(`${deployment.siteCode}:\\`)}`, 'try {'],
    indented([
      ...objects(recipe, deployment),
      ...foundDeployment(deployment),
      '',
      ...media(recipe, deployment),
      '# Only now, when there is a media file for it.',
      `Set-CMTaskSequenceDeployment -TaskSequenceDeploymentId $deployment.AdvertisementID -MakeAvailableTo ${availabilityNames[deployment.availability]}`,
    ]),
    ['} finally {', '    Pop-Location', '}'],
    [
      '# Send this SHA-256 to the depot by another way than the file.',
      'Get-FileHash -LiteralPath "FileSystem::$Path" -Algorithm SHA256 | Format-List',
    ],
  ];
  const lines = sections.filter((section) => section.length > 0);
  return `${lines
    .map((section) => section.join('\n'))
    .join('\n\n')
    .replace('try {\n\n', 'try {\n')
    .replace('\n\n} finally', '\n} finally')}\n`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `    ${line}`));
}

function passwords({ passwordProtected, certificate }: RecipeDeployment): string[] {
  return [
    ...(passwordProtected
      ? ["$mediaPassword = Read-Host -AsSecureString -Prompt 'Password of the media'"]
      : []),
    ...(certificate.kind === 'pki'
      ? ["$certificatePassword = Read-Host -AsSecureString -Prompt 'Password of the certificate file'"]
      : []),
  ];
}

function one(what: string, name: string, command: string): string {
  return `Select-One -What ${quoted(`${what} ${name}`)} -Found @(${command})`;
}

function objects(recipe: Recipe, deployment: RecipeDeployment): string[] {
  const { siteCode, taskSequence, managementPoints, distributionPoints } = deployment;
  const byId = (what: string, cmdlet: string, id: string): string =>
    one(what, id, `${cmdlet} -Id ${quoted(id)}`);
  const image = (what: string, cmdlet: string, { packageId }: RecipeImage): string =>
    byId(what, cmdlet, required(packageId, `the package ID of the ${what}`));
  const site = `-SiteCode ${quoted(siteCode)}`;
  const list = (name: string, members: readonly string[]): string[] =>
    members.length === 0 ? [] : [`$${name} = @(`, ...members.map((member) => `    ${member}`), ')'];
  return [
    `$taskSequence = ${one('Task sequence', taskSequence, `Get-CMTaskSequence -TaskSequencePackageId ${quoted(taskSequence)}`)}`,
    `$bootImage = ${image('Boot image', 'Get-CMBootImage', recipe.bootImage)}`,
    `$operatingSystem = ${image('Operating system image', 'Get-CMOperatingSystemImage', recipe.operatingSystem)}`,
    ...list(
      'managementPoints',
      managementPoints.urls.map((url) => {
        const host = hostOf(url);
        return one(
          'Management point',
          host,
          `Get-CMManagementPoint -SiteSystemServerName ${quoted(host)} ${site}`,
        );
      }),
    ),
    ...list(
      'distributionPoints',
      distributionPoints.map((host) =>
        one(
          'Distribution point',
          host,
          `Get-CMDistributionPoint -SiteSystemServerName ${quoted(host)} ${site}`,
        ),
      ),
    ),
    ...list(
      'packages',
      recipe.packages.map(({ id }) => byId('Package', 'Get-CMPackage', id)),
    ),
    ...list(
      'applications',
      recipe.applications.map(({ name }) =>
        one('Application', name, `Get-CMApplication -Name ${quoted(name)} -DisableWildcardHandling`),
      ),
    ),
    ...list(
      'driverPackages',
      recipe.driverPackages.map(({ id }) => byId('Driver package', 'Get-CMDriverPackage', id)),
    ),
  ];
}

/** 0 is required, 2 is available. Source: SMS_Advertisement, OfferType. */
const offerTypes = { required: 0, available: 2 } as const;

function foundDeployment(deployment: RecipeDeployment): string[] {
  const { taskSequence, collection, preferredDeployment, purpose } = deployment;
  const found =
    preferredDeployment === undefined
      ? `Get-CMTaskSequenceDeployment -TaskSequenceId ${quoted(taskSequence)} -Fast | Where-Object { $_.CollectionID -eq ${quoted(required(collection, 'the collection of the recipe'))} }`
      : `Get-CMTaskSequenceDeployment -DeploymentId ${quoted(preferredDeployment)} -Fast | Where-Object { $_.PackageID -eq ${quoted(taskSequence)} }`;
  const which =
    preferredDeployment === undefined
      ? `${taskSequence} to collection ${required(collection, 'the collection of the recipe')}`
      : `${preferredDeployment} of task sequence ${taskSequence}`;
  return [
    '# The deployment must exist: a new one would reach every computer in its collection.',
    `$deployment = ${one('Deployment', which, found)}`,
    `if ($deployment.OfferType -ne ${offerTypes[purpose]}) {`,
    `    Write-Warning ${quoted(`The recipe says that the deployment is ${purpose}, but the site has it otherwise. It was left as it is.`)}`,
    '}',
  ];
}

function media(recipe: Recipe, deployment: RecipeDeployment): string[] {
  const { certificate, managementPoints, preferredDeployment } = deployment;
  const { comment, createdBy } = recipe;
  const settings: readonly (readonly [string, string | null])[] = [
    ['MediaMode', quoted(managementPoints.mode === 'dynamic' ? 'Dynamic' : 'SiteBased')],
    ['Path', '$Path'],
    ['TaskSequence', '$taskSequence'],
    ['BootImage', '$bootImage'],
    ['OperatingSystemImage', '$operatingSystem'],
    ['OperatingSystemImageIndex', String(recipe.operatingSystem.index)],
    ['ManagementPoint', '$managementPoints'],
    ['DistributionPoint', '$distributionPoints'],
    ['SiteCode', quoted(deployment.siteCode)],
    ['Package', recipe.packages.length === 0 ? null : '$packages'],
    ['Application', recipe.applications.length === 0 ? null : '$applications'],
    ['DriverPackage', recipe.driverPackages.length === 0 ? null : '$driverPackages'],
    ['Version', quoted(recipe.version)],
    ['Comment', comment === undefined ? null : quoted(comment)],
    ['CreatedBy', createdBy === undefined ? null : quoted(createdBy)],
    ['AllowUnattended', deployment.unattended ? '$true' : null],
    ['AllowUnknownMachine', deployment.unknownComputers ? '$true' : null],
    ['MediaPassword', deployment.passwordProtected ? '$mediaPassword' : null],
    ...(certificate.kind === 'pki'
      ? ([
          ['CertificatePath', quoted(certificate.file)],
          ['CertificatePassword', '$certificatePassword'],
        ] as const)
      : ([
          ['CertificateStartTime', certificate.start === undefined ? null : timeOf(certificate.start)],
          ['CertificateExpireTime', certificate.end === undefined ? null : timeOf(certificate.end)],
        ] as const)),
    [
      'Variable',
      preferredDeployment === undefined
        ? null
        : `@{ SMSTSPreferredAdvertID = ${quoted(preferredDeployment)} }`,
    ],
  ];
  return [
    '$media = @{',
    ...settings.flatMap(([name, value]) => (value === null ? [] : [`    ${name} = ${value}`])),
    '}',
    'New-CMPrestageMedia @media',
  ];
}
