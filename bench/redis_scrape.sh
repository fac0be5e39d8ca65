#!/bin/bash
# redis_health_exporter beside Debian's prometheus-redis-exporter, on one private Redis with load, a stream and its group:
# CPU per scrape (user + system, by the scheduler), peak resident memory and wall time, and the ratios.
#
#   bench/redis_scrape.sh [PROGRAM [SCRAPES]]     PROGRAM: build/release/bin/redis_health_exporter
#
# Needs redis-server, prometheus-redis-exporter and curl. Everything it starts and writes is gone afterwards.
set -euo pipefail
# shellcheck source=bench/two_exporters.sh
source "${BASH_SOURCE[0]%/*}/two_exporters.sh"

program=${1:-build/release/bin/redis_health_exporter}
scrapes=${2:-300}
peer=/usr/bin/prometheus-redis-exporter

dir=$(mktemp -d)
children=()
finish() {
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$dir"
}
trap finish EXIT

redis_port=$(free_port)
our_port=$(free_port)
peer_port=$(free_port)

redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$dir" --save '' --appendonly yes --databases 16 \
  --latency-monitor-threshold 1 >"$dir/redis.log" 2>&1 &
children+=("$!")
cli() { redis-cli -p "$redis_port" "$@"; }
await cli ping
# Some thirty commands, each of which has series of its own.
redis-benchmark -p "$redis_port" -q -n 2000 -t ping,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,zpopmin,lrange,mset \
  >/dev/null
for ((i = 0; i < 500; ++i)); do echo "XADD a2a:hops * hop_id $i src intake dst research"; done | cli >/dev/null
cli XGROUP CREATE a2a:hops a2a-exporter 0 >/dev/null
cli XREADGROUP GROUP a2a-exporter one COUNT 400 STREAMS a2a:hops '>' >/dev/null
cli RPUSH document_processing_queue a b c >/dev/null

cat >"$dir/redis.yml" <<CONF
instances:
  - {name: bench, address: "127.0.0.1:$redis_port", keys: [document_processing_queue], streams: ["a2a:hops"]}
collect: {clients: false}
CONF
# Go's garbage collector and ours alike: defaults.
"$peer" -redis.addr "redis://127.0.0.1:$redis_port" -check-single-keys document_processing_queue \
  -check-single-streams a2a:hops -ping-on-connect -web.listen-address "127.0.0.1:$peer_port" >"$dir/peer.log" 2>&1 &
peer_pid=$!
children+=("$peer_pid")
"$program" --config.file="$dir/redis.yml" --web.listen-address="127.0.0.1:$our_port" >"$dir/ours.log" 2>&1 &
our_pid=$!
children+=("$our_pid")

scrapes_of() {  # port count -> one line of seconds each; over one connection and with gzip, as Prometheus asks
  local urls=()
  for ((n = 0; n < $2; ++n)); do urls+=(-o "$dir/page" "http://127.0.0.1:$1/metrics"); done
  curl -sf -w '%{time_total}\n' -H 'Accept-Encoding: gzip' \
    -H 'Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' \
    -H 'X-Prometheus-Scrape-Timeout-Seconds: 10' "${urls[@]}"
}
for port in "$our_port" "$peer_port"; do
  await curl -sf -o /dev/null "http://127.0.0.1:$port/"
  scrapes_of "$port" 5 >/dev/null
done
our_series=$(series "$our_port")
peer_series=$(series "$peer_port")

# In rounds, so that both meet the same machine.
rounds=10
each=$((scrapes / rounds))
our_cpu=0 peer_cpu=0
for ((round = 0; round < rounds; ++round)); do
  before=$(cpu "$our_pid")
  scrapes_of "$our_port" "$each" >>"$dir/our_wall"
  our_cpu=$((our_cpu + $(cpu "$our_pid") - before))
  before=$(cpu "$peer_pid")
  scrapes_of "$peer_port" "$each" >>"$dir/peer_wall"
  peer_cpu=$((peer_cpu + $(cpu "$peer_pid") - before))
done

awk -v n="$((rounds * each))" -v oc="$our_cpu" -v pc="$peer_cpu" -v om="$(peak "$our_pid")" \
  -v pm="$(peak "$peer_pid")" -v ow="$(median "$dir/our_wall")" -v pw="$(median "$dir/peer_wall")" \
  -v os="$our_series" -v ps="$peer_series" 'BEGIN {
  oc = oc / 1e6 / n; pc = pc / 1e6 / n
  printf "%d scrapes each, in turns, gzip\n", n
  printf "%-24s %22s %16s %8s\n", "", "redis_health_exporter", "redis_exporter", "ratio"
  printf "%-24s %22d %16d %8.2f\n", "series", os, ps, os / ps
  printf "%-24s %22.3f %16.3f %8.3f   goal: at most 0.10\n", "CPU per scrape, ms", oc, pc, oc / pc
  printf "%-24s %22.1f %16.1f %8.3f   goal: at most 0.50\n", "peak memory, MiB", om / 1024, pm / 1024, om / pm
  printf "%-24s %22.2f %16.2f %8.3f\n", "wall per scrape, ms", ow, pw, ow / pw
}'
