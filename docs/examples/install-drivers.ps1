#Requires -Version 5.1
# Example of a first-start script: installs the driver pack of \Drivers that is this machine's own, and no other.
# It runs as SYSTEM or as an administrator, such as from SetupComplete.cmd:
#   powershell.exe -NoProfile -ExecutionPolicy Bypass -File "%SystemDrive%\Drivers\install-drivers.ps1"
# One driver that fails does not stop the others; the log names it.
[CmdletBinding()]
param(
    [string] $Drivers = (Join-Path $env:SystemDrive '\Drivers'),
    [string] $MachineFile = (Join-Path $env:SystemDrive '\Prestage\machine.json'),
    [string] $Log = (Join-Path $env:SystemRoot 'Temp\install-drivers.log')
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Write-Log {
    param([string] $Text)
    Add-Content -LiteralPath $Log -Encoding UTF8 -Value ('{0:s} {1}' -f (Get-Date), $Text)
}

function Get-Text {
    param([object] $From, [string] $Name)
    $property = $From.PSObject.Properties[$Name]
    if ($null -eq $property -or $null -eq $property.Value) { return '' }
    ([string] $property.Value).Trim()
}

function Read-Json {
    param([string] $Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return $null }
    Get-Content -LiteralPath $Path -Raw -Encoding UTF8 | ConvertFrom-Json
}

# The pack that the depot chose, where the drive has a machine.json; else by what the firmware says.
function Find-Pack {
    $machine = Read-Json -Path $MachineFile
    if ($null -ne $machine) {
        $chosen = Get-Text -From $machine -Name 'driverPack'
        if ($chosen -ne '') { return $chosen }
    }
    $system = Get-CimInstance -ClassName Win32_ComputerSystem
    $board = Get-CimInstance -ClassName Win32_BaseBoard
    $model = Get-Text -From $system -Name 'Model'
    $type = if ($model.Length -ge 4) { $model.Substring(0, 4) } else { '' }
    $ids = @{
        dellSystemId = Get-Text -From $system -Name 'SystemSKUNumber'
        lenovoType   = $type
        hpBoard      = Get-Text -From $board -Name 'Product'
    }
    $byName = ''
    foreach ($pack in @(Read-Json -Path (Join-Path $Drivers 'packs.json'))) {
        if ($null -eq $pack) { continue }
        foreach ($row in @($pack.models)) {
            foreach ($id in $ids.Keys) {
                $wanted = Get-Text -From $row -Name $id
                if ($wanted -ne '' -and $wanted -eq $ids[$id]) { return (Get-Text -From $pack -Name 'pack') }
            }
            $wanted = Get-Text -From $row -Name 'model'
            if ($wanted -ne '' -and $wanted -eq $model) { $byName = Get-Text -From $pack -Name 'pack' }
        }
    }
    $byName
}

$pack = Find-Pack
if ($pack -eq '') {
    Write-Log 'No driver pack is for this machine.'
    exit 0
}
# One folder's name, and no path.
if ($pack -notmatch '^[A-Za-z0-9][A-Za-z0-9 ._+()-]{0,63}$') { throw 'The name of the driver pack is not valid.' }
$folder = Join-Path $Drivers $pack
if (-not (Test-Path -LiteralPath $folder -PathType Container)) {
    Write-Log "The driver pack $pack is not on this drive."
    exit 1
}

$failed = 0
foreach ($inf in @(Get-ChildItem -LiteralPath $folder -Filter '*.inf' -Recurse -File)) {
    try {
        & (Join-Path $env:SystemRoot 'System32\pnputil.exe') /add-driver $inf.FullName /install | Out-Null
        # What pnputil ends with (Microsoft, "PnPUtil"): 259 where no device needs the driver, 3010 where a restart is needed.
        if (@(0, 259, 3010) -notcontains $LASTEXITCODE) { throw "pnputil ended with $LASTEXITCODE" }
        Write-Log "Added $($inf.FullName)"
    } catch {
        $failed += 1
        Write-Log "FAILED $($inf.FullName): $_"
    }
}
Write-Log "Driver pack ${pack}: $failed failed."
exit 0
