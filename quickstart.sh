#!/usr/bin/env bash
# Shows Hermes Workers at work on this machine: installs what is missing, builds, starts ZooKeeper, a broker and the worker,
# publishes, and counts what arrives. Ends by itself and leaves nothing running.
#   ./quickstart.sh          KAFKA_HOME (an unpacked Kafka) makes the broker a real one; else it is the emulator
#   ./quickstart.sh --keep   leaves everything running, until Ctrl-C, to play with
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=eng/common.sh
. eng/common.sh

keep=false
case "${1:-}" in
  "") ;;
  --keep) keep=true ;;
  *) say "Usage: ./quickstart.sh [--keep]" >&2; exit 2 ;;
esac

started=$SECONDS
folder=$(mktemp -d)
pids=()

# The processes of this script alone, by their ids: first asked, then made to.
stop_all() {
  local status=$?
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  if [ "$status" -ne 0 ]; then
    for log in "$folder"/*.log "$folder"/*/log; do
      [ -s "$log" ] && { say "--- the last of $(basename "$(dirname "$log")")/$(basename "$log")" >&2; tail -n 15 "$log" >&2; }
    done
    say "The quickstart failed; the reason is above." >&2
  fi
  rm -rf "$folder"
  exit "$status"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

need_dotnet
need_zookeeper

say "Building"
for project in Cli Worker.Consumer Worker.Retransmitter Worker.Janitor KafkaEmulator; do
  dotnet build "src/Hermes.$project" -c Release -v q -nologo >"$folder/build.log" 2>&1 || { tail -n 20 "$folder/build.log" >&2; fail "src/Hermes.$project does not build."; }
done
program() { printf 'src/Hermes.%s/bin/Release/net10.0/Hermes.%s.dll' "$1" "$1"; }
hermes() { dotnet "$(program Cli)" "$@"; }

say "Starting ZooKeeper"
zookeeper=$(free_port)
start_zookeeper "$folder/zookeeper" "$zookeeper"
pids+=($!)
wait_for 60 "ZooKeeper's start" zookeeper_serves "$zookeeper"

broker=$(free_port)
if [ -n "${KAFKA_HOME:-}" ]; then
  say "Starting Kafka from $KAFKA_HOME"
  start_kafka "$KAFKA_HOME" "$folder/kafka" "$broker" "$(free_port)"
else
  say "Starting the Kafka emulator"
  dotnet "$(program KafkaEmulator)" --listen "127.0.0.1:$broker" >"$folder/emulator.log" 2>&1 &
fi
pids+=($!)
wait_for 90 "The broker's start" port_answers "$broker"

# Several workers on one machine: each takes a free port for its status pages, and names it in its log.
export HERMES_Status__Listen=127.0.0.1:0
export HERMES_ZooKeeper__ConnectionString="127.0.0.1:$zookeeper" HERMES_Kafka__BootstrapServers="127.0.0.1:$broker"
export HERMES_Delivery__AllowLoopback=true # the endpoint that messages go to is on this machine

say "Starting the three workers: consumer, retransmitter, janitor"
start_consumer() {
  dotnet "$(program Worker.Consumer)" >>"$folder/worker.log" 2>&1 &
  worker=$!
  pids+=("$worker")
}
start_consumer
dotnet "$(program Worker.Retransmitter)" >"$folder/retransmitter.log" 2>&1 &
retransmitter=$!
pids+=("$retransmitter")
HERMES_Janitor__TasksSchedule=00:00:01 HERMES_Janitor__TaskDelay=00:00:01 dotnet "$(program Worker.Janitor)" >"$folder/janitor.log" 2>&1 &
janitor=$!
pids+=("$janitor")

say
say "1. A group, two topics and two subscriptions, as Hermes's management would make them"
billing=$(free_port) audit=$(free_port)
hermes group create shop
hermes topic create shop.orders --partitions 10
hermes topic create shop.returns --partitions 1
hermes subscription create shop.orders billing --endpoint "http://127.0.0.1:$billing/orders" --set subscriptionPolicy.rate=10000 --set 'headers[0]={"name":"X-Team","value":"billing"}'
hermes subscription create shop.returns audit --endpoint "http://127.0.0.1:$audit/returns" --set subscriptionPolicy.messageBackoff=200

say
say "2. A thousand messages, counted at the endpoint"
dotnet "$(program Cli)" endpoint --listen "127.0.0.1:$billing" --expect 1000 --timeout 60 --record "$folder/billing.jsonl" >"$folder/billing.txt" 2>"$folder/billing.log" &
endpoint=$!
pids+=("$endpoint")
wait_for 20 "The start of the endpoint of billing" port_answers "$billing"
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
seq 1000 | sed 's/.*/{"order":&,"total":"12.50"}/' | hermes topic publish shop.orders --header channel=web
wait "$endpoint" || fail "Not all of the 1000 messages reached the endpoint within 60 s: $(cat "$folder/billing.txt")"
say "At the endpoint: $(cat "$folder/billing.txt")"

# Every message once at least, with its body and its headers.
orders=$(grep -oE 'order[^0-9a-z]{1,6}[0-9]+' "$folder/billing.jsonl" | grep -oE '[0-9]+' | sort -un | wc -l)
[ "$orders" -eq 1000 ] || fail "The endpoint got $orders different bodies, not 1000."
for header in 'Hermes-Message-Id' 'Hermes-Retry-Count' 'X-Team' 'channel'; do
  with=$(grep -ci "\"$header\"" "$folder/billing.jsonl")
  [ "$with" -ge 1000 ] || fail "Only $with requests carried the header $header."
done
say "All 1000 bodies are right, and each came with Hermes-Message-Id, Hermes-Retry-Count, X-Team and channel."

say
say "3. An endpoint that answers 503 twice, and then 200"
dotnet "$(program Cli)" endpoint --listen "127.0.0.1:$audit" --answer 503:2,200 --expect 1 --timeout 60 --record "$folder/audit.jsonl" >"$folder/audit.txt" 2>"$folder/audit.log" &
endpoint=$!
pids+=("$endpoint")
wait_for 20 "The start of the endpoint of audit" port_answers "$audit"
printf '{"return":1}\n' | hermes topic publish shop.returns
wait "$endpoint" || fail "The message did not get through to the endpoint that refuses twice: $(cat "$folder/audit.txt")"
say "At the endpoint: $(cat "$folder/audit.txt")"
attempts=$(wc -l <"$folder/audit.jsonl")
[ "$attempts" -eq 3 ] || fail "The endpoint got $attempts requests, not 3."

# retransmits WHAT FROM : asks for a rewind of billing to its beginning, and counts what comes again.
retransmits() {
  say "$1"
  dotnet "$(program Cli)" endpoint --listen "127.0.0.1:$billing" --expect 1000 --timeout 60 --record "$folder/again.jsonl" >"$folder/again.txt" 2>"$folder/again.log" &
  endpoint=$!
  pids+=("$endpoint")
  wait_for 20 "The start of the endpoint of billing" port_answers "$billing"
  hermes retransmit start shop.orders billing --from "$2" --reason "the quickstart" --yes --wait >"$folder/job.txt"
}
came_again() {
  wait "$endpoint" || fail "Not all of the 1000 messages came again within 60 s: $(cat "$folder/again.txt")"
  orders=$(grep -oE 'order[^0-9a-z]{1,6}[0-9]+' "$folder/again.jsonl" | grep -oE '[0-9]+' | sort -un | wc -l)
  [ "$orders" -eq 1000 ] || fail "The endpoint got $orders different bodies again, not 1000."
  rm -f "$folder/again.jsonl"
  say "At the endpoint, again: $(cat "$folder/again.txt")"
}

say
retransmits "4. A retransmission while the consumer lives: it obeys the orders of the job" "$began"
came_again

say
say "5. A retransmission with every consumer stopped: the job moves the group's offsets itself"
kill -TERM "$worker"
wait "$worker" || fail "The consumer did not stop cleanly (exit code $?)."
retransmits "The job, while nobody is there to obey:" "$began"
start_consumer
came_again

say
say "6. A replay, with every consumer stopped: every other order, at most 500 a second, and the group's offsets stay"
kill -TERM "$worker"
wait "$worker" || fail "The consumer did not stop cleanly (exit code $?)."
dotnet "$(program Cli)" endpoint --listen "127.0.0.1:$billing" --expect 500 --timeout 60 --record "$folder/replay.jsonl" >"$folder/replay.txt" 2>"$folder/replay.log" &
endpoint=$!
pids+=("$endpoint")
wait_for 20 "The start of the endpoint of billing" port_answers "$billing"
hermes retransmit start shop.orders billing --mode replay --from "$began" --filter '$.order=[0-9]*[02468]' --rate 500 --reason "the quickstart" --yes --wait >"$folder/job.txt"
wait "$endpoint" || fail "Not all of the 500 messages were replayed within 60 s: $(cat "$folder/replay.txt")"
replayed=$(grep -ci '"Hermes-Retransmission-Id"' "$folder/replay.jsonl")
[ "$replayed" -ge 500 ] || fail "Only $replayed requests of the replay carried its id."
say "At the endpoint: $(cat "$folder/replay.txt"), each with Hermes-Retransmission-Id"
start_consumer
hermes retransmit list

say
say "7. A subscription is deleted: the janitor deletes its consumer group, and keeps its offsets to restore it"
hermes subscription delete shop.returns audit
group_is() { hermes groups show shop_returns_audit --json 2>/dev/null | grep -q "\"state\": \"$1\""; }
wait_for 60 "The end of the group shop_returns_audit" group_is absent
hermes groups list
hermes groups restore shop_returns_audit
group_is Empty || fail "The group shop_returns_audit was not restored."
hermes groups history

if $keep; then
  say
  say "It is all left running. In another shell, from here:"
  say "  export HERMES_ZooKeeper__ConnectionString=127.0.0.1:$zookeeper HERMES_Kafka__BootstrapServers=127.0.0.1:$broker HERMES_Delivery__AllowLoopback=true"
  say "  dotnet $(program Cli) --help"
  say "The worker's log is $folder/worker.log. Ctrl-C ends everything."
  wait "$worker"
fi

say
say "8. A clean stop"
kill -TERM "$worker" "$retransmitter" "$janitor"
wait "$worker" || fail "The worker did not stop cleanly (exit code $?)."
wait "$retransmitter" || fail "The retransmitter did not stop cleanly (exit code $?)."
wait "$janitor" || fail "The janitor did not stop cleanly (exit code $?)."
say "The worker has finished what was on the wire, committed its offsets and left its groups."

say
say "Shown in $((SECONDS - started)) s: topics and subscriptions made; 1000 messages published and delivered, bodies and headers checked;"
say "a message refused twice and delivered at the third attempt; all of it again by two rewinds, one with a live"
say "consumer and one without any; half of it by a replay without any; a deleted subscription's group gone and restored; a clean stop. Nothing is left running."
