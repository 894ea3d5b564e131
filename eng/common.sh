# What quickstart.sh, test.sh and bench.sh share. Sourced, not run.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

need_dotnet() {
  command -v dotnet >/dev/null || fail "The .NET 10 SDK is missing: 'dotnet' is not on the PATH."
  dotnet --version >/dev/null 2>&1 || fail "The .NET SDK that global.json asks for is missing. Installed: $(dotnet --list-sdks 2>/dev/null | tr '\n' ' ')"
}

# need_packages NAME... : installs those of Debian's packages that are not there.
need_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || fail "Missing: ${missing[*]}. This is not a Debian system; install them by its own means."
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "Missing: ${missing[*]}. As root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing ${missing[*]}"
  local log; log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -q && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "apt-get could not install ${missing[*]}; its last words are above."
  fi
  rm -f "$log"
}

# A JRE and a real ZooKeeper. The last three bring its Netty factory (TLS), its log output and its admin server.
need_zookeeper() {
  local jre=default-jre-headless
  command -v java >/dev/null && jre=
  # shellcheck disable=SC2086 # an empty name is no package
  need_packages $jre zookeeper libnetty-java libslf4j-java libservlet-api-java
}

# free_port : a port of loopback on which nobody listens.
free_port() {
  local port
  for _ in $(seq 200); do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  fail "No free port between 20000 and 32000."
}

# wait_for SECONDS WHAT COMMAND... : runs the command until it succeeds.
wait_for() {
  local seconds=$1 what=$2; shift 2
  local deadline=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || fail "$what did not happen within $seconds s."
    sleep 0.2
  done
}

# start_zookeeper FOLDER PORT : leaves its process id in $!.
start_zookeeper() {
  local folder=$1 port=$2 jars=/usr/share/java
  mkdir -p "$folder/data"
  cat >"$folder/zoo.cfg" <<CFG
tickTime=1000
dataDir=$folder/data
clientPort=$port
clientPortAddress=127.0.0.1
admin.enableServer=false
extendedTypesEnabled=true
4lw.commands.whitelist=srvr
preAllocSize=1024
CFG
  java -Xmx128m -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
    -cp "$jars/zookeeper.jar:$jars/slf4j-simple.jar:$jars/netty-codec.jar" \
    org.apache.zookeeper.server.quorum.QuorumPeerMain "$folder/zoo.cfg" >"$folder/log" 2>&1 &
}

zookeeper_serves() {
  local answer
  answer=$(exec 3<>"/dev/tcp/127.0.0.1/$1" && printf srvr >&3 && timeout 1 cat <&3) && [[ $answer == *Mode:* ]]
}

# kafka_properties DATA PORT CONTROLLER_PORT : the settings of a single real broker.
kafka_properties() {
  cat <<CFG
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$3
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
advertised.listeners=PLAINTEXT://127.0.0.1:$2
controller.listener.names=CONTROLLER
log.dirs=$1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
CFG
}

# start_kafka KAFKA_HOME FOLDER PORT CONTROLLER_PORT : a real broker; leaves its process id in $!.
start_kafka() {
  local home=$1 folder=$2 port=$3 controller=$4
  mkdir -p "$folder"
  kafka_properties "$folder/data" "$port" "$controller" >"$folder/server.properties"
  LOG_DIR="$folder/logs" KAFKA_HEAP_OPTS=-Xmx512m "$home/bin/kafka-storage.sh" format -t hermesquickstart000001 \
    -c "$folder/server.properties" >"$folder/log" 2>&1 || { tail -n 20 "$folder/log" >&2; fail "Kafka's storage could not be formatted."; }
  LOG_DIR="$folder/logs" KAFKA_HEAP_OPTS=-Xmx512m "$home/bin/kafka-server-start.sh" "$folder/server.properties" >>"$folder/log" 2>&1 &
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
