# A Debian of its own in a container, with systemd as its first process. Sourced by try-package.sh, not run.

# fresh_root BASE ROOT : a plain Debian with what the trial needs; BASE is made once, and kept.
fresh_root() {
  local base=$1 root=$2
  if [ ! -e "$base/.done" ]; then
    rm -rf "${base:?}"
    say "  debootstrap (once)"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,curl,procps,libssl3 bookworm "$base" >"$base.log" 2>&1 || { tail -n 20 "$base.log" >&2; fail "debootstrap failed."; }
    systemd-nspawn -q -D "$base" --register=no --keep-unit --pipe --resolv-conf=copy-host /bin/sh -c \
      'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends default-jre-headless zookeeper libnetty-java libslf4j-java jq' \
      >"$base.log" 2>&1 || { tail -n 20 "$base.log" >&2; fail "Java and ZooKeeper could not be installed."; }
    touch "$base/.done"
  fi
  rm -rf "${root:?}"
  cp -a --reflink=auto "$base" "$root"
  rm "$root/.done"
  echo '127.0.0.1 localhost' >"$root/etc/hosts" # which an installer writes, and debootstrap does not
}

# put_servers ROOT EMULATOR : ZooKeeper and a broker as units of the container; EMULATOR keeps the published emulator.
put_servers() {
  local root=$1 emulator=$2
  mkdir -p "$root/etc/trial"
  cat >"$root/etc/trial/zoo.cfg" <<CFG
tickTime=1000
dataDir=/var/lib/zookeeper
clientPort=2181
clientPortAddress=127.0.0.1
admin.enableServer=false
extendedTypesEnabled=true
4lw.commands.whitelist=srvr
CFG
  rm -f "$root/var/lib/zookeeper/myid" # a text to be replaced, as the package has it
  put_unit "$root" zookeeper "/usr/bin/java -Xmx128m -XX:+UseSerialGC -cp /usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar:/usr/share/java/netty-codec.jar org.apache.zookeeper.server.quorum.QuorumPeerMain /etc/trial/zoo.cfg"
  if [ -n "${KAFKA_HOME:-}" ]; then
    mkdir -p "$root/opt/kafka"
    cp -a "$KAFKA_HOME/." "$root/opt/kafka/"
    kafka_properties /var/lib/kafka 9092 9093 >"$root/etc/trial/kafka.properties"
    put_unit "$root" kafka "/opt/kafka/bin/kafka-server-start.sh /etc/trial/kafka.properties" \
      "ExecStartPre=/opt/kafka/bin/kafka-storage.sh format --ignore-formatted -t hermesquickstart000001 -c /etc/trial/kafka.properties" \
      "Environment=LOG_DIR=/tmp/kafka KAFKA_HEAP_OPTS=-Xmx512m"
  else
    dotnet publish src/Hermes.KafkaEmulator -c Release -r "$(runtime_identifier)" --self-contained true -p:DebugType=none -o "$emulator" -v q -nologo
    mkdir -p "$root/opt/emulator"
    cp -a "$emulator/." "$root/opt/emulator/"
    put_unit "$root" kafka "/opt/emulator/Hermes.KafkaEmulator --listen 127.0.0.1:9092 --data /var/lib/kafka"
  fi
}

# put_unit ROOT NAME COMMAND [LINE...] : a service that the container starts with.
put_unit() {
  local root=$1 name=$2 command=$3; shift 3
  { printf '[Service]\nExecStart=%s\nTimeoutStartSec=120\nRestart=on-failure\n' "$command"; printf '%s\n' "$@"; } >"$root/etc/systemd/system/$name.service"
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -sf "../$name.service" "$root/etc/systemd/system/multi-user.target.wants/$name.service"
}

# put_checkout ROOT : the files of this checkout that git knows, for install.sh.
put_checkout() {
  mkdir -p "$1/checkout"
  git ls-files --cached --others --exclude-standard -z | xargs -0 cp --parents -t "$1/checkout"
}

# boot : starts the container of $root. The SDK and the packages of this machine are shown to it, so that it needs no network.
boot() {
  local sdk packages
  sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
  packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}
  mkdir -p "$root/root/.nuget/packages"
  systemd-nspawn -q -D "$root" --register=no --keep-unit --private-network --bind-ro="$sdk:/opt/dotnet" --bind="$packages:/root/.nuget/packages" \
    -b </dev/null >"$root.log" 2>&1 &
  container=$!
  wait_for 60 "The container's start" is_up
}

# The first process in it.
leader() { pgrep -P "$container" | head -n 1; }

is_up() { [[ $(inside systemctl is-system-running 2>/dev/null) =~ running|degraded ]]; }

# inside COMMAND... : runs it in the container, as root.
inside() {
  nsenter -t "$(leader)" -a -- env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin:/opt/dotnet DOTNET_ROOT=/opt/dotnet \
    DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DEBIAN_FRONTEND=noninteractive "$@"
}

# With --keep-unit the container's end asks for its next start by exit code 133.
reboot_container() {
  inside systemctl reboot || true # it goes with the container
  local status=0
  wait "$container" || status=$?
  [ "$status" -eq 133 ] || fail "The container ended with $status in place of a reboot."
  boot
}

halt_container() {
  kill -TERM "$container" 2>/dev/null || true # nspawn lets it shut down
  for _ in $(seq 300); do kill -0 "$container" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$container" 2>/dev/null || true
  wait 2>/dev/null || true
}

# end_container STATUS : the last thing, whatever happened.
end_container() {
  local status=$1
  trap - EXIT INT TERM
  if [ -n "${container:-}" ] && kill -0 "$container" 2>/dev/null; then
    [ "$status" -eq 0 ] || inside journalctl --no-pager -n 60 -u 'hermes-*' -u zookeeper -u kafka >&2 || true
    halt_container
  fi
  [ -z "${root:-}" ] || rm -rf --one-file-system "$root"
  [ "$status" -eq 0 ] || say "The trial failed; the reason is above." >&2
  exit "$status"
}
