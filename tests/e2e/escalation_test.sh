#!/usr/bin/env bash
# An incident that nobody acknowledges climbs from the on-call to the director, through a restart of Prometheus; one that is
# acknowledged stops. Fifteen minutes are eight seconds here, otherwise the rules and routes are the shipped ones.
# usage: escalation_test.sh ALERT_RULES_DIR BIN_DIR
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/expect.sh
source "$here/expect.sh"
# shellcheck source=tests/e2e/judges.sh
source "$here/judges.sh"
judges_prepare "$@"

sed 's/time() - 900$/time() - 8/; s/time() - 1800$/time() - 16/; s/time() - 3600$/time() - 32/' "$alert_rules/escalation.rules.yml" \
  >"$data/escalation.rules.yml"
[[ $(grep -cE 'time\(\) - (8|16|32)$' "$data/escalation.rules.yml") == 3 ]] || fail "the steps of the escalation were not found to scale"
sed 's/for: 30s/for: 1s/' "$alert_rules/legalllm.rules.yml" >"$data/legalllm.rules.yml"
cat >"$data/second.rules.yml" <<'RULES'
groups:
  - name: second
    rules:
      - {alert: SecondIncident, expr: vector(1), labels: {sev: "1", severity: critical, team: platform, component: second}}
RULES
alertmanager_configure
prometheus_configure "$data/legalllm.rules.yml" "$data/escalation.rules.yml" "$data/second.rules.yml"
receiver_start
alertmanager_start
prometheus_start

step() { # STEP ALERTNAME
  printf '.channel == "page" and .status == "firing" and .recipient == "%s" and .alertname == "%s"' "$1" "$2"
}
started() { prometheus_value 'legalllm:incident:start_timestamp_seconds{incident="SystemDown"}'; }

within 60 "the outage pages the on-call" any_received "$(step page SystemDown)"
within 60 "and so does the second incident" any_received "$(step page SecondIncident)"
within 60 "the second incident climbs to the senior" any_received "$(step page-senior SecondIncident)"
amtool --alertmanager.url="$alertmanager" silence add --author=test --duration=1h --comment="I am on it" incident=SecondIncident >/dev/null
acknowledged=$(received_count)
within 60 "the outage climbs to the senior" any_received "$(step page-senior SystemDown)"

began=$(started)
prometheus_stop
note "Prometheus is stopped"
prometheus_start
again() { [[ $(started) == "$began" ]]; }
within 60 "the age of the outage has survived the restart" again

within 60 "the outage climbs to the lead" any_received "$(step page-lead SystemDown)"
within 60 "and to the director" any_received "$(step page-director SystemDown)"
[[ $(started) == "$began" ]] || fail "the age of the outage began anew: $(started), it was $began"
early=$(curl -fsS "$prometheus/api/v1/alerts" | jq -r --argjson began "$began" '
  # seconds with their fraction; fromdate knows none
  def seconds: capture("(?<s>[^.]*)(?<f>\\.[0-9]+)?Z") | ((.s + "Z" | fromdate) + ((.f // "0") | tonumber));
  {senior: 8, lead: 16, director: 32} as $due | .data.alerts[] | select(.labels.incident == "SystemDown") |
  select((.activeAt | seconds) - $began < $due[.labels.escalation] - 0.01) | "\(.labels.escalation) \(.activeAt)"')
[[ ! $early ]] || fail "called too early for an outage since $began: $early"

order=$(all_received '.channel == "page" and .status == "firing" and .alertname == "SystemDown"' | jq -r .recipient | awk '!seen[$0]++' | tr '\n' ' ')
[[ $order == "page page-senior page-lead page-director " ]] || fail "called in the order $order"
after=$(mark=$acknowledged all_received '.alertname == "SecondIncident" and (.recipient | startswith("page-"))')
[[ ! $after ]] || fail "called although it was acknowledged: $after"

# Every message of the outage names the incident by one id, and the ladder's people by theirs.
slack() { # PERSON
  all_received '.channel == "slack" and .status == "firing" and .alertname == "SystemDown"' | jq -r "select(.text | contains(\"Assigned: $1\")).text" | head -n 20
}
id=$(slack @devops-oncall | grep -m 1 '^Incident ID: ')
[[ $id =~ ^Incident\ ID:\ INC-[0-9]{4}-[0-9]{4}-[0-9]{6}$ ]] || fail "the on-call's message has the incident id \"$id\""
for person in @senior-devops @technical-lead @legal-technology-director; do
  within 30 "$person's message" grep -q . <(slack "$person")
  [[ $(slack "$person" | grep -m 1 '^Incident ID: ') == "$id" ]] || fail "$person's message has another id than $id: $(slack "$person")"
done
for address in technical-lead legal-technology-director; do
  within 30 "the draft of the letter to clients reaches $address" any_received \
    ".channel == \"mail\" and .recipient == \"$address@legalllm.com.au\" and (.text | contains(\"Dear [Client/Practice Name]\") and contains(\"${id#*: }\"))"
done
