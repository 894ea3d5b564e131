#!/usr/bin/env bash
# Tries the Debian package and systemd/install.sh on a fresh Debian: in a container with systemd of its own, ZooKeeper and a broker, cut off
# from every network. Needs root, some minutes, and 3 GB below --folder.
#   eng/try-package.sh [--folder FOLDER]   FOLDER (/var/tmp/hermes-trial) keeps the plain Debian and the published programs for the next time
#   eng/try-package.sh --no-install        the package alone
#   eng/try-package.sh --package FILE      a package that is there already, in place of one built now (--self-contained)
# KAFKA_HOME (an unpacked Kafka) makes the broker a real one; else it is the emulator.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=eng/common.sh
. eng/common.sh
# shellcheck source=eng/stage.sh
. eng/stage.sh
# shellcheck source=eng/trial/container.sh
. eng/trial/container.sh
# shellcheck source=eng/trial/workers.sh
. eng/trial/workers.sh

folder=/var/tmp/hermes-trial with_install=true package=
while [ $# -gt 0 ]; do
  case $1 in
    --folder) folder=${2:?--folder wants a folder}; shift ;;
    --no-install) with_install=false ;;
    --package) package=$(readlink -f "${2:?--package wants a file}"); shift ;;
    *) say "Usage: eng/try-package.sh [--folder FOLDER] [--no-install] [--package FILE]" >&2; exit 2 ;;
  esac
  shift
done
[ "$(id -u)" -eq 0 ] || fail "A container with systemd in it needs root."
need_dotnet
need_packages debootstrap systemd-container

started=$SECONDS
mkdir -p "$folder"
root=$folder/root
trap 'end_container $?' EXIT
trap 'exit 130' INT TERM

say "The package, and one of a higher version"
if [ -z "$package" ]; then
  package=$(DPKG_DEB_COMPRESSOR_TYPE=none eng/package.sh --self-contained --out "$folder/packages" | tail -n 1)
fi
higher=$folder/higher.deb
raise_version "$package" "$higher"

say "A fresh Debian, with ZooKeeper and a broker"
fresh_root "$folder/base" "$root"
put_servers "$root" "$folder/emulator"
put_checkout "$root"
cp "$package" "$root/root/package.deb"
cp "$higher" "$root/root/higher.deb"
boot
wait_for 60 "ZooKeeper's start" inside bash -c 'exec 3<>/dev/tcp/127.0.0.1/2181 && printf srvr >&3 && timeout 1 cat <&3 | grep -q Mode'
wait_for 90 "The broker's start" answers 9092

say "1. Installing: nothing runs that nobody has asked for"
inside apt-get install -y /root/package.deb >"$folder/apt.log" 2>&1 || { tail -n 20 "$folder/apt.log" >&2; fail "apt-get could not install the package."; }
for unit in "${services[@]}"; do
  [ "$(inside systemctl is-active "$unit" || true)" = inactive ] || fail "$unit runs, and nobody has asked for it."
  inside systemd-analyze verify --man=no "/lib/systemd/system/$unit" || fail "systemd finds fault with $unit."
  inside systemd-analyze security --threshold=20 --no-pager "$unit" >"$folder/security.txt" || fail "$(tail -n 1 "$folder/security.txt")"
  tail -n 1 "$folder/security.txt" | sed 's/^[^A-Za-z]*//'
done

say "2. The target: three workers that are ready, confined, and answer"
change_settings
inside systemctl enable -q --now hermes-workers.target
are_ready
are_confined
delivers 1000 "through the installed services"

say "3. A frozen worker is started anew by the watchdog"
watchdog_restarts

say "4. A stop in the midst of deliveries drains, and nothing is repeated or lost"
stop_and_go() {
  local before=$SECONDS
  inside systemctl stop hermes-workers.target # which asks all three, and does not wait for them
  for unit in "${services[@]}"; do
    wait_for 60 "The end of $unit" is_inactive "$unit"
    [ "$(property "$unit" Result)/$(property "$unit" ExecMainStatus)" = success/0 ] || fail "$unit did not stop well: $(inside systemctl status --no-pager "$unit")"
  done
  say "  all three stopped within $((SECONDS - before)) s"
  inside systemctl start hermes-workers.target
}
delivers_while 6000 stop_and_go

say "5. An upgrade in the midst of deliveries keeps the settings, and nothing is repeated or lost"
upgrade() {
  local version; version=$(inside dpkg-query -W -f '${Version}' hermes-workers)
  inside apt-get install -y /root/higher.deb >"$folder/apt.log" 2>&1 || { tail -n 20 "$folder/apt.log" >&2; fail "apt-get could not upgrade the package."; }
  say "  $version became $(inside dpkg-query -W -f '${Version}' hermes-workers)"
}
delivers_while 6000 upgrade
settings_are_kept
are_ready

say "6. One worker enabled alone comes up after a reboot, and no other"
inside systemctl disable -q hermes-workers.target
inside systemctl enable -q hermes-consumer.service
reboot_container
wait_for 60 "The consumer's start after a reboot" inside systemctl is-active --quiet hermes-consumer.service
for unit in hermes-retransmitter.service hermes-janitor.service; do
  [ "$(inside systemctl is-active "$unit" || true)" = inactive ] || fail "$unit came up, though it is not enabled."
done

say "7. Removed, the settings stay; purged, nothing does"
inside apt-get remove -y hermes-workers >"$folder/apt.log" 2>&1 || { tail -n 20 "$folder/apt.log" >&2; fail "apt-get could not remove the package."; }
nothing_runs
settings_are_kept
inside apt-get purge -y hermes-workers >"$folder/apt.log" 2>&1 || { tail -n 20 "$folder/apt.log" >&2; fail "apt-get could not purge the package."; }
nothing_is_left

if $with_install; then
  say "8. systemd/install.sh from the checkout, twice"
  modes=$(inside stat -c '%n %a %U' / /etc /usr /usr/bin /usr/lib)
  inside /checkout/systemd/install.sh --self-contained
  [ "$modes" = "$(inside stat -c '%n %a %U' / /etc /usr /usr/bin /usr/lib)" ] || fail "install.sh has changed the modes of the system's own folders."
  change_settings
  inside systemctl enable -q --now hermes-workers.target
  are_ready
  again() { inside /checkout/systemd/install.sh --self-contained | tail -n 1; }
  delivers_while 6000 again
  settings_are_kept

  say "9. The installer's reverse"
  inside /checkout/systemd/uninstall.sh
  nothing_runs
  settings_are_kept
  inside /checkout/systemd/uninstall.sh --purge
  nothing_is_left
fi
say "All of it is so; $((SECONDS - started)) s."
