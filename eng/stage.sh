# Lays the installation out below a folder, as it will stand below /: programs, units, the user, settings. Sourced, not run.

stage_programs=(Worker.Consumer Worker.Retransmitter Worker.Janitor Cli)

# runtime_identifier : the SDK's name for this machine's kind.
runtime_identifier() {
  case "$(uname -m)" in
    x86_64) echo linux-x64 ;;
    aarch64) echo linux-arm64 ;;
    *) fail "Neither x86_64 nor aarch64 but $(uname -m): librdkafka's package has no build for it." ;;
  esac
}

# stage ROOT RUNTIME SELF_CONTAINED : all of the installation below ROOT. The programs share one folder, and so their libraries.
stage() {
  local root=$1 runtime=$2 self_contained=$3
  umask 022 # what is laid out is for everybody to read, whoever builds it
  chmod 755 "$root"
  local programs=$root/usr/lib/hermes-workers
  for program in "${stage_programs[@]}"; do
    say "Publishing Hermes.$program for $runtime"
    dotnet publish "src/Hermes.$program" -c Release -r "$runtime" --self-contained "$self_contained" -p:DebugType=none \
      -p:GenerateDocumentationFile=false -o "$programs" -v q -nologo || fail "src/Hermes.$program could not be published."
  done
  install -d "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" "$root/etc/hermes-workers" "$root/usr/share/doc/hermes-workers/decisions"
  ln -sf ../lib/hermes-workers/Hermes.Cli "$root/usr/bin/hermes"
  install -m 644 systemd/*.service systemd/*.target "$root/usr/lib/systemd/system/"
  install -m 644 systemd/hermes-workers.sysusers "$root/usr/lib/sysusers.d/hermes-workers.conf"
  install -m 644 systemd/appsettings.json "$root/etc/hermes-workers/appsettings.json"
  install -m 600 systemd/environment "$root/etc/hermes-workers/environment"
  install -m 644 README.md docs/*.md "$root/usr/share/doc/hermes-workers/"
  install -m 644 docs/decisions/*.md "$root/usr/share/doc/hermes-workers/decisions/"
  ln -sfn . "$root/usr/share/doc/hermes-workers/docs" # the README's links
}
