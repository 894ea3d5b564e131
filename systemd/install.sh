#!/usr/bin/env bash
# Installs the workers on this machine from this checkout, as systemd services: needs root, systemd, and the .NET SDK.
#   systemd/install.sh                   builds and installs; settings that are there already are kept
#   systemd/install.sh --self-contained  brings the .NET runtime along
#   systemd/install.sh --root FOLDER     lays everything out below FOLDER and starts nothing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=eng/common.sh
. eng/common.sh
# shellcheck source=eng/stage.sh
. eng/stage.sh

root=/ self_contained=false
while [ $# -gt 0 ]; do
  case $1 in
    --self-contained) self_contained=true ;;
    --root) root=${2:?--root wants a folder}; shift ;;
    *) say "Usage: systemd/install.sh [--self-contained] [--root FOLDER]" >&2; exit 2 ;;
  esac
  shift
done
[ "$root" != / ] || [ "$(id -u)" -eq 0 ] || fail "Installing below / needs root. (--root FOLDER lays it out somewhere else.)"
! dpkg-query -W -f '${Status}' hermes-workers 2>/dev/null | grep -q ' installed$' || fail "The Debian package hermes-workers is installed: build a newer one (eng/package.sh), or remove it first."
need_dotnet

staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
stage "$staged" "$(runtime_identifier)" "$self_contained"

# Settings belong to whoever runs this machine: only what is missing is put there.
settings=/etc/hermes-workers/appsettings.json
is_first=true
[ ! -e "$root$settings" ] || { is_first=false; rm "$staged$settings"; }
[ ! -e "$root/etc/hermes-workers/environment" ] || rm "$staged/etc/hermes-workers/environment"
# Stopped before their files are replaced: a worker that runs loads libraries when it first needs them.
running=()
if [ "$root" = / ]; then
  for unit in hermes-consumer hermes-retransmitter hermes-janitor; do
    case "$(systemctl is-active "$unit")" in active | activating) running+=("$unit") ;; esac
  done
  [ ${#running[@]} -eq 0 ] || systemctl stop "${running[@]}"
fi
rm -rf "${root:?}/usr/lib/hermes-workers"
mkdir -p "$root"
# Not cp: it would give /, /etc and /usr the modes and the owner of the folders that were laid out.
tar -C "$staged" -cf - . | tar -C "$root" -xf - --no-overwrite-dir --no-same-owner

if [ "$root" != / ]; then
  say "Laid out below $root."
  exit
fi
systemd-sysusers hermes-workers.conf
if $is_first; then chown root:hermes "$settings"; chmod 640 "$settings"; fi
systemctl daemon-reload
if [ ${#running[@]} -gt 0 ]; then
  systemctl start "${running[@]}"
  say "Installed anew; ${running[*]} went on."
else
  say "Installed. Write where ZooKeeper and Kafka are into /etc/hermes-workers/appsettings.json, then:"
  say "  systemctl enable --now hermes-workers.target     all three, or one of"
  say "  systemctl enable --now hermes-consumer           (hermes-retransmitter, hermes-janitor)"
fi
