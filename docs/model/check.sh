#!/usr/bin/env bash
# Checks the model of rewinds with spin: as it is it must hold, and with any of its fixes taken out it must fail.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=../../eng/common.sh
. ../../eng/common.sh
need_packages spin gcc libc6-dev

model=$PWD/rewind.pml
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# run NAME OPTIONS... : explores all states; true when an error was found.
run() {
  local name=$1; shift
  spin -a "$@" "$model" >spin.log || { cat spin.log >&2; fail "spin cannot read the model ($*)."; }
  gcc -O2 -DSAFETY -DVECTORSZ=2048 -DCOLLAPSE -DMEMLIM=1900 -o pan pan.c 2>gcc.log || { cat gcc.log >&2; fail "The checker of $* does not build."; }
  ./pan -m200000 -w22 >"$name.log" 2>&1 || true
  grep -qE 'errors: [0-9]+' "$name.log" || { tail -n 20 "$name.log" >&2; fail "The check of $name came to no end."; }
  ! grep -q 'max search depth too small' "$name.log" || fail "The check of $name was cut off at its depth."
  ! grep -qE 'out of memory|Search not completed|MEMLIM bound' "$name.log" || grep -qE 'errors: [1-9]' "$name.log" || fail "The check of $name was cut off by its limit of memory."
  ! grep -q 'errors: 0' "$name.log"
}
states() { grep -oE '[0-9.e+]+ states, stored' "$1.log" | head -n 1; }

holds() {
  if run "$@"; then grep -E '^pan:' "$1.log" >&2; fail "$1: the model does not hold."; fi
  say "$1 holds ($(states "$1"))"
}
fails() {
  run "$@" || fail "$1: the model holds although a fix is taken out: it shows nothing of it."
  say "$1 fails, as it must: $(grep -E '^pan:' "$1.log" | head -n 1 | sed 's/ (at depth.*//; s/^pan:[0-9]*: //')"
}

holds one-job -DJOBS=1 -DTROUBLES=3
holds two-jobs -DJOBS=2 -DTROUBLES=2
fails without-R2 -DJOBS=2 -DTROUBLES=4 -DNO_R2
fails without-R4 -DNO_R4
fails without-R9 -DNO_R9
fails without-R10 -DNO_R10
fails without-R14 -DNO_R14
