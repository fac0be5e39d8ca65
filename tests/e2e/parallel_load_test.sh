#!/usr/bin/env bash
# The fleet, a second prober and an exporter that takes spans, all asked for everything at once while configurations change and things
# break: every request is answered, and programs that are told to end in the midst of it end well. Above all for what a sanitizer sees.
# usage: parallel_load_test.sh SOURCE_DIR BIN_DIR [SECONDS]     10
set -euo pipefail
source_dir=$1
seconds=${3:-10}
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/expect.sh
source "$here/expect.sh"

FLEET_BIN=$2
FLEET_STATE=$(mktemp -d)
export FLEET_BIN FLEET_STATE PYTHONDONTWRITEBYTECODE=1
reports_of_races "$FLEET_STATE/races"
own_ports "$source_dir" GRAFANA SPANS SECOND_PROBER SECOND_A2A_EXPORTER

fleet() { "$source_dir/fleet" "$@"; }
background=()
finish() {
  local status=$?
  trap '' INT TERM
  kill "${background[@]}" 2>/dev/null || true
  fleet down >/dev/null || true
  if ((status)); then
    tail -n 20 "$FLEET_STATE"/logs/*.log || true
    cat "$FLEET_STATE/load" "$FLEET_STATE"/races/report* 2>/dev/null || true
  fi
  rm -rf "$FLEET_STATE"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

fleet up --detach
logs=$FLEET_STATE/logs config=$FLEET_STATE/config
{
  sed 's/group: a2a-exporter/group: a2a-second/' "$source_dir/demo/config/a2a.yml"
  printf 'otlp:\n  listen_address: 127.0.0.1:%s\n  wait: 1s\n' "$FLEET_PORT_SPANS"
} >"$config/second-a2a.yml"
{
  cat "$source_dir/demo/config/prober.yml"
  cat <<'EOF'
modules:
  http_2xx: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4}}
  tcp_connect: {prober: tcp, timeout: 2s}
  icmp: {prober: icmp, timeout: 2s}
fleet:
  redis: {address: "127.0.0.1:${FLEET_PORT_REDIS_QUEUE}"}
  key_prefix: second
  lease: 2s
EOF
} >"$config/second-prober.yml"
"$FLEET_BIN/a2a_exporter" --config.file "$config/second-a2a.yml" --web.listen-address "127.0.0.1:$FLEET_PORT_SECOND_A2A_EXPORTER" \
  >"$logs/second-a2a.log" 2>&1 &
exporter=$!
"$FLEET_BIN/slo_prober" --workers 4 --shard=auto --config.file "$config/second-prober.yml" \
  --web.listen-address "127.0.0.1:$FLEET_PORT_SECOND_PROBER" >"$logs/second-prober.log" 2>&1 &
prober=$!
background+=("$exporter" "$prober")
ready() { curl -fsS -m 5 -o /dev/null "http://127.0.0.1:$1/-/ready" 2>/dev/null; }
within 60 "the second exporter is ready" ready "$FLEET_PORT_SECOND_A2A_EXPORTER"
within 60 "the second prober is ready" ready "$FLEET_PORT_SECOND_PROBER"

"$here/parallel_load.py" "$seconds" "$config/second-prober.yml" "$exporter" "$prober" >"$FLEET_STATE/load" &
load=$!
background+=("$load")
judged() { [[ -s $FLEET_STATE/load ]]; }
within $((seconds + 70)) "the load was answered" judged

kill "$exporter" "$prober"
fleet down 2>&1 | tee "$FLEET_STATE/down"
if grep killed "$FLEET_STATE/down"; then fail "a program did not end by itself"; fi
wait "$exporter" || fail "the second exporter ended with status $?"
wait "$prober" || fail "the second prober ended with status $?"
kill "$load"
wait "$load" || fail "some requests were not answered as they should"
cat "$FLEET_STATE/load"
if grep -HE 'ERROR: .*Sanitizer|runtime error: ' "$logs"/*.log; then fail "a sanitizer has found something"; fi
no_races "$FLEET_STATE/races"
