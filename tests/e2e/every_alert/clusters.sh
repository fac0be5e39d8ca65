# shellcheck shell=bash disable=SC2154
# PostgreSQL servers of the test's own: a pair, "ledger", and "aged".

clusters_start() {
  postgres_choose_user
  cluster_make ledger
  cat >>"$work/ledger/postgresql.conf" <<'CONF'
max_connections = 40
shared_buffers = 16MB
max_prepared_transactions = 5
archive_mode = on
archive_command = 'true'
archive_timeout = 5s
max_slot_wal_keep_size = 8MB
min_wal_size = 2MB
max_wal_size = 8MB
deadlock_timeout = 50ms
autovacuum = off
CONF
  cluster_run ledger "$FLEET_PORT_LEDGER"
  sql "$FLEET_PORT_LEDGER" postgres "$(<"$source_dir/probers/postgres/canary_table.sql")"
  cluster_directory ledger-replica
  "${PG_AS[@]}" "$PG_BIN/pg_basebackup" -h 127.0.0.1 -p "$FLEET_PORT_LEDGER" -U postgres -D "$work/ledger-replica" --write-recovery-conf \
    --checkpoint=fast --wal-method=stream
  cluster_run ledger-replica "$FLEET_PORT_LEDGER_REPLICA"

  cluster_make aged
  # No vacuum comes before the test is over: the ids stay used. 1200000000 is in segment 478 of the commit log.
  printf 'autovacuum_naptime = 2000000\nshared_buffers = 16MB\n' >>"$work/aged/postgresql.conf"
  "${PG_AS[@]}" dd if=/dev/zero of="$work/aged/pg_xact/0478" bs=256k count=1 status=none
  "${PG_AS[@]}" "$PG_BIN/pg_resetwal" -x 1200000000 -D "$work/aged" >/dev/null
  cluster_run aged "$FLEET_PORT_AGED"
}

cluster_directory() { postgres_own_directory "$work/$1" "$( ((${#PG_AS[@]})) && echo postgres || echo "$EUID")"; }

# Pages have checksums, and the log's segments a megabyte.
cluster_make() {
  cluster_directory "$1"
  "${PG_AS[@]}" "$PG_BIN/initdb" -D "$work/$1" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --data-checksums --wal-segsize=1 \
    >"$FLEET_STATE/logs/initdb-$1.log" 2>&1 </dev/null
}

# cluster_run NAME PORT
cluster_run() {
  own_process "postgres-$1" "${PG_AS[@]}" "$PG_BIN/postgres" -D "$work/$1" -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories=
  process_await "postgres-$1" 60 "$PG_BIN/pg_isready" -q -h 127.0.0.1 -p "$2"
}

# receiver_signal SIGNAL: to the process of the ledger's replica that receives the log.
receiver_signal() {
  local pid
  pid=$(sql "$FLEET_PORT_LEDGER_REPLICA" postgres "SELECT pid FROM pg_stat_wal_receiver")
  kill -"$1" "${pid:-$receiver_pid}"
  receiver_pid=${pid:-$receiver_pid}
}

deadlock_often() {
  local n one
  for n in {11..15}; do
    psql -X -q -h 127.0.0.1 -p "$FLEET_PORT_LEDGER" -U postgres -d postgres >/dev/null 2>&1 <<SQL &
BEGIN; UPDATE matters SET note = 'a' WHERE id = $n; SELECT pg_sleep(0.5); UPDATE matters SET note = 'a' WHERE id = $((n + 50)); COMMIT;
SQL
    one=$!
    psql -X -q -h 127.0.0.1 -p "$FLEET_PORT_LEDGER" -U postgres -d postgres >/dev/null 2>&1 <<SQL || true
BEGIN; UPDATE matters SET note = 'b' WHERE id = $((n + 50)); SELECT pg_sleep(0.5); UPDATE matters SET note = 'b' WHERE id = $n; COMMIT;
SQL
    wait "$one" || true
  done
}

# The table is larger than the buffers, so its first page is read from the disk.
corrupt_page() {
  local file
  file=$work/ledger/$(sql "$FLEET_PORT_LEDGER" postgres "SELECT pg_relation_filepath('scans')")
  dd if=/dev/zero of="$file" bs=1 seek=2000 count=64 conv=notrunc status=none
  if sql "$FLEET_PORT_LEDGER" postgres "SELECT count(*) FROM scans" >/dev/null 2>&1; then fail "PostgreSQL reads the damaged page"; fi
}
