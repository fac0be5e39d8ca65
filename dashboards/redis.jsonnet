// Do the Redis servers answer quickly, keep what they are given, and are their streams read?
local look = import 'look/dashboard.libsonnet';
local limit = import 'look/limits.libsonnet';
local panel = import 'look/panel.libsonnet';
local query = panel.query;

// a2a_exporter and document_exporter show the server that each of them reads as well, without `addr`: hence All of `addr` is .* and each
// line says whose view it is.
local at = 'addr=~"$addr", @';
local each = 'by (job, addr)';
local server = '{{addr}} {{job}}';

local tiles = look.row('', [
  panel.tile(
    'Servers',
    'Whether each server answers. The coordinator carries the messages of the agents, the queue the documents: either down is severity 2, and users feel both.',
    [query('min by (addr) (redis_up{addr!="", %s}) or min by (job) (redis_up{addr="", %s})' % [at, at], '{{addr}}{{job}}')],
    given=[limit.down('RedisDown', '2')],
    words=panel.upDown,
    none='none',
    w=6,
  ) + { options+: { textMode: 'value_and_name' } },
  panel.tile(
    'Slowest PING',
    'There and back on an open connection. 20 ms are two fifths of what a hop may take: RedisAnswersSlowly.',
    [query('max(redis_exporter_last_scrape_ping_time_seconds{%s})' % at)],
    unit='s',
    given=[limit.over('RedisAnswersSlowly', '3', 0.02)],
    none='not known',
    w=4,
    decimals=2,
  ),
  panel.tile(
    'Memory of its limit',
    'Used over maxmemory, of the fullest. Above 90 % is RedisMemoryHigh; at 100 % it refuses writes, or throws keys away.',
    [query('max(redis_memory_used_bytes{%s} / (redis_memory_max_bytes{%s} > 0))' % [at, at])],
    unit='percentunit',
    given=[limit.over('RedisMemoryHigh', '3', 0.9)],
    none='no limit set',
    w=4,
    decimals=0,
  ),
  panel.tile(
    'Clients',
    'Connections of maxclients, of the fullest. Above 80 % is RedisClientsHigh; at 100 % it refuses connections.',
    [query('max(redis_connected_clients{%s} / redis_config_maxclients{%s})' % [at, at])],
    unit='percentunit',
    given=[limit.over('RedisClientsHigh', '3', 0.8)],
    none='not known',
    w=3,
    decimals=1,
  ),
  panel.tile(
    'Entries not read',
    'Of the group that is furthest behind its stream. 1,000 and not falling is RedisGroupLagging: its reader is slow or dead.',
    [query('max(redis_stream_group_lag{%s})' % at)],
    given=[limit.atLeast('RedisGroupLagging', '3', 1000)],
    none='no groups',
    w=4,
    decimals=0,
  ),
  panel.tile(
    'Evicted or refused',
    'Keys thrown away for want of memory, and connections refused, in ten minutes. Each evicted key of the queue is a lost document.',
    [query('sum(increase(redis_evicted_keys_total{%s}[10m])) + sum(increase(redis_rejected_connections_total{%s}[10m]))' % [at, at])],
    given=[limit.any('RedisEvicting', '2')],
    none='not known',
    w=3,
    decimals=0,
  ),
]);

local traffic = look.row('Traffic', [
  panel.lines(
    'Commands',
    'Commands a second. A fall to nothing is a client that cannot reach it, a jump is a burst of hops or of documents.',
    [query('sum %s (rate(redis_commands_processed_total{%s}[$__rate_interval]))' % [each, at], server)],
    'ops',
    w=8,
  ),
  panel.lines(
    'Errors answered',
    'Commands that were refused or failed, a second.',
    [query('sum %s (rate(redis_total_error_replies{%s}[$__rate_interval]))' % [each, at], server)],
    'ops',
    w=8,
  ),
  panel.lines(
    'PING',
    'How long the server takes to answer. Dashed: 20 ms. Peaks come of slow commands (the next row), of forks, or of the machine.',
    [query('max %s (redis_exporter_last_scrape_ping_time_seconds{%s})' % [each, at], server)],
    's',
    [limit.over('RedisAnswersSlowly', '3', 0.02)],
    w=8,
  ),
  panel.lines(
    'Commands that take most time',
    'Seconds of the server\'s only thread a second, by command: 1 is a server that does nothing else. The eight highest.',
    [query('topk(8, sum by (cmd) (rate(redis_commands_duration_seconds_total{%s}[$__rate_interval])))' % at, '{{cmd}}')],
    'percentunit',
    w=8,
  ),
  panel.lines(
    'Network',
    'Bytes in and out. Large answers delay all that wait behind them.',
    [
      query('sum %s (rate(redis_net_input_bytes_total{%s}[$__rate_interval]))' % [each, at], 'in ' + server),
      query('sum %s (rate(redis_net_output_bytes_total{%s}[$__rate_interval]))' % [each, at], 'out ' + server),
    ],
    'Bps',
    w=8,
  ),
  panel.lines(
    'Clients',
    'Connected, and those that are blocked in a reading of a list or stream, which is how workers wait.',
    [
      query('sum %s (redis_connected_clients{%s})' % [each, at], 'connected ' + server),
      query('sum %s (redis_blocked_clients{%s})' % [each, at], 'blocked ' + server),
    ],
    'short',
    w=8,
  ),
]);

local streams = look.row('Streams and queues', [
  panel.lines(
    'Length of streams',
    'Entries that each stream holds. One that only grows is not trimmed.',
    [query('max by (addr, stream) (redis_stream_length{%s})' % at, '{{stream}}')],
    'short',
    w=8,
  ),
  panel.lines(
    'Entries not read, by group',
    'What each group of readers has before it. Dashed: 1,000.',
    [query('max by (addr, stream, group) (redis_stream_group_lag{%s})' % at, '{{stream}} {{group}}')],
    'short',
    [limit.atLeast('RedisGroupLagging', '3', 1000) { far: true }],
    w=8,
  ),
  panel.lines(
    'Size of watched keys',
    'Entries of the lists, hashes and sets that the configuration names, the document queue among them.',
    [query('max by (addr, key) (redis_key_size{%s})' % at, '{{key}}')],
    'short',
    w=8,
  ),
]);

local memory = look.row('Memory and disk', [
  panel.lines(
    'Memory',
    'Used by data and buffers. A line that only rises is a stream or a key without an end.',
    [query('max %s (redis_memory_used_bytes{%s})' % [each, at], server)],
    'bytes',
    w=8,
  ),
  panel.lines(
    'Processor',
    'Share of a processor. At 100 % the single thread is the bottleneck.',
    [query('sum %s (rate(redis_cpu_sys_seconds_total{%s}[$__rate_interval])) + sum %s (rate(redis_cpu_user_seconds_total{%s}[$__rate_interval]))' % [each, at, each, at], server)],
    'percentunit',
    w=8,
  ),
  panel.states(
    'Written to disk',
    'Whether the last snapshot, rewrite and append succeeded. After five minutes of failing it is RedisPersistenceFailing: the queue has no other backup.',
    [
      query('min %s (redis_aof_last_write_status{%s})' % [each, at], 'append {{addr}}'),
      query('min %s (redis_rdb_last_bgsave_status{%s})' % [each, at], 'snapshot {{addr}}'),
    ],
    panel.words({ '0': ['failed', 'orange'], '1': ['written', 'green'] }),
    w=8,
  ),
]);

local more = look.row('Replicas, sentinels and keys', [
  panel.lines(
    'Replicas connected',
    'Of each primary. A step down is a replica that lost its link, or is gone.',
    [query('max %s (redis_connected_slaves{%s})' % [each, at], server)],
    'short',
    w=12,
  ),
  panel.states(
    'Replicas\' link to their primary',
    'Down for two minutes is RedisReplicaLinkDown. Empty without replicas.',
    [query('min %s (redis_master_link_up{%s})' % [each, at], server)],
    panel.upDown,
    w=12,
    none='no replicas',
  ),
  panel.states(
    'Quorum of the sentinels',
    'Whether enough sentinels are left to promote a replica (RedisSentinelQuorumLost). Empty without sentinels.',
    [query('min by (addr, master_name) (redis_sentinel_master_ckquorum_status{%s})' % at, '{{addr}} {{master_name}}')],
    panel.words({ '0': ['no quorum', 'orange'], '1': ['quorum', 'green'] }),
    w=12,
    none='no sentinels',
  ),
  panel.lines(
    'Keys',
    'Keys of each database, and of those the ones that expire.',
    [query('sum by (addr, db) (redis_db_keys{%s})' % at, '{{addr}} {{db}}')],
    'short',
    w=12,
  ),
], collapsed=true);

look.dashboard(
  uid='legalllm-redis',
  title='Redis',
  description='Do the Redis servers answer quickly, keep what they are given, and are their streams read?',
  jobs='redis_up{job!=""}',
  job='redis-health-exporter',
  rows=[tiles, traffic, streams, memory, more],
  components='redis',
  variables=[
    look.variable('addr', 'Server', 'label_values(redis_up{job=~"$job", instance=~"$instance"}, addr)', all='.*'),
  ],
  tags=['database', 'use'],
)
