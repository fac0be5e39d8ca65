# shellcheck shell=bash
# A private PostgreSQL 15 and its streaming replica on loopback, for root as well, whom PostgreSQL refuses.

PG_BIN=/usr/lib/postgresql/15/bin
PG_DATA=$FLEET_STATE/postgres
PG_REPLICA_DATA=$FLEET_STATE/postgres-replica
PG_AS=()

# Sets PG_AS, the prefix that runs a command as PostgreSQL will: as ourselves; as user postgres, if it can reach the state directory;
# else inside a user namespace where we are called postgres, which works in a checkout below /root.
postgres_choose_user() {
  local owner
  PG_AS=()
  owner=$EUID
  if ((EUID == 0)); then
    if setpriv --reuid=postgres --regid=postgres --clear-groups test -x "$FLEET_STATE" 2>/dev/null; then
      PG_AS=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
      owner=postgres
    elif unshare --user --map-user="$(id -u postgres)" --map-group="$(id -g postgres)" true 2>/dev/null; then
      PG_AS=(unshare --user "--map-user=$(id -u postgres)" "--map-group=$(id -g postgres)" --)
    else
      die "PostgreSQL does not run as root, and user postgres cannot reach $FLEET_STATE: run ./fleet as another user, or set FLEET_STATE"
    fi
  fi
  postgres_own_directory "$PG_DATA" "$owner"
  postgres_own_directory "$PG_REPLICA_DATA" "$owner"
}

# postgres_own_directory DIRECTORY OWNER
postgres_own_directory() {
  mkdir -p "$1"
  chmod 700 "$1"
  if ((EUID == 0)) && [[ $(stat -c %u "$1") != "$(id -u "$2")" ]]; then chown -R "$2:" "$1"; fi
}

postgres_sql() {
  PGOPTIONS='-c client_min_messages=warning' psql -X -q -t -A -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$FLEET_PORT_POSTGRES" -U postgres "$@"
}

postgres_start() {
  postgres_choose_user
  if [[ ! -e $PG_DATA/PG_VERSION ]]; then
    rm -f "$FLEET_STATE/schema.sha256"
    # Trust on loopback: the demo's data are made up. A half-made directory of an interrupted initdb is removed by itself.
    "${PG_AS[@]}" "$PG_BIN/initdb" -D "$PG_DATA" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
      >"$FLEET_STATE/logs/initdb.log" 2>&1 </dev/null || {
      tail -n 15 "$FLEET_STATE/logs/initdb.log" >&2
      die "initdb failed; its log is $FLEET_STATE/logs/initdb.log"
    }
  fi
  postgres_process postgres "$PG_DATA" "$FLEET_PORT_POSTGRES"
}

# postgres_process NAME DIRECTORY PORT
postgres_process() {
  process_start "$1" "${PG_AS[@]}" "$PG_BIN/postgres" -D "$2" -p "$3" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=80 -c shared_buffers=64MB \
    -c track_io_timing=on -c timezone=UTC -c log_timezone=UTC
}

# Copied anew each time: the demo's data are small, and a primary that was made anew is no riddle then.
postgres_replica_start() {
  local log=$FLEET_STATE/logs/basebackup.log
  find "$PG_REPLICA_DATA" -mindepth 1 -delete
  "${PG_AS[@]}" "$PG_BIN/pg_basebackup" -h 127.0.0.1 -p "$FLEET_PORT_POSTGRES" -U postgres -D "$PG_REPLICA_DATA" \
    --write-recovery-conf --checkpoint=fast --wal-method=stream >"$log" 2>&1 </dev/null || {
    tail -n 15 "$log" >&2
    die "pg_basebackup failed; its log is $log"
  }
  postgres_process postgres-replica "$PG_REPLICA_DATA" "$FLEET_PORT_POSTGRES_REPLICA"
}

# Roles, database and schema; each step only where it is missing. A database of another version of the schema is made anew: its data
# are made up.
postgres_prepare() {
  local role schema
  for role in legalllm_app fleet_monitor slo_prober; do
    [[ -s $FLEET_SECRETS/$role ]] || (umask 077 && openssl rand -hex 16 >"$FLEET_SECRETS/$role")
    if [[ ! $(postgres_sql -d postgres -c "SELECT 1 FROM pg_roles WHERE rolname = '$role'") ]]; then
      printf "CREATE ROLE %s LOGIN PASSWORD '%s';\n" "$role" "$(<"$FLEET_SECRETS/$role")" | postgres_sql -d postgres
    fi
  done
  schema=$(sha256sum <"$FLEET_ROOT/demo/schema.sql")
  if [[ $schema != "$(cat "$FLEET_STATE/schema.sha256" 2>/dev/null)" ]]; then
    postgres_sql -d postgres -c 'DROP DATABASE IF EXISTS legalllm_multiagent' -c 'CREATE DATABASE legalllm_multiagent'
    postgres_sql -d legalllm_multiagent --single-transaction -f "$FLEET_ROOT/demo/schema.sql"
    printf '%s\n' "$schema" >"$FLEET_STATE/schema.sha256"
  fi
  postgres_sql -d legalllm_multiagent -f "$FLEET_ROOT/probers/postgres/canary_table.sql" \
    -c 'GRANT SELECT, INSERT, DELETE ON slo_prober_canary TO slo_prober'
}
