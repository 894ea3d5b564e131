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
need_dotnet

staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
stage "$staged" "$(runtime_identifier)" "$self_contained"

# Settings belong to whoever runs this machine: only what is missing is put there.
for setting in appsettings.json environment; do
  [ -e "$root/etc/hermes-workers/$setting" ] && rm "$staged/etc/hermes-workers/$setting"
done
rm -rf "${root:?}/usr/lib/hermes-workers"
cp -a "$staged/." "$root/"

if [ "$root" != / ]; then
  say "Laid out below $root."
  exit
fi
systemd-sysusers hermes-workers.conf
chown root:hermes /etc/hermes-workers/appsettings.json
chmod 640 /etc/hermes-workers/appsettings.json
systemctl daemon-reload
if systemctl is-active --quiet hermes-workers.target; then
  systemctl restart hermes-consumer hermes-retransmitter hermes-janitor
  say "Installed anew; the running workers were restarted."
else
  say "Installed. Write where ZooKeeper and Kafka are into /etc/hermes-workers/appsettings.json, then:"
  say "  systemctl enable --now hermes-workers.target     all three, or one of"
  say "  systemctl enable --now hermes-consumer           (hermes-retransmitter, hermes-janitor)"
fi
