# shellcheck shell=bash disable=SC2154
# The fleet itself: feeds, probers, Prometheus and Alertmanager.

fleet_prepare() {
  fault prober-unlisted "the probers are not among Prometheus' targets"
  printf '[{"targets": ["127.0.0.1:%s"]}]\n' "$FLEET_PORT_MEETING" >"$work/listed.json"
  perth_probe "  - name: listed
    type: redis
    interval: 5s
    timeout: 4s
    file_sd_configs: [{files: [$work/listed.json], refresh_interval: 2s}]
    redis: {checks: [ping]}"
}

fleet_absent() {
  proven ExporterAbsent/3 prober-unlisted 60 slo-prober
}

fleet_begin() {
  fault list-broken "a list of targets is no JSON" list_break
  fault reload-refused "a prober is to take a configuration that is none" reload_refused
  fault cases-unread "the exporter may not read the cases any more" legal "REVOKE SELECT ON cases FROM fleet_monitor"
  starve_darwin
  spans_refuse 1
  coordinator XADD a2a:hops '*' nothing of-it
  scraped 2
  fault spans-refused "an agent sends spans that are none" spans_refuse 8
  fault spans-many "800 spans wait for their other side at once" spans 800
  fault records-malformed "somebody writes records of another form" records_malformed
  fault group-destroyed "the exporter's group is destroyed" coordinator XGROUP DESTROY a2a:hops a2a-exporter
}

list_break() { printf '[{"targets":' >"$work/listed.json"; }
reload_refused() {
  cp "$work/perth.yml" "$work/perth.yml.whole"
  echo 'probes: nonsense' >>"$work/perth.yml"
  reload "$FLEET_PORT_PERTH"
}
spans_refuse() { # COUNT
  local n
  for ((n = 0; n < $1; ++n)); do
    curl -sS -m 5 -o /dev/null -H 'Content-Type: application/json' -d 'no spans' "http://127.0.0.1:$FLEET_PORT_SPANS/v1/traces"
  done
}
records_malformed() { coordinator EVAL "for n = 1, 20 do redis.call('XADD', KEYS[1], '*', 'nothing', 'of it') end" 1 a2a:hops; }

fleet_prove() {
  proven TargetsNotListed/3 list-broken 60 listed
  proven ConfigReloadFailed/3 reload-refused 60 "127.0.0.1:$FLEET_PORT_PERTH"
  cp "$work/perth.yml.whole" "$work/perth.yml"
  reload "$FLEET_PORT_PERTH"
  proven CollectorFailing/3 cases-unread 60 "127.0.0.1:$FLEET_PORT_COMPLIANCE_EXPORTER"
  proven SpansRefused/3 spans-refused 60 "127.0.0.1:$FLEET_PORT_A2A_EXPORTER"
  proven SpansDropped/3 spans-many 60 "127.0.0.1:$FLEET_PORT_A2A_EXPORTER"
  proven RecordsMalformed/3 records-malformed 60 malformed
  proven FeedReset/3 group-destroyed 60 "127.0.0.1:$FLEET_PORT_A2A_EXPORTER"

  flood_is_over
  fault records-trimmed "an exporter hangs while its stream is trimmed" records_trimmed
  proven ExporterDown/3 records-trimmed 60 "127.0.0.1:$FLEET_PORT_A2A_EXPORTER"
  process_signal a2a-exporter CONT
  proven FeedLosingRecords/3 records-trimmed 60 "127.0.0.1:$FLEET_PORT_A2A_EXPORTER"
  # After that: two readers of a group take records from each other, which is a loss to each.
  sed '/^otlp:/d' "$tree/demo/config/a2a.yml" >"$work/twin.yml"
  fault second-reader "two exporters read with one group" own_process a2a-twin "$FLEET_BIN/a2a_exporter" \
    --config.file "$work/twin.yml" --web.listen-address "127.0.0.1:$FLEET_PORT_TWIN"
  proven FeedConflict/3 second-reader 60
  processes_stop a2a-twin
  flood_of_hops
  proven FeedBehind/3 hops-flood 60 "127.0.0.1:$FLEET_PORT_A2A_EXPORTER"
  fault stream-lost "the stream is replaced by a text" stream_lost
  proven FeedDown/3 stream-lost 60 "127.0.0.1:$FLEET_PORT_A2A_EXPORTER"
  coordinator DEL a2a:hops
  coordinator RENAME a2a:hops:aside a2a:hops

  fault meeting-gone "the Redis where probers meet is gone" process_signal redis-meeting KILL
  proven ProberIsolated/3 meeting-gone 90 "127.0.0.1:$FLEET_PORT_PERTH"
  proven ProberStarved/3 prober-starved 120 "127.0.0.1:$FLEET_PORT_DARWIN"
  proven ProbesMissed/3 prober-starved 60 silent
  starvation_is_over
  fault prober-restarts "a prober restarts five times" darwin_restarts
  proven ExporterRestarting/3 prober-restarts 60 "127.0.0.1:$FLEET_PORT_DARWIN"
  fault descriptors-few "a prober may open two files more than it has" descriptors_few
  proven FileDescriptorsHigh/3 descriptors-few 60 "127.0.0.1:$FLEET_PORT_DARWIN"

  fault rule-broken "a rule's sides match twice" rule_broken
  proven RuleEvaluationFailing/2 rule-broken 60
  rm "$tree/alert-rules/broken.rules.yml"
  fault alertmanager-gone "a second Alertmanager does not answer" alertmanager_second
  proven NotificationsFailing/2 alertmanager-gone 60
  cp "$work/prometheus.whole" "$tree/demo/prometheus.yml.in"
  prometheus_reload
}

records_trimmed() {
  process_signal a2a-exporter STOP
  sleep 3
  coordinator XTRIM a2a:hops MAXLEN 0
}
stream_lost() { coordinator EVAL "redis.call('RENAME', KEYS[1], KEYS[1] .. ':aside') redis.call('SET', KEYS[1], 'x')" 1 a2a:hops; }
darwin_restarts() {
  for _ in {1..5}; do
    processes_stop darwin
    darwin_start
    sleep 4
  done
}
descriptors_few() {
  local pid open
  pid=$(process_pid darwin)
  open=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
  prlimit --pid "$pid" --nofile=$((open + 2)):$((open + 2))
}
rule_broken() {
  cat >"$tree/alert-rules/broken.rules.yml" <<'YAML'
groups:
  - name: broken
    rules: [{record: "fleet:broken", expr: "up * on () up"}]
YAML
  prometheus_reload
}
alertmanager_second() {
  sed -i "/^        - targets/s/\"127.0.0.1:@FLEET_PORT_ALERTMANAGER@\"\]$/\"127.0.0.1:@FLEET_PORT_ALERTMANAGER@\", \"127.0.0.1:$FLEET_PORT_CLOSED\"]/" "$tree/demo/prometheus.yml.in"
  prometheus_reload
}

fleet_last() {
  fault prometheus-stalls "Prometheus gets no processor for 15 s" prometheus_stalls
  proven RulesMissed/3 prometheus-stalls 60
  fault alertmanager-hangs "Alertmanager hangs" process_signal alertmanager STOP
  watchdog_proven
  process_signal alertmanager CONT
}
prometheus_stalls() {
  process_signal prometheus STOP
  sleep 15
  process_signal prometheus CONT
}

# The Watchdog's receiver tells nothing while the beat comes. That it came is told by its alarm when it does not any more.
beat_missed() { grep -F '"alertname":"DeadMansSwitch"' "$journal" | grep -qF '"status":"firing"'; }
watchdog_proven() {
  within 60 "the dead man's switch pages" beat_missed
  proven_otherwise Watchdog/4 alertmanager-hangs "the dead man's switch outside, which pages"
}
