// Can PostgreSQL be read and written, who waits for whom, and what would a failover lose?
local look = import 'look/dashboard.libsonnet';
local limit = import 'look/limits.libsonnet';
local panel = import 'look/panel.libsonnet';
local query = panel.query;

local at = 'server=~"$server", @';
local data = 'datname=~"$datname", server=~"$server", @';
local connections = [limit.over('PostgresConnectionsRising', '3', 0.75), limit.over('PostgresConnectionsHigh', '2', 0.9)];

local tiles = look.row('', [
  panel.tile(
    'Servers',
    'Whether each server answers the exporter. One that is down is severity 2, all of them severity 1.',
    [query('min by (server) (pg_up{%s})' % at, '{{server}}')],
    given=[limit.down('PostgresDown', '2')],
    words=panel.words({ '0': ['DOWN', 'red'], '1': ['up', 'green'] }),
    none='none',
    w=5,
  ) + { options+: { textMode: 'value_and_name' } },
  panel.tile(
    'Primaries',
    'Servers of each cluster that say that they are primary: one. None is a failover, or nothing can be written (PostgresNoPrimary); two is a split.',
    [query('max(pg_cluster_primaries{@} != 1) or max(pg_cluster_primaries{@})')],
    given=[limit.because('a cluster without a primary cannot be written: PostgresNoPrimary', '1', 1, falling=true)],
    words=panel.words({ '0': ['none', 'red'], '1': ['one', 'green'], '2': ['two: split', 'red'] }),
    none='not known',
    w=3,
  ),
  panel.tile(
    'Connections used',
    'Of those that an ordinary role may open, on the fullest server. Above 75 % is a ticket, above 90 % severity 2: restart what leaks them, or pool.',
    [query('max(pg_connections_used_ratio{%s})' % at)],
    unit='percentunit',
    given=connections,
    none='not known',
    decimals=0,
  ),
  panel.tile(
    'A failover would lose',
    'Age of the oldest work that would be gone if the primary died now and its best replica took over. The recovery point objective is a minute.',
    [query('max(pg_replication_rpo_seconds{%s})' % at)],
    unit='s',
    given=[limit.over('PostgresRecoveryPoint', '2', 60)],
    none='not known',
    decimals=1,
  ),
  panel.tile(
    'Longest wait for a lock',
    'Of any session. Above 30 s for a minute is PostgresLocksWaiting: the next row says who holds it.',
    [query('max(pg_locks_longest_wait_seconds{%s})' % at)],
    unit='s',
    given=[limit.over('PostgresLocksWaiting', '2', 30)],
    none='not known',
    decimals=0,
  ),
  panel.tile(
    'Longest transaction',
    'The oldest open transaction of a client. Above half an hour is PostgresLongTransaction: nothing behind it can be vacuumed.',
    [query('max(pg_long_running_transactions_oldest_timestamp_seconds{%s})' % at)],
    unit='s',
    given=[limit.over('PostgresLongTransaction', '3', 1800)],
    none='not known',
    decimals=0,
  ),
]);

local locks = look.row('Who blocks whom', [
  panel.table(
    'Blocked by',
    'Who waits for a lock and who holds it, by role and application. "idle in transaction" is somebody who forgot to commit: pg_terminate_backend(). Empty: nobody waits.',
    [
      query('max by (server, datname, blocked_user, blocked_application, blocking_user, blocking_application, blocking_state) (pg_locks_blocked_max_seconds{%s})' % data),
      query('max by (server, datname, blocked_user, blocked_application, blocking_user, blocking_application, blocking_state) (pg_locks_blocked_sessions{%s})' % data),
    ],
    [
      panel.column('Value #A', 'Longest', unit='s', decimals=0, given=[limit.over('PostgresLocksWaiting', '2', 30)], width=80),
      panel.column('Value #B', 'Sessions', unit='short', width=80),
      panel.column('blocked_user', 'Who waits', width=120),
      panel.column('blocked_application', 'in'),
      panel.column('blocking_user', 'For whom', width=120),
      panel.column('blocking_application', 'of'),
      panel.column('blocking_state', 'who is', width=140),
      panel.column('datname', 'Database'),
    ],
    w=14,
    h=8,
    sort='Longest',
    none='nobody waits',
  ),
  panel.lines(
    'Waits and idle transactions',
    'The longest wait for a lock, and the longest session that holds a transaction open and does nothing. Dashed: 30 s of waiting, and ten minutes of idling (PostgresIdleInTransaction).',
    [
      query('max(pg_locks_longest_wait_seconds{%s})' % at, 'waiting for a lock'),
      query('max(pg_idle_in_transaction_max_seconds{%s})' % at, 'idle in transaction'),
      query('max(pg_active_query_max_seconds{%s})' % at, 'longest statement'),
    ],
    'suffix:s',
    [limit.over('PostgresLocksWaiting', '2', 30), limit.over('PostgresIdleInTransaction', '3', 600) { far: true }],
    w=10,
    h=8,
  ),
]);

local load = look.row('Load', [
  panel.lines(
    'Transactions',
    'Commits and rollbacks a second. Many rollbacks are an application in trouble.',
    [
      query('sum(rate(pg_stat_database_xact_commit{%s}[$__rate_interval]))' % data, 'commits'),
      query('sum(rate(pg_stat_database_xact_rollback{%s}[$__rate_interval]))' % data, 'rollbacks'),
    ],
    'ops',
    w=8,
  ) + panel.coloured({ commits: 'green', rollbacks: 'orange' }),
  panel.lines(
    'Deadlocks and conflicts',
    'Deadlocks a second, and queries that replicas cancelled for the sake of replay. More than three deadlocks in a quarter of an hour is PostgresDeadlocks.',
    [
      query('sum(rate(pg_stat_database_deadlocks{%s}[$__rate_interval]))' % data, 'deadlocks'),
      query('sum(rate(pg_stat_database_conflicts{%s}[$__rate_interval]))' % data, 'conflicts'),
    ],
    'ops',
    w=8,
  ),
  panel.lines(
    'Connections of the limit',
    'By server. Dashed: 75 % (ticket) and 90 % (severity 2).',
    [query('max by (server) (pg_connections_used_ratio{%s})' % at, '{{server}}')],
    'percentunit',
    connections,
    w=8,
    max=1,
  ),
  panel.lines(
    'Sessions by state',
    'active works, idle waits for its client, idle in transaction holds what it has locked.',
    [query('sum by (state) (pg_stat_activity_count{%s})' % data, '{{state}}')],
    'short',
    w=8,
    stack=true,
  ) + panel.coloured({ active: 'green', idle: 'blue', 'idle in transaction': 'orange', 'idle in transaction (aborted)': 'red' }),
  panel.lines(
    'Rows read and written',
    'By kind of statement. A jump of "returned" without more transactions is a missing index.',
    [query('sum(rate(pg_stat_database_tup_%s{%s}[$__rate_interval]))' % [kind, data], kind) for kind in ['returned', 'inserted', 'updated', 'deleted']],
    'ops',
    w=8,
  ),
  panel.lines(
    'Blocks found in memory',
    'Share of the blocks that statements needed and that shared buffers held. A fall is data that no longer fits.',
    [query('sum by (server) (rate(pg_stat_database_blks_hit{%s}[$__rate_interval])) / (sum by (server) (rate(pg_stat_database_blks_hit{%s}[$__rate_interval])) + sum by (server) (rate(pg_stat_database_blks_read{%s}[$__rate_interval])) > 0)' % [data, data, data], '{{server}}')],
    'percentunit',
    w=8,
    max=1,
  ),
]);

local replication = look.row('Replication and failover', [
  panel.lines(
    'Replicas behind',
    'Seconds that each replica is behind its primary. Above a minute is PostgresReplicaLag.',
    [query('max by (server) (pg_replication_lag_seconds{%s} and pg_replication_is_replica{%s} == 1)' % [at, at], '{{server}}')],
    's',
    [limit.over('PostgresReplicaLag', '2', 60)],
    w=8,
  ),
  panel.states(
    'Role of each server',
    'A change of colour is a failover. Two primaries at once are a split: stop one.',
    [query('max by (server) (pg_replication_is_replica{%s})' % at, '{{server}}')],
    panel.words({ '0': ['primary', 'blue'], '1': ['replica', 'purple'] }),
    w=8,
  ),
  panel.lines(
    'Write-ahead log',
    'Bytes written a second. A replica, an archive or a slot that cannot keep up falls behind by this much.',
    [query('sum by (server) (rate(pg_stat_wal_bytes_total{%s}[$__rate_interval]))' % at, '{{server}}')],
    'Bps',
    w=8,
  ),
]);

local storage = look.row('Storage and upkeep', [
  panel.lines(
    'Size of databases',
    'On the primary. Look at the volume in Infrastructure Health before it is full.',
    [query('max by (datname) (pg_database_size_bytes{%s})' % data, '{{datname}}')],
    'bytes',
    w=8,
  ),
  panel.gaugeBars(
    'Transaction ids used',
    'Since the oldest that is not frozen; near 100 % the server refuses to write. Half is PostgresWraparound: vacuum.',
    [query('max by (datname) (pg_database_wraparound_ratio{%s})' % data, '{{datname}}')],
    'percentunit',
    [limit.over('PostgresWraparound', '2', 0.5)],
    1,
    w=8,
    none='not known',
  ),
  panel.table(
    'Largest tables',
    'With their dead rows: above 10,000 and 30 % of the live ones for an hour is PostgresTableBloated.',
    [
      query('topk(8, max by (datname, schemaname, relname) (pg_stat_user_tables_size_bytes{%s}))' % data),
      query('max by (datname, schemaname, relname) (pg_stat_user_tables_n_live_tup{%s}) and topk(8, max by (datname, schemaname, relname) (pg_stat_user_tables_size_bytes{%s}))' % [data, data]),
      query('max by (datname, schemaname, relname) (pg_stat_user_tables_n_dead_tup{%s}) and topk(8, max by (datname, schemaname, relname) (pg_stat_user_tables_size_bytes{%s}))' % [data, data]),
    ],
    [
      panel.column('relname', 'Table'),
      panel.column('Value #A', 'Size', unit='bytes', width=90),
      panel.column('Value #B', 'Live rows', unit='short', width=90),
      panel.column('Value #C', 'Dead rows', unit='short', given=[limit.over('PostgresTableBloated', '4', 10000)], width=90),
    ],
    w=8,
    sort='Size',
  ),
]);

local more = look.row('Checkpoints, archive, pooler and backups', [
  panel.lines(
    'Checkpoints',
    'timed are as planned; requested ones say that max_wal_size is too small for the load.',
    [
      query('sum(rate(pg_stat_bgwriter_checkpoints_timed_total{%s}[$__rate_interval]))' % at, 'timed'),
      query('sum(rate(pg_stat_bgwriter_checkpoints_req_total{%s}[$__rate_interval]))' % at, 'requested'),
    ],
    'ops',
    w=12,
  ),
  panel.states(
    'Archiving of the write-ahead log',
    'Whether the last attempt to archive failed (PostgresArchivingFailing after ten minutes). Without an archive there is no point-in-time recovery.',
    [query('max by (server) (pg_stat_archiver_failing{%s})' % at, '{{server}}')],
    panel.words({ '0': ['not failing', 'green'], '1': ['failing', 'orange'] }),
    w=12,
  ),
  panel.lines(
    'PgBouncer: clients that wait',
    'For a connection of their pool. Empty without a pooler in the configuration of pg_health_exporter.',
    [query('sum by (database, user) (pgbouncer_pools_client_waiting_connections{@})', '{{database}} {{user}}')],
    'short',
    w=12,
    none='no pooler is configured',
  ),
  panel.lines(
    'Age of the last good backup',
    'Above 26 hours is BackupStale. Empty without backups in the configuration of pg_health_exporter.',
    [query('max by (backup) (pg_backup_last_success_age_seconds{@})', '{{backup}}')],
    's',
    [limit.over('BackupStale', '2', 93600)],
    w=12,
    none='no backups are configured',
  ),
], collapsed=true);

look.dashboard(
  uid='legalllm-postgresql',
  title='PostgreSQL',
  description='Can PostgreSQL be read and written, who waits for whom, and what would a failover lose?',
  jobs='pg_up{server!=""}',
  rows=[tiles, locks, load, replication, storage, more],
  components='postgresql|backup',
  variables=[
    look.variable('server', 'Server', 'label_values(pg_up{job=~"$job", instance=~"$instance"}, server)'),
    look.variable('datname', 'Database', 'label_values(pg_database_size_bytes{job=~"$job", instance=~"$instance", server=~"$server"}, datname)', all='.*'),
  ],
  tags=['database', 'use'],
)
