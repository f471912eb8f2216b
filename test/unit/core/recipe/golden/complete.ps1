#Requires -Version 5.1
# Made by Prestage from a recipe: makes prestaged media, and makes its deployment available to it.
# Run it in Windows PowerShell on a computer with the Configuration Manager console, as a user who may create media.
[CmdletBinding()]
param(
    # File to make: a whole path that ends with .wim.
    [Parameter(Mandatory)] [string] $Path
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

$certificatePassword = Read-Host -AsSecureString -Prompt 'Password of the certificate file'

Push-Location -LiteralPath 'ABC:\'
try {
    $taskSequence = Select-One -What 'Task sequence ABC00020' -Found @(Get-CMTaskSequence -TaskSequencePackageId 'ABC00020')
    $bootImage = Select-One -What 'Boot image ABC00005' -Found @(Get-CMBootImage -Id 'ABC00005')
    $operatingSystem = Select-One -What 'Operating system image ABC00006' -Found @(Get-CMOperatingSystemImage -Id 'ABC00006')
    $managementPoints = @(
        Select-One -What 'Management point mp01.contoso.com' -Found @(Get-CMManagementPoint -SiteSystemServerName 'mp01.contoso.com' -SiteCode 'ABC')
        Select-One -What 'Management point mp02.contoso.com' -Found @(Get-CMManagementPoint -SiteSystemServerName 'mp02.contoso.com' -SiteCode 'ABC')
    )
    $distributionPoints = @(
        Select-One -What 'Distribution point dp01.contoso.com' -Found @(Get-CMDistributionPoint -SiteSystemServerName 'dp01.contoso.com' -SiteCode 'ABC')
        Select-One -What 'Distribution point dp02.contoso.com' -Found @(Get-CMDistributionPoint -SiteSystemServerName 'dp02.contoso.com' -SiteCode 'ABC')
    )
    $packages = @(
        Select-One -What 'Package ABC00010' -Found @(Get-CMPackage -Id 'ABC00010')
        Select-One -What 'Package ABC00013' -Found @(Get-CMPackage -Id 'ABC00013')
    )
    $applications = @(
        Select-One -What 'Application 7-Zip' -Found @(Get-CMApplication -Name '7-Zip' -DisableWildcardHandling)
    )
    $driverPackages = @(
        Select-One -What 'Driver package ABC00012' -Found @(Get-CMDriverPackage -Id 'ABC00012')
    )
    # The deployment must exist: a new one would reach every computer in its collection.
    $deployment = Select-One -What 'Deployment ABC20005 of task sequence ABC00020' -Found @(Get-CMTaskSequenceDeployment -DeploymentId 'ABC20005' -Fast | Where-Object { $_.PackageID -eq 'ABC00020' })
    if ($deployment.OfferType -ne 0) {
        Write-Warning 'The recipe says that the deployment is required, but the site has it otherwise. It was left as it is.'
    }

    $media = @{
        MediaMode = 'Dynamic'
        Path = $Path
        TaskSequence = $taskSequence
        BootImage = $bootImage
        OperatingSystemImage = $operatingSystem
        OperatingSystemImageIndex = 3
        ManagementPoint = $managementPoints
        DistributionPoint = $distributionPoints
        SiteCode = 'ABC'
        Package = $packages
        Application = $applications
        DriverPackage = $driverPackages
        Version = '1.10'
        Comment = 'The depot''s own'
        CreatedBy = 'Deployment team'
        AllowUnattended = $true
        AllowUnknownMachine = $true
        CertificatePath = 'C:\certificates\media.pfx'
        CertificatePassword = $certificatePassword
        Variable = @{ SMSTSPreferredAdvertID = 'ABC20005' }
    }
    New-CMPrestageMedia @media
    # Only now, when there is a media file for it.
    Set-CMTaskSequenceDeployment -TaskSequenceDeploymentId $deployment.AdvertisementID -MakeAvailableTo MediaAndPxeHidden
} finally {
    Pop-Location
}

# Send this SHA-256 to the depot by another way than the file.
Get-FileHash -LiteralPath "FileSystem::$Path" -Algorithm SHA256 | Format-List
