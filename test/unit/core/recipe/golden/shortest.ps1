#Requires -Version 5.1
# Made by Prestage from a recipe: makes prestaged media, and makes its deployment available to it.
# Run it in Windows PowerShell on a computer with the Configuration Manager console, as a user who may create media.
[CmdletBinding()]
param(
    # File to make.
    [string] $Path = 'D:\media\contoso.wim'
)

Set-StrictMode -Version 2.0
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
}

$mediaPassword = Read-Host -AsSecureString -Prompt 'Password of the media'

Push-Location -LiteralPath 'ABC:\'
try {
    $taskSequence = Select-One -What 'Task sequence ABC00020' -Found @(Get-CMTaskSequence -TaskSequencePackageId 'ABC00020')
    $bootImage = Select-One -What 'Boot image ABC00005' -Found @(Get-CMBootImage -Id 'ABC00005')
    $operatingSystem = Select-One -What 'Operating system image ABC00006' -Found @(Get-CMOperatingSystemImage -Id 'ABC00006')
    $managementPoints = @(
        Select-One -What 'Management point mp01.contoso.com' -Found @(Get-CMManagementPoint -SiteSystemServerName 'mp01.contoso.com' -SiteCode 'ABC')
    )
    $distributionPoints = @(
        Select-One -What 'Distribution point dp01.contoso.com' -Found @(Get-CMDistributionPoint -SiteSystemServerName 'dp01.contoso.com' -SiteCode 'ABC')
    )
    $packages = @(
        Select-One -What 'Package ABC00010' -Found @(Get-CMPackage -Id 'ABC00010')
    )
    # The deployment must exist: a new one would reach every computer in its collection.
    $deployment = Select-One -What 'Deployment ABC00020 to collection ABC00030' -Found @(Get-CMTaskSequenceDeployment -TaskSequenceId 'ABC00020' -Fast | Where-Object { $_.CollectionID -eq 'ABC00030' })
    if ($deployment.OfferType -ne 2) {
        Write-Warning 'The recipe says that the deployment is available, but the site has it otherwise. It was left as it is.'
    }

    $media = @{
        MediaMode = 'SiteBased'
        Path = $Path
        TaskSequence = $taskSequence
        BootImage = $bootImage
        OperatingSystemImage = $operatingSystem
        OperatingSystemImageIndex = 3
        ManagementPoint = $managementPoints
        DistributionPoint = $distributionPoints
        SiteCode = 'ABC'
        Package = $packages
        Version = '1.10'
        MediaPassword = $mediaPassword
        CertificateStartTime = [datetime]::new(2026, 12, 1, 0, 0, 0, [DateTimeKind]::Utc).ToLocalTime()
        CertificateExpireTime = [datetime]::new(2027, 12, 1, 0, 0, 0, [DateTimeKind]::Utc).ToLocalTime()
    }
    New-CMPrestageMedia @media
    # Only now, when there is a media file for it.
    Set-CMTaskSequenceDeployment -TaskSequenceDeploymentId $deployment.AdvertisementID -MakeAvailableTo MediaAndPxe
} finally {
    Pop-Location
}

# Send this SHA-256 to the depot by another way than the file.
Get-FileHash -LiteralPath "FileSystem::$Path" -Algorithm SHA256 | Format-List
