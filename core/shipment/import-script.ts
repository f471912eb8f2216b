import { sanitizeForDisplay } from '../base/display';
import type { ReplacedComputer } from '../machine/replaced-computer';
import { quoted } from '../recipe/powershell';
import { importRows, type ImportMachine, type ImportRow } from './import-csv';

/**
 * The PowerShell script that imports a shipment's machines into Configuration Manager and pairs each with the computer it
 * replaces. Source of the parameters: Microsoft, "Import-CMComputerInformation" (ConfigurationManager module): names are
 * taken as they are with -DisableWildcardHandling.
 */

/** A machine of the shipment, and whose place it takes. */
export interface PairedMachine extends ImportMachine {
  /** Null: it replaces none that is known. */
  readonly replaces: ReplacedComputer | null;
}

const head = `#Requires -Version 5.1
# Made by Prestage: imports the machines of a shipment into Configuration Manager, and pairs them with the computers they
# replace, so that user state can be taken over. It is used in place of configmgr-import.csv, not after it.
# Run it in Windows PowerShell on a computer with the Configuration Manager console. Try it first with -WhatIf.
[CmdletBinding(SupportsShouldProcess)]
param(
    # Code of the site.
    [Parameter(Mandatory)] [ValidatePattern('^[A-Za-z0-9]{3}$')] [string] $SiteCode,
    # Collection that gets the machines. Without it they are in All Systems only.
    [string] $CollectionName
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$CMPSSuppressFastNotUsedCheck = $true
if (-not (Get-Module -Name ConfigurationManager)) {
    Import-Module (Join-Path (Split-Path $env:SMS_ADMIN_UI_PATH) 'ConfigurationManager.psd1')
}
$more = @{ DisableWildcardHandling = $true }
if ($CollectionName) { $more['CollectionName'] = $CollectionName }
$failed = 0

Push-Location -LiteralPath ($SiteCode + ':\\')
try {
`;

const tail = `} finally {
    Pop-Location
}
if ($failed -gt 0) { throw ('Machines that were not imported: ' + $failed) }
`;

/**
 * The script, of ASCII; each value is a literal (core/recipe/powershell.ts). One machine that fails does not stop the others. A
 * machine that cannot be imported is a comment with the reason.
 * @returns null when no machine replaces another one
 */
export function importScript(machines: readonly PairedMachine[]): string | null {
  if (machines.every(({ replaces }) => replaces === null)) return null;
  const rows = importRows(machines);
  const lines = machines.flatMap(({ serial, replaces }, index) => {
    const one = rows[index];
    if (one === undefined || 'left' in one) {
      return [comment(`Machine ${serial} is not imported: it ${one?.left.reason ?? 'is not known'}.`)];
    }
    return importLines(one.row, replaces);
  });
  return `${head}${lines.map((line) => `    ${line}\n`).join('')}${tail}`;
}

function importLines({ serial, name, uuid, mac }: ImportRow, replaces: ReplacedComputer | null): string[] {
  const old = replaces?.computerName ?? null;
  const itself = old !== null && old.toUpperCase() === name.toUpperCase();
  if (itself) {
    const why = `it takes over the name ${name} of the computer it replaces, and a computer cannot be paired with itself`;
    return [comment(`Machine ${serial} is not imported: ${why}.`)];
  }
  const command = [
    `Import-CMComputerInformation -ComputerName ${quoted(name)}`,
    ...(uuid === null ? [] : [`-SMBiosGuid ${quoted(uuid)}`]),
    ...(mac === null ? [] : [`-MacAddress ${quoted(mac)}`]),
    ...(old === null ? [] : [`-SourceComputerName ${quoted(old)}`]),
    '@more',
  ].join(' ');
  return [
    ...(replaces !== null && old === null
      ? [
          comment(
            `Machine ${serial} is imported without a pair: of the computer it replaces only the serial is known.`,
          ),
        ]
      : []),
    `try { ${command} } catch { $failed += 1; Write-Warning (${quoted(`${name}: `)} + $_) }`,
  ];
}

/** A comment ends with its line, and must not lose its meaning with its encoding. */
function comment(text: string): string {
  return `# ${sanitizeForDisplay(text, 400).replace(/[^\x20-\x7e]/g, '?')}`;
}
