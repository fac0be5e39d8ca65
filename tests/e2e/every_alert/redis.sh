# shellcheck shell=bash disable=SC2154
# A Redis of the test's own beside the demo's two, its replica and its sentinel.

spare() { redis-cli -p "$FLEET_PORT_SPARE" "$@" >/dev/null; }

redis_prepare() {
  local text
  text="  - name: spare
    address: 127.0.0.1:\${FLEET_PORT_SPARE}
    streams: [letters, scans]
  - {name: follower, address: \"127.0.0.1:\${FLEET_PORT_FOLLOWER}\"}
  - {name: sentinel, address: \"127.0.0.1:\${FLEET_PORT_SENTINEL}\"}
"
  replace demo/config/redis.yml $'\ncollect:' $'\n'"${text}collect:"
  mkdir "$work/spare" "$work/follower" "$work/sentinel"
  own_process redis-spare redis-server --bind 127.0.0.1 --port "$FLEET_PORT_SPARE" --dir "$work/spare" --save '' --appendonly no
  own_process redis-follower redis-server --bind 127.0.0.1 --port "$FLEET_PORT_FOLLOWER" --dir "$work/follower" --save '' \
    --replicaof 127.0.0.1 "$FLEET_PORT_SPARE"
  printf 'port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor letters 127.0.0.1 %s 1\n' "$FLEET_PORT_SENTINEL" "$work/sentinel" "$FLEET_PORT_SPARE" \
    >"$work/sentinel.conf"
  own_process redis-sentinel redis-server "$work/sentinel.conf" --sentinel
}

redis_begin() {
  fault link-down "a replica's master is gone" redis-cli -p "$FLEET_PORT_FOLLOWER" REPLICAOF 127.0.0.1 "$FLEET_PORT_CLOSED"
  fault sentinels-gone "one sentinel is left of the two that a failover takes" \
    redis-cli -p "$FLEET_PORT_SENTINEL" SENTINEL SET letters quorum 2
  fault group-lagging "a group has 1500 entries to read and reads none" letters_unread
  fault stream-overwritten "somebody has written over a stream" spare SET scans x
  fault disk-gone "the directory for snapshots is gone" snapshot_fails
  fault memory-full "the memory is full and keys are evicted" memory_full
}

letters_unread() {
  spare XGROUP CREATE letters readers 0 MKSTREAM
  spare EVAL "for n = 1, 1500 do redis.call('XADD', KEYS[1], '*', 'n', n) end" 1 letters
}
snapshot_fails() {
  rm -r "$work/spare"
  spare BGSAVE
}
memory_full() {
  local used
  used=$(redis-cli -p "$FLEET_PORT_SPARE" INFO memory | tr -d '\r' | sed -n 's/^used_memory://p')
  spare CONFIG SET maxmemory-policy volatile-ttl
  spare CONFIG SET maxmemory $((used * 102 / 100 + 200000))
  spare EVAL "for n = 1, 4000 do redis.call('SET', 'draft:' .. n, string.rep('x', 400), 'EX', 3600) end" 0 || true
}

redis_prove() {
  local spare_address="127.0.0.1:$FLEET_PORT_SPARE" waiting=() n
  proven RedisReplicaLinkDown/2 link-down 60 "127.0.0.1:$FLEET_PORT_FOLLOWER"
  proven RedisSentinelQuorumLost/2 sentinels-gone 60 letters
  proven RedisGroupLagging/3 group-lagging 90 letters
  proven RedisKeysUnreadable/3 stream-overwritten 90 "$spare_address"
  proven RedisPersistenceFailing/2 disk-gone 60 "$spare_address"
  proven RedisEvicting/2 memory-full 60 "$spare_address"
  proven RedisMemoryHigh/3 memory-full 90 "$spare_address"

  fault clients-many "clients take nine tenths of the connections" true
  spare CONFIG SET maxclients 30
  for n in {1..25}; do
    redis-cli -p "$FLEET_PORT_SPARE" BLPOP nothing 0 >/dev/null &
    waiting+=($!)
  done
  proven RedisClientsHigh/3 clients-many 90 "$spare_address"
  fault clients-refused "more clients come than it lets in" true
  for n in {1..9}; do
    redis-cli -p "$FLEET_PORT_SPARE" BLPOP nothing 0 >/dev/null 2>&1 &
    waiting+=($!)
  done
  proven RedisRejectingConnections/2 clients-refused 60 "$spare_address"
  kill "${waiting[@]}" 2>/dev/null || true

  fault slow-scripts "scripts of 100 ms keep it busy" true
  redis-cli -p "$FLEET_PORT_SPARE" -r -1 EVAL "local s = redis.call('TIME')
    repeat local t = redis.call('TIME') until (t[1] - s[1]) * 1000000 + t[2] - s[2] >= 100000" 0 >/dev/null &
  n=$!
  proven RedisAnswersSlowly/3 slow-scripts 90 "$spare_address"
  kill "$n"

  fault redis-killed "a Redis is killed" process_signal redis-follower KILL
  proven RedisDown/2 redis-killed 60 "127.0.0.1:$FLEET_PORT_FOLLOWER"
}
