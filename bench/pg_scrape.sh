#!/bin/bash
# pg_health_exporter beside Debian's prometheus-postgres-exporter, on one private PostgreSQL whose database has
# 2,000 tables: CPU per scrape (user + system, by the scheduler), peak resident memory and wall time, and the ratios.
#
#   bench/pg_scrape.sh [PROGRAM [TABLES [SCRAPES]]]     PROGRAM: build/release/bin/pg_health_exporter
#
# Needs postgresql-15, prometheus-postgres-exporter and curl. Everything it starts and writes is gone afterwards.
set -euo pipefail
# shellcheck source=bench/two_exporters.sh
source "${BASH_SOURCE[0]%/*}/two_exporters.sh"

program=${1:-build/release/bin/pg_health_exporter}
tables=${2:-2000}
scrapes=${3:-30}
postgres=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
peer=/usr/bin/prometheus-postgres-exporter
queries=/usr/share/doc/prometheus-postgres-exporter/examples/queries.yaml
database=legalllm_multiagent

dir=$(mktemp -d)
children=()
as_postgres() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi
}
finish() {
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
  as_postgres "$postgres/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap finish EXIT

pg_port=$(free_port)
our_port=$(free_port)
peer_port=$(free_port)

mkdir "$dir/data"
if [ "$(id -u)" = 0 ]; then chown -R postgres: "$dir"; fi
cd "${program%/*}" && program=$PWD/${program##*/} && cd "$dir"
as_postgres "$postgres/initdb" -D "$dir/data" -A trust -U postgres -N >/dev/null
cat >>"$dir/data/postgresql.conf" <<CONF
port = $pg_port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
fsync = off
autovacuum = off
max_locks_per_transaction = 4096
CONF
as_postgres "$postgres/pg_ctl" -D "$dir/data" -l "$dir/log" -w start >/dev/null
sql() { psql -qtAX -h 127.0.0.1 -p "$pg_port" -U postgres "$@"; }
sql -c "CREATE DATABASE $database" postgres
sql -c "CREATE ROLE fleet_monitor LOGIN" -c "GRANT pg_monitor TO fleet_monitor" "$database"
sql "$database" <<SQL
DO \$\$ BEGIN
  FOR i IN 1..$tables LOOP
    EXECUTE format('CREATE TABLE case_file_%s (id bigserial PRIMARY KEY, name text, at timestamptz DEFAULT now())', i);
    EXECUTE format('INSERT INTO case_file_%s (name) SELECT ''x'' FROM generate_series(1, 20)', i);
  END LOOP;
END \$\$;
SQL
sql -c 'VACUUM ANALYZE' "$database"

sed '/^# WARNING: This set of metrics/,$d' "$queries" >"$dir/queries.yaml"
cat >"$dir/postgres.yml" <<CONF
instances:
  - {name: bench, address: "127.0.0.1:$pg_port", user: fleet_monitor, database: $database, sslmode: disable}
CONF
# Go's garbage collector and ours alike: defaults.
DATA_SOURCE_NAME="postgresql://fleet_monitor@127.0.0.1:$pg_port/$database?sslmode=disable" \
  "$peer" --web.listen-address="127.0.0.1:$peer_port" --extend.query-path="$dir/queries.yaml" >"$dir/peer.log" 2>&1 &
peer_pid=$!
children+=("$peer_pid")
"$program" --config.file="$dir/postgres.yml" --web.listen-address="127.0.0.1:$our_port" >"$dir/ours.log" 2>&1 &
our_pid=$!
children+=("$our_pid")

scrape() {  # port -> seconds; as Prometheus asks, gzip included
  curl -sf -o "$dir/page" -w '%{time_total}\n' -H 'Accept-Encoding: gzip' \
    -H 'Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' \
    -H 'X-Prometheus-Scrape-Timeout-Seconds: 30' "http://127.0.0.1:$1/metrics"
}
for port in "$our_port" "$peer_port"; do
  await curl -sf -o /dev/null "http://127.0.0.1:$port/"
  scrape "$port" >/dev/null
  scrape "$port" >/dev/null
done
our_series=$(series "$our_port")
peer_series=$(series "$peer_port")

our_cpu=0 peer_cpu=0
: >"$dir/our_wall"
: >"$dir/peer_wall"
for ((i = 0; i < scrapes; ++i)); do
  before=$(cpu "$our_pid")
  scrape "$our_port" >>"$dir/our_wall"
  our_cpu=$((our_cpu + $(cpu "$our_pid") - before))
  before=$(cpu "$peer_pid")
  scrape "$peer_port" >>"$dir/peer_wall"
  sleep 0.05  # its collector works on after the answer
  peer_cpu=$((peer_cpu + $(cpu "$peer_pid") - before))
done

awk -v n="$scrapes" -v t="$tables" -v oc="$our_cpu" -v pc="$peer_cpu" -v om="$(peak "$our_pid")" \
  -v pm="$(peak "$peer_pid")" -v ow="$(median "$dir/our_wall")" -v pw="$(median "$dir/peer_wall")" \
  -v os="$our_series" -v ps="$peer_series" 'BEGIN {
  oc = oc / 1e6 / n; pc = pc / 1e6 / n
  printf "%d tables, %d scrapes each, alternating, gzip\n", t, n
  printf "%-24s %18s %18s %8s\n", "", "pg_health_exporter", "postgres_exporter", "ratio"
  printf "%-24s %18d %18d %8.2f\n", "series", os, ps, os / ps
  printf "%-24s %18.1f %18.1f %8.3f   goal: at most 0.10\n", "CPU per scrape, ms", oc, pc, oc / pc
  printf "%-24s %18.1f %18.1f %8.3f   goal: at most 0.50\n", "peak memory, MiB", om / 1024, pm / 1024, om / pm
  printf "%-24s %18.1f %18.1f %8.3f\n", "wall per scrape, ms", ow, pw, ow / pw
}'
