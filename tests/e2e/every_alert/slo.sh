# shellcheck shell=bash disable=SC2154
# Objectives: first so few failures that they are a ticket, then so many that they page. Those that look at a gauge every 30 s want an hour of
# looks behind them, so fifty minutes in which all was well are put into Prometheus before it starts.

slo_prepare() {
  local now
  fault probes-unmeasured "nobody has measured the interface, and the prober is not scraped"
  now=$(date +%s)
  {
    awk -v now="$now" 'BEGIN {
      print "# TYPE pg_replication_rpo_seconds gauge"
      for (at = now - 3000; at < now; at += 15) printf "pg_replication_rpo_seconds{job=\"pg-health-exporter\",server=\"history\"} 0 %d\n", at
      print "# TYPE compliance_monitor_last_check_timestamp_seconds gauge"
      for (at = now - 3000; at < now; at += 15) printf "compliance_monitor_last_check_timestamp_seconds{job=\"compliance-exporter\",instance=\"history\"} %d %d\n", at, at
      print "# TYPE slo_probe_results counter"
      for (at = now - 3000; at < now; at += 15)
        printf "slo_probe_results_total{job=\"slo-prober\",probe=\"database\",target=\"history\",result=\"good\"} %d %d\n", at - now + 3000, at
      print "# EOF" }'
  } >"$work/history"
  promtool tsdb create-blocks-from openmetrics "$work/history" "$FLEET_STATE/prometheus" >/dev/null
}

slo_absent() {
  proven InterfaceProbesMissing/3 probes-unmeasured 60
}

slo_begin() {
  refuse_canaries
  delay_batches
  delay_agent
}

slo_prove() {
  local judged
  stop_monitor
  hang_demo_replica
  visits 300
  scraped 2
  fault visits-fail "three users of several hundred get an error" visits_fail 3
  proven InterfaceTrafficSLO/3 visits-fail 60
  fault visits-fail-all "200 users get an error" visits_fail 200
  proven InterfaceTrafficSLO/1 visits-fail-all 60
  within 180 "200 probes of the interface have been judged" holds 'sum(increase(slo_probe_results_total{probe="unified-interface"}[1h])) > 300'
  probes_fail 1
  scraped 2 # that failure began the series of its reason
  judged=$(value 'sum(increase(slo_probe_results_total{probe="unified-interface"}[1h]))')
  fault probe-fails "one probe of 250 of the interface fails" probes_fail $((${judged%.*} / 250 + 1))
  proven InterfaceProbesSLO/3 probe-fails 60
  fault probes-fail "one probe in forty fails" probes_fail $((${judged%.*} / 40 + 1))
  proven InterfaceProbesSLO/1 probes-fail 60
  proven DocumentBatchesSLO/3 batches-slow 60
  fault batches-late-all "60 large batches are late" batches court_bundle 60 600 0 400
  proven DocumentBatchesSLO/2 batches-late-all 60
  proven A2ALatencySLO/3 agent-very-slow 90
  flood_of_hops
  proven A2ALatencySLO/2 hops-flood 90
}

visits() { curl -sS -m 60 -o /dev/null "http://127.0.0.1:$FLEET_PORT_FRONT_DOOR/matters?[1-$1]"; }
visits_fail() {
  door "fail /matters"
  visits "$1"
  door ''
}
door_failures() { curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_FRONT_DOOR/metrics" | grep -F 'path="/",code="502"' | cut -d ' ' -f 2; }
probes_fail() { # COUNT
  local before
  before=$(door_failures)
  door "fail /"
  until (($(door_failures) >= before + $1)); do sleep 0.1; done
  door ''
}

slo_late() {
  local behind=replica-hangs
  if [[ ${fault_since[receiver-hangs]:-} ]]; then behind=receiver-hangs; fi # which came before
  proven DatabaseRecoveryPointSLO/3 "$behind" 240
  proven DatabaseRecoveryPointSLO/2 "$behind" 240
  proven DatabaseRecoveryTimeSLO/3 canaries-refused 420
  proven DatabaseRecoveryTimeSLO/1 canaries-refused 180
  proven ComplianceFreshSLO/3 monitor-stale 720
  proven ComplianceFreshSLO/2 monitor-stale 420
}
