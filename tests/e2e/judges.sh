# shellcheck shell=bash
# A private Prometheus, Alertmanager and alert_receiver, with the shipped rules and routes at second-scale timers.
# Sourced after expect.sh; judges_prepare TEMPLATE_DIR BIN_DIR first.

judges_prepare() {
  alert_rules=$1 bin=$2
  data=$(mktemp -d)
  port=$(free_ports 5)
  FLEET_PORT_RECEIVER=$port
  receiver_smtp=$((port + 1)) alertmanager_port=$((port + 2)) prometheus_port=$((port + 3)) closed_port=$((port + 4))
  alertmanager=http://127.0.0.1:$alertmanager_port prometheus=http://127.0.0.1:$prometheus_port
  declare -gA pids=()
  trap judges_finish EXIT
  trap 'exit 130' INT TERM
}

judges_finish() {
  local status=$?
  trap '' INT TERM
  if ((status)); then
    curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_RECEIVER/received" 2>/dev/null | jq -c '.[]' || true
    tail -n 20 "$data"/*.log || true
  fi
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait || true
  rm -rf "$data"
  exit "$status"
}

receiver_start() {
  "$bin/alert_receiver" --listen "127.0.0.1:$FLEET_PORT_RECEIVER" --smtp-listen "127.0.0.1:$receiver_smtp" "$@" >"$data/receiver.log" 2>&1 &
  pids[receiver]=$!
  within 30 "the receiver is ready" curl -fs -o /dev/null "http://127.0.0.1:$FLEET_PORT_RECEIVER/-/ready"
}

# Writes Alertmanager's configuration; further arguments are sed's. Waits of groups become a second, none stays none; what repeats
# for the Watchdog does so each second too.
alertmanager_configure() {
  sed -E -e "s/@FLEET_PORT_RECEIVER@/$FLEET_PORT_RECEIVER/; s/@FLEET_PORT_RECEIVER_SMTP@/$receiver_smtp/" \
    -e 's/(group_wait: ).*[1-9].*/\11s/; s/(group_interval: ).*/\11s/; s/(repeat_interval: )50s/\1900ms/' "$@" \
    "$alert_rules/alertmanager/alertmanager.yml.in" >"$data/alertmanager.yml"
  cp "$alert_rules/alertmanager/legalllm.tmpl" "$data/"
}

alertmanager_start() {
  prometheus-alertmanager --config.file="$data/alertmanager.yml" --storage.path="$data/alertmanager" --cluster.listen-address= \
    --web.listen-address="127.0.0.1:$alertmanager_port" >"$data/alertmanager.log" 2>&1 &
  pids[alertmanager]=$!
  within 30 "Alertmanager is ready" curl -fs -o /dev/null "$alertmanager/-/ready"
}

alertmanager_reload() { curl -fsS -X POST "$alertmanager/-/reload"; }

# prometheus_configure RULE_FILE...: from the demo's configuration, which holds what belongs between Prometheus and Alertmanager; its
# two jobs whose targets are down by nature. Evaluates each second.
prometheus_configure() {
  {
    printf 'global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s, external_labels: {cluster: test}}\nrule_files:\n'
    printf '  - %s\n' "$@"
    sed -n '/^alerting:/,/^scrape_configs:/p' "$alert_rules/../demo/prometheus.yml.in" | sed "s/@FLEET_PORT_ALERTMANAGER@/$alertmanager_port/"
    printf '  - {job_name: legalllm-unified-interface, static_configs: [{targets: ["127.0.0.1:%s"]}]}\n' "$closed_port"
    printf '  - {job_name: a2a-exporter, static_configs: [{targets: ["127.0.0.1:%s"]}]}\n' "$closed_port"
  } >"$data/prometheus.yml"
}

prometheus_start() {
  prometheus --config.file="$data/prometheus.yml" --storage.tsdb.path="$data/prometheus" --rules.alert.resend-delay=1s \
    --web.listen-address="127.0.0.1:$prometheus_port" >>"$data/prometheus.log" 2>&1 &
  pids[prometheus]=$!
  within 60 "Prometheus is ready" curl -fs -o /dev/null "$prometheus/-/ready"
}

prometheus_stop() {
  kill "${pids[prometheus]}"
  wait "${pids[prometheus]}" || true
  unset "pids[prometheus]"
}

# The value of an expression with one result, else nothing.
prometheus_value() {
  curl -fsS -m 5 --data-urlencode "query=$1" "$prometheus/api/v1/query" | jq -r '.data.result | select(length == 1)[0].value[1]'
}

# all_received JQ-CONDITION: what the receiver has got that fits, oldest first, one JSON object a line.
# shellcheck disable=SC2154  # mark is of expect.sh
all_received() {
  curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_RECEIVER/received" | jq -c --argjson mark "$mark" ".[\$mark:][] | select($1)"
}
any_received() { [[ $(all_received "$1") ]]; }
