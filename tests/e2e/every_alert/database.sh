# shellcheck shell=bash disable=SC2154
# PostgreSQL. Beside the demo's pair there are a pair of the test's own, "ledger", which may be broken in any way, and an old server,
# "aged", that has used half of its transaction ids (every_alert/clusters.sh).

database_prepare() {
  replace demo/config/postgres.yml $'\nintervals:' "
  - {name: ledger, address: \"127.0.0.1:\${FLEET_PORT_LEDGER}\", user: postgres, database: postgres, sslmode: disable}
  - {name: ledger-replica, address: \"127.0.0.1:\${FLEET_PORT_LEDGER_REPLICA}\", user: postgres, database: postgres, sslmode: disable}
  - {name: aged, address: \"127.0.0.1:\${FLEET_PORT_AGED}\", user: postgres, database: postgres, sslmode: disable}

intervals:
  settings: 5s"
  fault xids-used "a server has used half of its transaction ids"
  clusters_start
  perth_probe "  - name: ledger
    type: postgres
    interval: 1s
    timeout: 2s
    targets: [{name: ledger, address: \"127.0.0.1:$FLEET_PORT_LEDGER\"}]
    postgres:
      check: canary
      nodes: [\"127.0.0.1:$FLEET_PORT_LEDGER\", \"127.0.0.1:$FLEET_PORT_LEDGER_REPLICA\"]
      username: postgres
      database: postgres
      sslmode: disable
      connect_timeout: 1s"
}

# All primaries hang, then all servers.
database_alone() {
  local name
  within 60 "every PostgreSQL answers" holds 'count(pg_up == 1) == 5'
  scraped 1
  fault primaries-hang "every primary hangs, replicas go on"
  for name in postgres postgres-ledger postgres-aged; do process_signal "$name" STOP; done
  proven PostgresNoPrimary/1 primaries-hang 60
  fault databases-hang "every PostgreSQL hangs"
  for name in postgres-replica postgres-ledger-replica; do process_signal "$name" STOP; done
  proven PostgresAllDown/1 databases-hang 60
  for name in postgres postgres-replica postgres-ledger postgres-ledger-replica postgres-aged; do process_signal "$name" CONT; done
  within 60 "every PostgreSQL answers again" holds 'count(pg_up == 1) == 5'
}

ledger() { sql "$FLEET_PORT_LEDGER" postgres "$@"; }
# session NAME PORT STATEMENT...: of psql, in the background. What it holds, it holds until the end.
session() {
  local name=$1 port=$2
  shift 2
  printf '%s;\n' "$@" >"$work/$name.sql"
  own_process "session-$name" psql -X -q -h 127.0.0.1 -p "$port" -U postgres -d postgres -f "$work/$name.sql"
}

database_begin() {
  ledger "CREATE TABLE matters (id int PRIMARY KEY, note text)" "INSERT INTO matters SELECT n, 'note' FROM generate_series(1, 100) AS n" \
    "CREATE TABLE drafts (id int, note text)" "INSERT INTO drafts SELECT n, 'note' FROM generate_series(1, 40000) AS n" \
    "CREATE TABLE scans AS SELECT n AS id, repeat('x', 1000) AS page FROM generate_series(1, 40000) AS n" CHECKPOINT
  fault idle-in-transaction "a session leaves its transaction open" session idle "$FLEET_PORT_POSTGRES" BEGIN "SELECT 1" '\! sleep 3000'
  fault long-transaction "a statement runs on and on" session long "$FLEET_PORT_LEDGER" "SELECT pg_sleep(3000)"
  fault prepared-forgotten "a prepared transaction is forgotten" \
    ledger "BEGIN; INSERT INTO matters VALUES (1001, 'two-phase'); PREPARE TRANSACTION 'forgotten'"
  fault lock-held "a statement waits for a row that a session holds" session holder "$FLEET_PORT_LEDGER" BEGIN "UPDATE matters SET note = 'held' WHERE id = 1" '\! sleep 3000'
  sleep 1
  session waiter "$FLEET_PORT_LEDGER" "UPDATE matters SET note = 'waited' WHERE id = 1"
  fault rows-dead "half of a table is deleted and no vacuum runs" ledger "DELETE FROM drafts WHERE id % 2 = 0"
  fault slot-unread "a slot is made, nobody reads it, and more is written than is kept" ledger "SELECT pg_create_physical_replication_slot('forgotten', true)"
  fault archive-refuses "the archive refuses the log" ledger "ALTER SYSTEM SET archive_command = 'false'" "SELECT pg_reload_conf()"
  fault replica-paused "the replica stops replaying" sql "$FLEET_PORT_LEDGER_REPLICA" postgres "SELECT pg_wal_replay_pause()"
  writes &
}

# The ledger's work: without any nothing is ever behind.
writes() {
  local n=2000
  while sleep 1; do
    n=$((n + 1))
    ledger "INSERT INTO matters VALUES ($n, repeat('y', 2000))" >/dev/null 2>&1 || true
  done
}

database_prove() {
  local ledger_address="127.0.0.1:$FLEET_PORT_LEDGER" replica_address="127.0.0.1:$FLEET_PORT_LEDGER_REPLICA"
  proven PostgresWraparound/2 xids-used 60 "127.0.0.1:$FLEET_PORT_AGED"
  fault server-killed "a PostgreSQL is killed" process_signal postgres-aged KILL
  proven PostgresDown/2 server-killed 60 "127.0.0.1:$FLEET_PORT_AGED"

  fault deadlocks "sessions deadlock five times" deadlock_often
  proven PostgresDeadlocks/3 deadlocks 60 postgres
  fault page-corrupt "a page on the disk is damaged" corrupt_page
  proven PostgresChecksumFailures/2 page-corrupt 60 postgres
  proven PostgresSlotInactive/3 slot-unread 90 forgotten
  proven PostgresSlotLosing/2 slot-unread 90 forgotten
  proven PostgresArchivingFailing/2 archive-refuses 60 "$ledger_address"
  proven PostgresArchivingStale/2 archive-refuses 90 "$ledger_address"
  proven PostgresLocksWaiting/2 lock-held 90 "$ledger_address"
  proven PostgresReplicaLag/2 replica-paused 120 "$replica_address"
  proven PostgresTableBloated/4 rows-dead 150 drafts
  proven PostgresLongTransaction/3 long-transaction 150 "$ledger_address"
  proven PostgresPreparedTransactionOld/3 prepared-forgotten 150 "$ledger_address"

  fault connections-rising "sessions take four fifths of the connections" sessions_hold 27
  proven PostgresConnectionsRising/3 connections-rising 60 "$ledger_address"
  fault connections-high "sessions take nearly all connections" sessions_hold 7
  proven PostgresConnectionsHigh/2 connections-high 60 "$ledger_address"
  kill "${holding[@]}"
  holding=()

  sql "$FLEET_PORT_LEDGER_REPLICA" postgres "SELECT pg_wal_replay_resume()"
  fault receiver-hangs "the replica's receiver hangs while work goes on" receiver_signal STOP
  proven PostgresRecoveryPoint/2 receiver-hangs 120 "$ledger_address"
  hang_demo_replica
}

holding=()
sessions_hold() { # COUNT
  local n
  for ((n = 0; n < $1; ++n)); do
    psql -X -q -h 127.0.0.1 -p "$FLEET_PORT_LEDGER" -U postgres -d postgres -c "SELECT pg_sleep(600)" >/dev/null 2>&1 &
    holding+=($!)
  done
}

# Five minutes without a primary, then the replica that had not received the last of it takes over.
database_late() {
  fault primary-lost "the primary dies with what its replica has not received" process_signal postgres-ledger KILL
  receiver_signal KILL # what the kernel holds for it is lost, too
  proven PostgresReceiverDown/2 primary-lost 60 "127.0.0.1:$FLEET_PORT_LEDGER_REPLICA"
  proven PostgresReplicaGone/2 replica-hangs 180 "127.0.0.1:$FLEET_PORT_POSTGRES"
  proven PostgresIdleInTransaction/3 idle-in-transaction 700 "127.0.0.1:$FLEET_PORT_POSTGRES"
  while (($(date +%s) - fault_since[primary-lost] < 305)); do sleep 1; done
  fault promoted "the replica is promoted after five minutes" sql "$FLEET_PORT_LEDGER_REPLICA" postgres "SELECT pg_promote()"
  proven PostgresFailedOver/2 promoted 60 "127.0.0.1:$FLEET_PORT_LEDGER_REPLICA"
  proven PostgresFailoverLostData/2 promoted 60 ledger
  proven PostgresRecoverySlow/2 promoted 60 ledger
}
