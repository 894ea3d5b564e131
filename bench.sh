#!/usr/bin/env bash
# Runs one benchmark of bench/: ./bench.sh NAME [OPTIONS]. Its last line is name=value pairs.
# With KAFKA_HOME (an unpacked distribution) the broker is real, else it is the emulator.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=eng/common.sh
. eng/common.sh

[ $# -gt 0 ] || { say "Usage: ./bench.sh coldstart|delivery|idle|isolation|janitor|latency|retransmission|senders|zookeeper [OPTIONS]" >&2; exit 2; }
need_dotnet
need_zookeeper
# The Java client's load is compiled on the spot.
[ "$1" != zookeeper ] || command -v javac >/dev/null || need_packages default-jdk-headless
exec dotnet run -c Release --project bench/Hermes.Bench -- "$@"
