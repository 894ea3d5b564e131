#!/usr/bin/env bash
# The reverse of install.sh: stops the workers and removes them.
#   systemd/uninstall.sh          keeps /etc/hermes-workers and the user
#   systemd/uninstall.sh --purge  removes these too
set -euo pipefail
# shellcheck source=eng/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../eng/common.sh"

case "${1:-}" in
  "") purge=false ;;
  --purge) purge=true ;;
  *) say "Usage: systemd/uninstall.sh [--purge]" >&2; exit 2 ;;
esac
[ "$(id -u)" -eq 0 ] || fail "Removing from / needs root."
! dpkg-query -W -f '${Status}' hermes-workers 2>/dev/null | grep -q ' installed$' || fail "The Debian package hermes-workers is installed: apt-get remove it."

units=(hermes-workers.target hermes-consumer.service hermes-retransmitter.service hermes-janitor.service)
systemctl disable --now "${units[@]}" 2>/dev/null || true # those that are not there need no end
rm -rf /usr/lib/hermes-workers /usr/share/doc/hermes-workers /usr/lib/sysusers.d/hermes-workers.conf /usr/bin/hermes
for unit in "${units[@]}"; do rm -f "/usr/lib/systemd/system/$unit"; done
systemctl daemon-reload
if $purge; then
  rm -rf /etc/hermes-workers
  ! getent passwd hermes >/dev/null || userdel hermes
fi
say "Removed."
