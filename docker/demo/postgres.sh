#!/bin/bash
# The demo's PostgreSQL: `postgres.sh primary` with LegalLLM's schema and roles, `postgres.sh replica` that streams from it. Trusts
# whoever reaches it, because its data are made up: the compose file publishes no port of it.
set -euo pipefail
bin=/usr/lib/postgresql/15/bin
data=/data/cluster
server=("$bin/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp -c max_connections=80 -c shared_buffers=64MB
  -c track_io_timing=on -c timezone=UTC -c log_timezone=UTC)

sql() { psql -X -q -v ON_ERROR_STOP=1 -h /tmp -U postgres "$@"; }

make_primary() {
  local made=/data/making role
  rm -rf "$made"
  "$bin/initdb" -D "$made" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  printf 'host %s all all trust\n' all replication >>"$made/pg_hba.conf"
  "$bin/pg_ctl" -D "$made" -w -o "-c listen_addresses= -c unix_socket_directories=/tmp" start >/dev/null
  for role in legalllm_app fleet_monitor slo_prober; do sql -d postgres -c "CREATE ROLE $role LOGIN"; done
  sql -d postgres -c "CREATE DATABASE legalllm_multiagent"
  sql -d legalllm_multiagent --single-transaction -f /demo/schema.sql
  sql -d legalllm_multiagent -f /demo/canary_table.sql -c "GRANT SELECT, INSERT, DELETE ON slo_prober_canary TO slo_prober"
  "$bin/pg_ctl" -D "$made" -w -m fast stop >/dev/null
  mv "$made" "$data"  # half a database is made anew
}

case ${1:-} in
  primary)
    [[ -d $data ]] || make_primary
    ;;
  replica)
    # Copied anew each time, as ./fleet does.
    rm -rf "$data"
    "$bin/pg_basebackup" -h postgres -U postgres -D "$data" --write-recovery-conf --checkpoint=fast --wal-method=stream
    chmod 700 "$data"
    ;;
  *)
    echo "usage: postgres.sh primary|replica" >&2
    exit 2
    ;;
esac
exec "${server[@]}"
