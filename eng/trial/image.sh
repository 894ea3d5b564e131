# What deploy/docker/Dockerfile does, without its base images. Sourced by try-package.sh, not run.

# The user of the chiselled images (APP_UID).
image_user=1654

# start_as_image PROGRAM : publishes and starts it by the lines of the Dockerfile. The shared runtime is that of this machine's SDK.
start_as_image() {
  local program=$1 publish entry
  publish=$(sed -n '/^RUN dotnet publish/,/[^\\]$/p' deploy/docker/Dockerfile | sed 's/^RUN //')
  entry=$(sed -n 's/^ENTRYPOINT \["\(.*\)"\]$/\1/p' deploy/docker/Dockerfile)
  [ -n "$publish" ] && [ -n "$entry" ] || fail "deploy/docker/Dockerfile has no RUN dotnet publish, or no ENTRYPOINT of one word."
  inside env PROGRAM="$program" TARGETARCH="$(dpkg --print-architecture)" sh -ec "cd /checkout; $publish"
  inside mkdir -p /settings
  inside systemd-run -q --unit=trial-image -p User=$image_user -p Group=$image_user -p WorkingDirectory=/settings -p ReadOnlyPaths=/ -p TemporaryFileSystem=/tmp \
    -p "InaccessiblePaths=/usr/bin/sh /usr/bin/dash /usr/bin/bash" -p NoNewPrivileges=yes -p CapabilityBoundingSet= -p TimeoutStopSec=60 -p RemainAfterExit=yes \
    -E DOTNET_ROOT=/opt/dotnet -E DOTNET_EnableDiagnostics=0 -E HERMES_Status__Listen=0.0.0.0:8000 -E HERMES_Delivery__AllowLoopback=true "$entry"
  wait_for 60 "The readiness of the program" inside curl -sf -o /dev/null http://127.0.0.1:8000/health/ready
  local pid; pid=$(property trial-image.service MainPID)
  [ "$(inside stat -c %u "/proc/$pid")" = $image_user ] || fail "It does not run as user $image_user."
  ! inside nsenter -t "$pid" -m -- touch /settings/written 2>/dev/null || fail "It could write to its root."
  say "  ready, as user $image_user"
}

stop_image() {
  inside systemctl stop trial-image.service
  inside sh -c "journalctl -u trial-image.service --no-pager | grep -q 'its offsets are committed'" || fail "It did not drain when it was stopped."
  inside sh -c "! journalctl -u trial-image.service --no-pager | grep -q 'Failed with result'" || fail "It did not end well."
  say "  stopped: its offsets are committed"
}
