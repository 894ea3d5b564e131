#!/usr/bin/env bash
# Builds the Debian package: eng/package.sh [--self-contained] [--out FOLDER]. Its last line is the package's path.
# Without --self-contained it depends on the ASP.NET Core runtime 10.0 as Microsoft packages it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=eng/common.sh
. eng/common.sh
# shellcheck source=eng/stage.sh
. eng/stage.sh

self_contained=false out=artifacts
while [ $# -gt 0 ]; do
  case $1 in
    --self-contained) self_contained=true ;;
    --out) out=${2:?--out wants a folder}; shift ;;
    *) say "Usage: eng/package.sh [--self-contained] [--out FOLDER]" >&2; exit 2 ;;
  esac
  shift
done
need_dotnet
command -v dpkg-deb >/dev/null || fail "dpkg-deb is missing: a Debian package is built on Debian or its kin."

architecture=$(dpkg --print-architecture)
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
# systemd has the program that makes the user; the runtime speaks TLS by OpenSSL, and trusts what the system trusts.
depends="systemd, libc6, libgcc-s1, libstdc++6, libssl3 | libssl3t64, ca-certificates"
$self_contained || depends+=", aspnetcore-runtime-10.0"

staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
stage "$staged" "$(runtime_identifier)" "$self_contained"
gzip -9nc CHANGELOG.md >"$staged/usr/share/doc/hermes-workers/changelog.gz"
find "$staged/usr/lib/hermes-workers" -type f -exec chmod 644 {} +
for program in "${stage_programs[@]}"; do chmod 755 "$staged/usr/lib/hermes-workers/Hermes.$program"; done

install -d "$staged/DEBIAN"
install -m 755 systemd/debian/postinst systemd/debian/prerm systemd/debian/postrm "$staged/DEBIAN/"
install -m 644 systemd/debian/conffiles "$staged/DEBIAN/conffiles"
cat >"$staged/DEBIAN/control" <<CONTROL
Package: hermes-workers
Version: $version
Architecture: $architecture
Maintainer: Hermes Workers <hermes-workers@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$staged" | cut -f1)
Depends: $depends
Section: net
Priority: optional
Description: consuming side of Allegro Hermes, a publish/subscribe system over Kafka
 Three daemons that join an existing Hermes installation or run alone: the
 consumer pushes messages from Kafka to HTTP endpoints, the retransmitter
 carries out retransmission jobs kept in ZooKeeper, and the janitor deletes
 consumer groups that nobody uses. With the hermes command.
CONTROL

mkdir -p "$out"
dpkg-deb --root-owner-group --build "$staged" "$out/hermes-workers_${version}_${architecture}.deb" >/dev/null
say "$out/hermes-workers_${version}_${architecture}.deb"
