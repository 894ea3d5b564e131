#!/usr/bin/env bash
# Runs the commands of docs/getting-started.md and docs/operating.md as they stand there, each document in a fresh Debian of its own: a
# container with systemd, cut off from every network. Needs root.
#   eng/try-documents.sh [--folder FOLDER] [--package FILE]   as eng/try-package.sh has them
#   eng/try-documents.sh --operating                          the second document alone
# What is run are the blocks of sh, and, unseen by readers, comments that begin with "trial": losses, and deliveries that are counted.
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

folder=/var/tmp/hermes-trial package= with_start=true
while [ $# -gt 0 ]; do
  case $1 in
    --folder) folder=${2:?--folder wants a folder}; shift ;;
    --operating) with_start=false ;;
    --package) package=$(readlink -f "${2:?--package wants a file}"); shift ;;
    *) say "Usage: eng/try-documents.sh [--folder FOLDER] [--package FILE] [--operating]" >&2; exit 2 ;;
  esac
  shift
done
[ "$(id -u)" -eq 0 ] || fail "A container with systemd in it needs root."
need_dotnet
need_packages debootstrap systemd-container
mkdir -p "$folder"
root=$folder/root
trap 'end_container $?' EXIT
trap 'exit 130' INT TERM

# commands_of DOCUMENT : its commands as one script, which names each block before it runs it.
commands_of() {
  echo 'set -euo pipefail'
  awk -v document="$1" '
    /^```sh$/ || /^<!-- trial$/ { inside = 1; printf "echo \"== %s:%d\"\n", document, NR; next }
    inside && (/^```$/ || /^-->$/) { inside = 0; next }
    inside' "$1"
}

# run DOCUMENT FOLDER : runs them in a folder of the container.
run() {
  say "$1"
  commands_of "$1" >"$root/root/commands"
  inside bash -c "cd $2 && exec bash /root/commands" || fail "The commands of $1 do not work as they stand there."
}

if $with_start; then
  fresh_root "$folder/base" "$root"
  put_checkout "$root"
  boot
  run docs/getting-started.md /checkout
  halt_container
fi

if [ -z "$package" ]; then
  package=$(DPKG_DEB_COMPRESSOR_TYPE=none eng/package.sh --self-contained --out "$folder/packages" | tail -n 1)
fi
fresh_root "$folder/base" "$root"
put_servers "$root" "$folder/emulator"
cp "$package" "$root/root/hermes-workers_0.1.0_amd64.deb"
raise_version "$package" "$root/root/hermes-workers_0.2.0_amd64.deb"
boot
wait_for 90 "The broker's start" answers 9092
run docs/operating.md /root
say "All commands work as they stand there."
