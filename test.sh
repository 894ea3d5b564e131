#!/usr/bin/env bash
# Installs what the tests need, builds, and runs all of them. Ends with one line: N passed, N failed, N skipped.
# KAFKA_HOME (an unpacked Kafka) or HERMES_TEST_KAFKA (bootstrap servers) adds the cases that need a real broker.
set -euo pipefail
cd "$(dirname "$0")"
. eng/common.sh

need_dotnet
need_zookeeper
need_packages prometheus # the dashboards and alerts are tried on a real one

say "Building"
dotnet build Hermes.Workers.sln -c Release -v q -nologo

say "Testing"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
status=0
# One module at a time: the fault tests measure time, and two cores are soon shared.
dotnet test --solution Hermes.Workers.sln -c Release --no-build --max-parallel-test-modules 1 2>&1 | tee "$output" || status=$?

count() { grep -oE "^ +$1: [0-9]+" "$output" | tail -n 1 | grep -oE '[0-9]+' || echo 0; }
passed=$(count succeeded) failed=$(count failed) skipped=$(count skipped)
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
  say "The test run ended with exit code $status though no test failed: a test process broke off, or found no tests."
  failed=1
fi
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
