#!/usr/bin/env bash
# Looks up each package of each project, those that come along with others too, among the known weaknesses that the package feeds tell of.
#   eng/audit.sh [--strict] [--config FILE]
# Ends with 1 when a package has one. Where no feed tells of any, or none can be reached, nothing is known: it says so and ends with 0, with
# --strict 1. FILE is a nuget.config with auditSources, in place of the feeds that packages come from.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=eng/common.sh
. eng/common.sh

strict=false config=
while [ $# -gt 0 ]; do
  case $1 in
    --strict) strict=true ;;
    --config) config=${2:?--config wants a file}; shift ;;
    *) say "Usage: eng/audit.sh [--strict] [--config FILE]" >&2; exit 2 ;;
  esac
  shift
done
need_dotnet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Only of a source for audits does the client say that it has no data: else it takes silence for health.
if [ -z "$config" ]; then
  config=$folder/nuget.config
  {
    echo '<configuration><auditSources><clear />'
    dotnet nuget list source --format short | sed -n 's|^E \(.*\)$|<add key="\1" value="\1" />|p'
    echo '</auditSources></configuration>'
  } >"$config"
  # The sources themselves are those of this machine, which the audit reads beside its own.
fi

unknown() {
  say "Not audited: $1"
  if $strict; then exit 1; fi
  exit 0
}

if ! dotnet list Hermes.Workers.sln package --vulnerable --include-transitive --config "$config" >"$folder/found" 2>&1; then
  tail -n 3 "$folder/found" >&2
  unknown "the feeds did not answer."
fi
if grep -q 'has the following vulnerable packages' "$folder/found"; then
  grep -E 'has the following|^ +>' "$folder/found" >&2
  fail "Packages with known weaknesses are in use: raise their versions in Directory.Packages.props."
fi
! grep -q 'did not provide any vulnerability data' "$folder/found" || unknown "the feeds offer no data about weaknesses."
grep -q 'has no vulnerable packages' "$folder/found" || unknown "the answer is not understood: $(tail -n 1 "$folder/found")"
say "Audited: no package has a known weakness."
