#!/usr/bin/env bash
# The whole fleet, from nothing, through the real Prometheus and Alertmanager: every target comes up, the operators' questions are
# answered, each of their four alerts reaches its receivers and resolves, and nothing is left running.
# usage: fleet_test.sh SOURCE_DIR BIN_DIR
set -euo pipefail
source_dir=$1
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/expect.sh
source "$here/expect.sh"

FLEET_BIN=$2
FLEET_STATE=$(mktemp -d)
export FLEET_BIN FLEET_STATE PYTHONDONTWRITEBYTECODE=1
races=$FLEET_STATE/races
reports_of_races "$races"
command -v grafana-server >/dev/null || PATH=$here/stand_ins:$PATH
own_ports "$source_dir" GRAFANA

fleet() { "$source_dir/fleet" "$@"; }
finish() {
  local status=$?
  trap '' INT TERM
  fleet down || true
  if ((status)); then
    curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_RECEIVER/received" 2>/dev/null || true
    tail -n 20 "$FLEET_STATE"/logs/*.log || true
    cat "$FLEET_STATE/panels" 2>/dev/null || true
    cat "$races"/report* 2>/dev/null || true
  fi
  rm -rf "$FLEET_STATE"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

api() { curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_PROMETHEUS/api/v1/$1"; }
targets_up() { api targets | jq -e '[.data.activeTargets[].health] | length >= 10 and all(. == "up")' >/dev/null; }
has_data() { api "query?query=$1" | jq -e '.data.result | length > 0' >/dev/null; }
firing() { api alerts | jq -r '[.data.alerts[] | select(.state == "firing" and .labels.alertname != "Watchdog").labels.alertname] | join(" ")'; }
quiet() { [[ ! $(firing) ]]; }
dashboards_shown() { curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_GRAFANA/api/search?type=dash-db" | jq -e 'length == 9' >/dev/null; }
# panels_filled [--fault NAME]: what dashboards/tests/live.py demands.
panels_filled() {
  "$source_dir/dashboards/tests/live.py" "http://127.0.0.1:$FLEET_PORT_PROMETHEUS" "$@" >"$FLEET_STATE/panels" 2>&1 || { sleep 2 && false; }
}

fleet up --detach
within 60 "every target is up" targets_up
for query in a2a_protocol_latency_ms document_processing_time_seconds up; do
  within 60 "the operators' query $query has data" has_data "$query"
done
status_page() { curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_SLO_PROBER/status.json" | jq -e "$1" >/dev/null; }
within 60 "the status page has every target, and its sources answer" status_page \
  '[.sources[].state] == ["answering", "answering"] and ([.targets[].state] | length >= 16 and all(. == "good" or . == "waiting"))'
quiet || fail "on a system that is well there fires: $(firing)"
[[ $(received_count) == 0 ]] || fail "on a system that is well somebody was called"
within 60 "Grafana shows the dashboards" dashboards_shown
within 240 "every panel of the dashboards has data" panels_filled

# prober STATUS WORDS...: the command must end with that status; its output is in prober_said.
prober() {
  local expected=$1 status=0
  shift
  prober_said=$(fleet prober "$@" 2>&1) || status=$?
  [[ $status == "$expected" ]] || fail "slo_prober $*: exit $status, expected $expected"$'\n'"$prober_said"
  note "slo_prober $*: exit $status"
}
prober 0 check --no-exclusive
prober 0 validate a2a --target-ms 50 --quantile 0.5 --attempts 5
prober 0 validate documents --target-docs 500 --target-time 90
prober 0 validate recovery --steady
prober 0 load --concurrent-users 5 --duration 3 --ramp-up 1 --probe unified-interface

if fleet up --detach >/dev/null 2>&1; then fail "a second up on top of a running one must be refused"; fi

note "These two need their minutes: a slow agent, a stalled batch"
fleet fault agent-delay research=90 >/dev/null
fleet fault batch-stall >/dev/null

fleet fault lock 120 >/dev/null
prober 1 validate a2a --target-ms 50 --attempts 5
[[ $prober_said == *research* ]] || fail "validate a2a does not name the slow agent:"$'\n'"$prober_said"

fleet fault violation evidence_act_1995/high >/dev/null
within 60 "a violation pages" received page firing AustralianLegalViolation '.labels.framework == "evidence_act_1995"'
within 10 "and the legal team hears of it" received legal firing AustralianLegalViolation '.labels.violation_severity == "high"'
fleet fault violation evidence_act_1995/high >/dev/null
within 60 "a second one pages again" received page firing AustralianLegalViolationAgain

fleet fault interface-down >/dev/null
prober 1 check --probe unified-interface
[[ $prober_said == *refused* && $prober_said == *connect* ]] || fail "check does not say what failed:"$'\n'"$prober_said"
within 90 "the interface's death pages" received page firing SystemDown '.labels.sev == "1"'
for fault in interface-down lock; do
  within 60 "the panels that $fault fills have data" panels_filled --fault "$fault"
done

within 180 "slow hops reach Slack" received slack firing A2ALatencyHigh
within 30 "and the mailbox" received mail firing A2ALatencyHigh
within 240 "a late batch reaches Slack" received slack firing DocumentProcessingSLABreach '.text | contains("INCIDENT ALERT - SEV2")'
within 30 "and the mailbox" received mail firing DocumentProcessingSLABreach
received page firing A2ALatencyHigh '.labels.sev == "2"' && fail "severity 2 must not page"

forget_received
fleet fault clear >/dev/null
for channel in page legal; do
  within 90 "$channel: the violation is resolved" received "$channel" resolved AustralianLegalViolation
done
within 90 "page: the interface is back" received page resolved SystemDown
for channel in slack mail; do
  within 180 "$channel: hops are quick again" received "$channel" resolved A2ALatencyHigh
  within 180 "$channel: batches are in time again" received "$channel" resolved DocumentProcessingSLABreach
done

pids=$(cut -d ' ' -f 1 "$FLEET_STATE"/run/*.pid)
fleet down
for pid in $pids; do
  if [[ -e /proc/$pid && $(cut -d ' ' -f 3 "/proc/$pid/stat") != Z ]]; then fail "process $pid is left"; fi
done
note "nothing is left running"
no_races "$races"
