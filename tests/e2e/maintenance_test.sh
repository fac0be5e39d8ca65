#!/usr/bin/env bash
# A maintenance, through real Prometheus and Alertmanager: severity 3 waits until it is over, severity 2 is written, severity 1 pages, and
# the dead man's switch hears its beat all the time. Alertmanager reads the window on its location's clock: here it is open by
# Brisbane's and not by UTC's. The hours are made so that they hold now; the rest of the configuration is the shipped one.
# usage: maintenance_test.sh ALERT_RULES_DIR BIN_DIR
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/expect.sh
source "$here/expect.sh"
# shellcheck source=tests/e2e/judges.sh
source "$here/judges.sh"
judges_prepare "$@"

# window FROM TO: both windows of the configuration become the hours from FROM to TO of Brisbane's clock, as relative dates, on any day.
window() {
  local from to hours
  from=$(TZ=Australia/Brisbane date -d "$1" +%H:%M)
  to=$(TZ=Australia/Brisbane date -d "$2" +%H:%M)
  hours="{start_time: \"$from\", end_time: \"$to\"}"
  if [[ ! $from < $to ]]; then
    hours="{start_time: \"$from\", end_time: \"24:00\"}"
    if [[ $to != 00:00 ]]; then hours+=", {start_time: \"00:00\", end_time: \"$to\"}"; fi
  fi
  alertmanager_configure -e 's/weekdays: \[sunday\]/weekdays: ["sunday:saturday"]/; s/days_of_month: .*/days_of_month: ["1:31"]/; /months: /d' \
    -e "s/times: \[.*\]/times: [$hours]/"
}

sed 's/for: 30s/for: 1s/' "$alert_rules/legalllm.rules.yml" >"$data/legalllm.rules.yml"
sed 's/for: 1m/for: 1s/' "$alert_rules/fleet.rules.yml" >"$data/fleet.rules.yml"
prometheus_configure "$data/legalllm.rules.yml" "$data/fleet.rules.yml"
window '-2 hours' '+2 hours'
grep -q 'location: Australia/Brisbane' "$data/alertmanager.yml" || fail "the shipped windows are not on Brisbane's clock"
receiver_start --dead-man-after 8
alertmanager_start
prometheus_start

known() { # ALERTNAME: whether Alertmanager has it
  curl -fsS -m 5 -G --data-urlencode "filter=alertname=$1" "$alertmanager/api/v2/alerts" | jq -e 'length > 0' >/dev/null
}
firing() { printf '.status == "firing" and .channel == "%s" and .alertname == "%s"' "$1" "$2"; }

note "maintenance: the interface and an exporter are down"
within 60 "severity 1 pages in maintenance" any_received "$(firing page SystemDown)"
within 60 "Alertmanager has the exporter's alert, of severity 3" known ExporterDown
# What comes later and waits as long is delivered: then the exporter's group has had its turn.
amtool --alertmanager.url="$alertmanager" alert add NotificationsFailing sev=2 team=platform component=fleet --end="$(date -u -d '+1 hour' +%FT%TZ)"
amtool --alertmanager.url="$alertmanager" alert add AnIdea sev=4 team=platform component=fleet --end="$(date -u -d '+1 hour' +%FT%TZ)"
amtool --alertmanager.url="$alertmanager" alert add RetentionOverdue sev=3 team=legal component=compliance --end="$(date -u -d '+1 hour' +%FT%TZ)"
amtool --alertmanager.url="$alertmanager" alert add AnObjective sev=3 sloth_severity=ticket --end="$(date -u -d '+1 hour' +%FT%TZ)"
within 60 "severity 2 is written in maintenance" any_received "$(firing slack NotificationsFailing)"
within 60 "and mailed" any_received "$(firing mail NotificationsFailing)"
amtool --alertmanager.url="$alertmanager" alert add PostgresDown sev=2 team=platform component=postgresql --end="$(date -u -d '+1 hour' +%FT%TZ)"
within 60 "so is what came after all of them" any_received "$(firing mail PostgresDown)"
muted='.alertname == ("ExporterDown", "AnIdea", "RetentionOverdue", "AnObjective")'
if any_received "$muted"; then fail "heard in maintenance: $(all_received "$muted")"; fi

window '+3 hours' '+4 hours'
alertmanager_reload
note "the maintenance is over"
within 60 "severity 3 is heard when it is over" any_received "$(firing slack ExporterDown) and .recipient == \"#legalllm-ops\""
within 60 "severity 4 too" any_received "$(firing slack AnIdea)"
within 60 "the legal team's of severity 3 too" any_received "$(firing slack RetentionOverdue) and .recipient == \"#legalllm-compliance\""
within 60 "and tickets" any_received "$(firing mail AnObjective) and .recipient == \"tickets@legalllm.com.au\""
if any_received '.channel == "page" and .alertname != "SystemDown"'; then fail "somebody was paged: $(all_received '.channel == "page"')"; fi

prometheus_stop
within 60 "the dead man's switch calls when Prometheus is gone" any_received "$(firing page DeadMansSwitch)"
