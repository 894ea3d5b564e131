#!/usr/bin/env bash
# Runs the whole fleet and does to it what a plan made from a seed says, or soaks it: ./faults.sh --help says how.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=eng/common.sh
. eng/common.sh

need_dotnet
need_zookeeper
exec dotnet run -c Release --project tests/Hermes.Faults -- "$@"
