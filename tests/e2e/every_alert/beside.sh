# shellcheck shell=bash disable=SC2154
# What stands beside the demo for the faults: a proxy in front of the unified interface, and two probers, "perth" and "darwin". Darwin is
# there to be starved, restarted and strangled, so it watches nothing that anybody else needs.

beside_prepare() {
  # shellcheck disable=SC2016  # not variables of ours
  replace demo/prometheus.yml.in '"127.0.0.1:@FLEET_PORT_SLO_PROBER@"' \
    '"127.0.0.1:@FLEET_PORT_SLO_PROBER@", "127.0.0.1:@FLEET_PORT_PERTH@", "127.0.0.1:@FLEET_PORT_DARWIN@"'
  replace demo/prometheus.yml.in '"127.0.0.1:@FLEET_PORT_INTERFACE@"' '"127.0.0.1:@FLEET_PORT_INTERFACE@", "127.0.0.1:@FLEET_PORT_FRONT_DOOR@"'
  # A user of the proxy each second, and of the interface: an objective wants 200 events.
  # shellcheck disable=SC2016
  replace demo/config/prober.yml '    interval: 5s
    timeout: 4s
    targets:
      - {name: healthz,' '    interval: 1s
    timeout: 4s
    targets:
      - {name: front-door, url: "http://127.0.0.1:${FLEET_PORT_FRONT_DOOR}/"}
      - {name: healthz,'
  cat >>"$tree/demo/config/a2a.yml" <<YAML
agents: {up_within: 20s}
otlp: {listen_address: "127.0.0.1:$FLEET_PORT_SPANS", wait: 5s, max_waiting: 300, count_hops: false}
YAML
  printf 'vantage: perth\nfleet: {redis: {address: "127.0.0.1:%s"}}\nprobes:\n' "$FLEET_PORT_MEETING" >"$work/perth.yml"
  perth_probe "  - name: meeting
    type: redis
    interval: 5s
    timeout: 4s
    targets: [{name: meeting, address: \"127.0.0.1:$FLEET_PORT_MEETING\"}]
    redis: {checks: [ping]}"
  cat >"$work/darwin.yml" <<YAML
vantage: darwin
probes:
  - name: well
    type: http
    interval: 1s
    timeout: 4s
    targets: [{name: metrics, url: "http://127.0.0.1:$FLEET_PORT_FRONT_DOOR/metrics"}]
YAML
}

beside_start() {
  door ''
  own_process front-door "$here/every_alert/front_door.py" "$FLEET_PORT_FRONT_DOOR" "$FLEET_PORT_INTERFACE" "$work/door"
  process_await front-door 30 http_ok "$FLEET_PORT_FRONT_DOOR/metrics"
  own_process redis-meeting redis-server --bind 127.0.0.1 --port "$FLEET_PORT_MEETING" --save '' --appendonly no
  process_await redis-meeting 30 redis_ok "$FLEET_PORT_MEETING"
  own_process perth "$FLEET_BIN/slo_prober" --config.file "$work/perth.yml" --web.listen-address "127.0.0.1:$FLEET_PORT_PERTH" --shard=auto
  process_await perth 60 http_ok "$FLEET_PORT_PERTH/-/ready"
  darwin_start
}

# perth_probe YAML: adds to Perth's probes, before it starts.
perth_probe() { printf '%s\n' "$1" >>"$work/perth.yml"; }

# door ORDER: how the proxy is broken from now on.
door() { printf '%s\n' "$1" >"$work/door"; }

darwin_start() {
  own_process darwin "$FLEET_BIN/slo_prober" --config.file "$work/darwin.yml" --web.listen-address "127.0.0.1:$FLEET_PORT_DARWIN"
  process_await darwin 60 http_ok "$FLEET_PORT_DARWIN/-/ready"
}

# Faults that more than one group wants.
stop_agent() { fault agent-down "an agent stops" demo_fault agent-down scheduling; }
delay_agent() { fault agent-very-slow "an agent takes 400 ms longer" demo_fault agent-delay compliance=400; }
stall_batch() { fault batch-stall "a batch of 500 stays in flight, nobody works the queue off" demo_fault batch-stall; }
freeze_demo() { fault demo-frozen "the machine of LegalLLM hangs" process_signal legalllm-demo STOP; }
stop_monitor() { fault monitor-stale "the monitor stops checking" demo_fault monitor-stale; }
hang_demo_replica() { fault replica-hangs "the replica hangs" process_signal postgres-replica STOP; }
refuse_canaries() {
  fault canaries-refused "the database refuses the prober's rows" legal "REVOKE INSERT ON slo_prober_canary FROM slo_prober"
}
# Of slow hops that ended two minutes ago. The exporter would have read them in seconds, so it gets a twelfth of the processor meanwhile.
flood_of_hops() { fault hops-flood "300,000 slow hops are told at once to a busy exporter" hops_flood; }
hops_flood() {
  local pid
  pid=$(process_pid a2a-exporter)
  kill -STOP "$pid"
  hops 300000 intake barrister 400 150
  (
    for _ in {1..8}; do
      kill -CONT "$pid"
      sleep 0.2
      kill -STOP "$pid"
      sleep 2.3
    done
    kill -CONT "$pid"
  ) &
  flood_pid=$!
}
# Until the exporter has the processor again.
flood_is_over() { if [[ ${flood_pid:-} ]]; then wait "$flood_pid" || true; fi; }
starve_darwin() { fault prober-starved "a prober gets the processor a quarter of the time" darwin_starves; }
# Its target that never answers is new: of a probe that was sure for minutes, one minute of doubt is no half.
darwin_starves() {
  cat >>"$work/darwin.yml" <<YAML
  - name: parched
    type: http
    interval: 1s
    timeout: 4s
    targets: [{name: silent, url: "http://127.0.0.1:$FLEET_PORT_FRONT_DOOR/hang"}]
YAML
  reload "$FLEET_PORT_DARWIN"
  scraped 1
  (
    for _ in {1..9}; do
      process_signal darwin STOP
      sleep 6
      process_signal darwin CONT
      sleep 2
    done
  ) &
  starvation_pid=$!
}
starvation_is_over() { wait "$starvation_pid" || true; }
