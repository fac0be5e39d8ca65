# shellcheck shell=bash
# One line that says how the system is, from Prometheus' own answers.

# The value of a query with one result, or "-".
health_query() {
  curl -fsS -m 2 --data-urlencode "query=$1" "http://127.0.0.1:$FLEET_PORT_PROMETHEUS/api/v1/query" 2>/dev/null |
    jq -r '.data.result[0].value[1] // "-" | (tonumber? // .) | if type == "number" then round else . end' 2>/dev/null ||
    printf -- -
}

# "9/9": not from `up`, which after a restart still shows the last values of before.
health_targets() {
  curl -fsS -m 2 "http://127.0.0.1:$FLEET_PORT_PROMETHEUS/api/v1/targets?state=active" 2>/dev/null |
    jq -r '[.data.activeTargets[].health == "up"] | "\(map(select(.)) | length)/\(length)"' 2>/dev/null || printf -- -
}

health_all_targets_up() {
  local targets
  targets=$(health_targets)
  [[ $targets == [1-9]*/* && ${targets%/*} == "${targets#*/}" ]]
}

health_alerts() {
  curl -fsS -m 2 "http://127.0.0.1:$FLEET_PORT_PROMETHEUS/api/v1/alerts" 2>/dev/null |
    jq -r '[.data.alerts[] | select(.state == "firing" and .labels.alertname != "Watchdog") | .labels.alertname] | group_by(.) |
      map(.[0] + if length > 1 then " x\(length)" else "" end) | if . == [] then "none" else join(", ") end' 2>/dev/null ||
    printf unknown
}

health_line() {
  local dead
  dead=$(components_dead)
  printf '%s  targets %s up   firing: %s   %s hops/s   queue %s%s\n' "$(date +%T)" \
    "$(health_targets)" "$(health_alerts)" \
    "$(health_query 'sum(rate(a2a_hops_total[30s]))')" "$(health_query 'sum(document_queue_depth)')" \
    "${dead:+   NOT RUNNING: ${dead}(see ./fleet logs)}"
}

# Until Ctrl-C: the line, and above it each notification as it arrives.
health_watch() {
  local log=$FLEET_STATE/logs/alert-receiver.log seen=0 size pause=10 line
  if [[ -t 1 ]]; then pause=2; fi
  say "Notifications appear as they arrive; Ctrl-C stops everything."
  while true; do
    line=$(health_line)
    if [[ -t 1 ]]; then printf '\r\033[K'; fi
    size=$(stat -c %s "$log" 2>/dev/null || echo 0)
    if ((size > seen)); then
      tail -c +$((seen + 1)) "$log" | head -c $((size - seen)) | grep -E ' (PAGE|LEGAL|SLACK|MAIL) ' || true
      seen=$size
    fi
    if [[ -t 1 ]]; then
      printf '%s' "${line:0:$(($(tput cols 2>/dev/null || echo 120) - 1))}"
    else
      say "$line"
    fi
    sleep "$pause" 9>&- &
    HEALTH_PAUSE=$!
    wait "$HEALTH_PAUSE" || true
  done
}
