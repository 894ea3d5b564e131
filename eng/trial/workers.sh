# What the trial asks of the workers in its container. Sourced by try-package.sh, not run.

services=(hermes-consumer.service hermes-retransmitter.service hermes-janitor.service)
group=0

# raise_version PACKAGE OUT : the same package as version 0.2.0.
raise_version() {
  local work; work=$(mktemp -d)
  dpkg-deb --raw-extract "$1" "$work/package"
  sed -i 's/^Version: .*/Version: 0.2.0/' "$work/package/DEBIAN/control"
  dpkg-deb -Znone --root-owner-group --build "$work/package" "$2" >/dev/null
  rm -rf "$work"
}

property() { inside systemctl show -P "$2" "$1"; }

is_inactive() { [ "$(property "$1" ActiveState)" = inactive ]; }

# As an administrator would: a setting in each file. The endpoint of the trial is on this machine.
change_settings() {
  inside sed -i 's/"Datacenter": "dc"/"Datacenter": "trial"/' /etc/hermes-workers/appsettings.json
  inside sh -c 'echo HERMES_Delivery__AllowLoopback=true >>/etc/hermes-workers/environment'
  settings=$(settings_now)
}

settings_now() { inside sh -c 'cd /etc/hermes-workers && stat -c "%n %a %U %G" * && md5sum *'; }

settings_are_kept() { [ "$(settings_now)" = "$settings" ] || fail "The settings were $settings and are $(settings_now)."; }

are_ready() {
  local port page
  for unit in "${services[@]}"; do wait_for 30 "The start of $unit" inside systemctl is-active --quiet "$unit"; done
  for port in 8000 8001 8002; do
    wait_for 60 "The readiness of the worker at port $port" inside curl -sf -o /dev/null "http://127.0.0.1:$port/health/ready"
    page=$(inside curl -sf "http://127.0.0.1:$port/status/prometheus")
    grep -q '^hermes_' <<<"$page" || fail "/status/prometheus at port $port shows no metric of ours."
  done
  say "  active, ready, and their pages answer"
}

# What the units promise, as the kernel sees it.
are_confined() {
  local pid
  for unit in "${services[@]}"; do
    pid=$(property "$unit" MainPID)
    inside sh -c "[ \"\$(stat -c %U /proc/$pid)\" = hermes ] && grep -q '^NoNewPrivs:.*1' /proc/$pid/status && grep -q '^Seccomp:.*2' /proc/$pid/status && grep -q '^CapBnd:.*0000000000000000' /proc/$pid/status" ||
      fail "$unit is not confined as its unit says: $(inside cat "/proc/$pid/status")"
    ! inside nsenter -t "$pid" -m -- touch /etc/hermes-workers/written 2>/dev/null || fail "$unit could write to the file system."
  done
  say "  user hermes, no privileges, no capabilities, system calls filtered, nothing to write to"
}

answers() { inside bash -c "exec 3<>/dev/tcp/127.0.0.1/$1"; }

# expect COUNT : a fresh subscription, and an endpoint that ends once it has so many messages. Leaves the topic in $topic.
expect() {
  group=$((group + 1))
  topic=trial$group.orders
  inside hermes group create "trial$group" >/dev/null
  inside hermes topic create "$topic" --partitions 4 >/dev/null
  inside hermes subscription create "$topic" billing --endpoint http://127.0.0.1:8099/ --set subscriptionPolicy.rate=1000 >/dev/null
  inside rm -f /root/received
  inside hermes endpoint --listen 127.0.0.1:8099 --expect "$1" --timeout 240 --record /root/received >"$folder/endpoint.txt" 2>"$folder/endpoint.log" &
  endpoint=$!
  wait_for 30 "The endpoint's start" answers 8099
  seq "$1" | sed 's/.*/{"order":&}/' | inside hermes topic publish "$topic" >/dev/null
}

received() { wc -l <"$root/root/received"; }
has_received() { [ "$(received)" -ge "$1" ]; }

delivers() {
  expect "$1"
  wait "$endpoint" || fail "Not all of $1 messages were delivered: $(cat "$folder/endpoint.txt")"
  say "  $1 messages delivered $2: $(cat "$folder/endpoint.txt")"
}

# delivers_while COUNT COMMAND : something happens once a sixth of the messages has arrived.
delivers_while() {
  expect "$1"
  wait_for 60 "The first deliveries" has_received $(($1 / 6))
  say "  $(received) of $1 were delivered when it began"
  "$2"
  wait "$endpoint" || fail "Not all of $1 messages were delivered: $(cat "$folder/endpoint.txt")"
  grep -q ' repeats=0 ' "$folder/endpoint.txt" || fail "Messages were repeated: $(cat "$folder/endpoint.txt")"
  say "  all of $1 arrived: $(cat "$folder/endpoint.txt")"
}

# The unit's 60 s would make a long trial: 6 s are asked for, by a drop-in that the next boot forgets.
watchdog_restarts() {
  inside sh -c 'mkdir -p /run/systemd/system/hermes-consumer.service.d && printf "[Service]\nWatchdogSec=6\n" >/run/systemd/system/hermes-consumer.service.d/trial.conf'
  inside systemctl daemon-reload
  inside systemctl restart hermes-consumer.service
  local fed pid
  fed=$(property hermes-consumer.service WatchdogTimestampMonotonic)
  wait_for 15 "A word to the watchdog" is_fed_since "$fed"
  pid=$(property hermes-consumer.service MainPID)
  inside kill -STOP "$pid"
  wait_for 120 "The frozen consumer's restart" is_restarted "$pid"
  inside sh -c "journalctl -u hermes-consumer.service --no-pager | grep -q 'Watchdog timeout'" || fail "It was not the watchdog that started the consumer anew."
  inside rm -r /run/systemd/system/hermes-consumer.service.d
  inside systemctl daemon-reload
  are_ready
  delivers 1000 "after it"
}

is_fed_since() { [ "$(property hermes-consumer.service WatchdogTimestampMonotonic)" != "$1" ]; }
is_restarted() { [ "$(property hermes-consumer.service NRestarts)" -ge 1 ] && [ "$(property hermes-consumer.service MainPID)" != "$1" ] && inside systemctl is-active --quiet hermes-consumer.service; }

nothing_runs() {
  ! inside pgrep -u hermes >/dev/null 2>&1 || fail "A process of the user hermes still runs: $(inside pgrep -a -u hermes)"
  [ -z "$(inside systemctl list-unit-files --no-legend 'hermes-*')" ] || fail "Units are left: $(inside systemctl list-unit-files --no-legend 'hermes-*')"
}

nothing_is_left() {
  nothing_runs
  local left
  left=$(inside find / -xdev \( -path /checkout -o -path /root -o -path /opt -o -path /proc -o -path /sys -o -path /var/lib/kafka \) -prune -o -iname '*hermes*' -print)
  [ -z "$left" ] || fail "This is left: $left"
  left=$(inside find /etc/systemd -xtype l)
  [ -z "$left" ] || fail "Links to nothing are left: $left"
  ! inside getent passwd hermes >/dev/null || fail "The user hermes is left."
  say "  no process, no file, no unit, no user"
}
