<#
.SYNOPSIS
Installs the Hermes workers as Windows services, from this checkout, or removes them.

.DESCRIPTION
Builds with the .NET SDK and copies the programs to Folder. Each worker becomes a service under an account of its own (NT SERVICE\<name>), which
may read the folder and nothing more; Windows starts it again when it fails. Settings stand in appsettings.json in Folder, secrets in the
service's own environment (see the end of this script's output). Run it again to install a newer version: settings are kept.

.PARAMETER Worker
Which: Consumer, Retransmitter, Janitor; all three by default.

.PARAMETER Folder
Where the programs go. Default: HermesWorkers below Program Files.

.PARAMETER Remove
Stops and removes the services; settings are kept.

.EXAMPLE
.\install.ps1 -Worker Consumer, Retransmitter
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding(SupportsShouldProcess)]
param(
    [ValidateSet('Consumer', 'Retransmitter', 'Janitor')] [string[]] $Worker = @('Consumer', 'Retransmitter', 'Janitor'),
    [string] $Folder = (Join-Path $env:ProgramFiles 'HermesWorkers'),
    [switch] $Remove
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$source = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
# Longer than Consumer:DrainBudget and the time for leaving the groups.
$stopSeconds = 60

function Invoke-Tool([string] $program, [string[]] $arguments) {
    & $program @arguments | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "$program $($arguments -join ' ') ended with exit code $LASTEXITCODE." }
}

function Stop-Worker([string] $name) {
    $service = Get-Service -Name $name -ErrorAction SilentlyContinue
    if ($null -eq $service) { return $false }
    if ($service.Status -ne 'Stopped') {
        Stop-Service -Name $name
        $service.WaitForStatus('Stopped', [TimeSpan]::FromSeconds($stopSeconds))
    }
    return $true
}

if (-not $Remove -and $null -eq (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    throw "The .NET 10 SDK is missing: 'dotnet' is not on the PATH."
}

foreach ($kind in $Worker) {
    $name = "Hermes$kind"
    if (-not $PSCmdlet.ShouldProcess($name, $(if ($Remove) { 'Remove' } else { 'Install' }))) { continue }
    $isThere = Stop-Worker $name
    if ($Remove) {
        if ($isThere) { Invoke-Tool 'sc.exe' @('delete', $name) }
        continue
    }

    $settings = Join-Path $Folder 'appsettings.json'
    Invoke-Tool 'dotnet' @('publish', (Join-Path $source "src\Hermes.Worker.$kind"), '-c', 'Release', '-r', 'win-x64', '--self-contained', 'false', '-o', $Folder, '-v', 'q', '-nologo')
    if (-not (Test-Path $settings)) { Copy-Item (Join-Path $source 'systemd\appsettings.json') $settings }

    $program = '"{0}"' -f (Join-Path $Folder "Hermes.Worker.$kind.exe")
    if (-not $isThere) {
        New-Service -Name $name -BinaryPathName $program -DisplayName "Hermes $($kind.ToLowerInvariant())" -StartupType Automatic | Out-Null
    }
    Invoke-Tool 'sc.exe' @('config', $name, 'binPath=', $program, 'obj=', "NT SERVICE\$name", 'start=', 'delayed-auto')
    Invoke-Tool 'sc.exe' @('sidtype', $name, 'restricted')
    Invoke-Tool 'sc.exe' @('failure', $name, 'reset=', '86400', 'actions=', 'restart/2000/restart/5000/restart/30000')
    Invoke-Tool 'sc.exe' @('failureflag', $name, '1')
    Invoke-Tool 'icacls.exe' @($Folder, '/grant', "NT SERVICE\${name}:(OI)(CI)RX")
}

if (-not $Remove) {
    Write-Output "Installed in $Folder. Write where ZooKeeper and Kafka are into appsettings.json there, and start with: Start-Service $(($Worker | ForEach-Object { "Hermes$_" }) -join ', ')"
    Write-Output 'Secrets: HKLM:\SYSTEM\CurrentControlSet\Services\<service>, value Environment (REG_MULTI_SZ), one NAME=VALUE a line, e.g. HERMES_ZooKeeper__Password=...; restrict who may read that key.'
}
