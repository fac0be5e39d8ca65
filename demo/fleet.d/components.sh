# shellcheck shell=bash
# What the fleet consists of, and the order in which it comes and goes.

# name, the port it is known by, what it is
COMPONENTS=(
  "postgres POSTGRES database legalllm_multiagent"
  "postgres-replica POSTGRES_REPLICA its streaming replica"
  "redis-coordinator REDIS_COORDINATOR messages between agents, a2a:hops"
  "redis-queue REDIS_QUEUE document_processing_queue, documents:batches"
  "legalllm-demo INTERFACE the simulated LegalLLM system"
  "a2a-exporter A2A_EXPORTER latency between agents"
  "document-exporter DOCUMENT_EXPORTER document pipeline"
  "pg-health-exporter PG_HEALTH_EXPORTER PostgreSQL"
  "redis-health-exporter REDIS_HEALTH_EXPORTER both Redis servers"
  "compliance-exporter COMPLIANCE_EXPORTER violations of Australian law"
  "consent-exporter CONSENT_EXPORTER privacy consents"
  "slo-prober SLO_PROBER tries the system as a user would"
  "alert-receiver RECEIVER prints pages, Slack messages and mail"
  "alertmanager ALERTMANAGER routes alerts"
  "prometheus PROMETHEUS scrapes and judges"
)
EXPORTERS=(a2a:a2a document:documents pg-health:postgres redis-health:redis compliance:compliance consent:consent)

components_alive() {
  local name
  for name in "${COMPONENTS[@]%% *}"; do
    if process_alive "$name"; then printf '%s ' "$name"; fi
  done
}
components_dead() {
  local name
  for name in "${COMPONENTS[@]%% *}"; do
    process_alive "$name" || printf '%s ' "$name"
  done
}
components_any_alive() { [[ $(components_alive) ]]; }
components_all_alive() { [[ ! $(components_dead) ]]; }

# Fills the ports and directories into a template.
render() {
  local text variable entry
  text=$(<"$1")
  for entry in "${PORTS[@]}"; do
    variable=FLEET_PORT_${entry%% *}
    text=${text//"@$variable@"/"${!variable}"}
  done
  printf '%s\n' "${text//"@FLEET_ROOT@"/"$FLEET_ROOT"}" >"$2"
}

http_ok() { curl -fsS -m 2 -o /dev/null "http://127.0.0.1:$1"; }
redis_ok() { [[ $(redis-cli -h 127.0.0.1 -p "$1" ping 2>/dev/null) == PONG ]]; }

redis_start() {
  mkdir -p "$FLEET_STATE/$1"
  # Its whole configuration; /etc/redis is not read.
  process_start "$1" redis-server --bind 127.0.0.1 --port "$2" --dir "$FLEET_STATE/$1" --appendonly yes --save '' \
    --daemonize no --logfile '' --databases 1
}

components_start() {
  local pair name port
  say "Starting"
  postgres_start
  redis_start redis-coordinator "$FLEET_PORT_REDIS_COORDINATOR"
  redis_start redis-queue "$FLEET_PORT_REDIS_QUEUE"
  process_await postgres 60 "$PG_BIN/pg_isready" -q -h 127.0.0.1 -p "$FLEET_PORT_POSTGRES"
  postgres_prepare
  postgres_replica_start
  process_await redis-coordinator 60 redis_ok "$FLEET_PORT_REDIS_COORDINATOR"
  process_await redis-queue 60 redis_ok "$FLEET_PORT_REDIS_QUEUE"
  process_await postgres-replica 60 "$PG_BIN/pg_isready" -q -h 127.0.0.1 -p "$FLEET_PORT_POSTGRES_REPLICA"

  process_start legalllm-demo "$FLEET_BIN/legalllm_demo" --postgres="127.0.0.1:$FLEET_PORT_POSTGRES" \
    --redis-coordinator="127.0.0.1:$FLEET_PORT_REDIS_COORDINATOR" --redis-queue="127.0.0.1:$FLEET_PORT_REDIS_QUEUE" \
    --interface.listen="127.0.0.1:$FLEET_PORT_INTERFACE" --compliance.listen="127.0.0.1:$FLEET_PORT_COMPLIANCE_MONITOR" \
    --control.listen="127.0.0.1:$FLEET_PORT_DEMO_CONTROL" --agents.base-port="$FLEET_PORT_AGENT_BASE"
  process_await legalllm-demo 60 http_ok "$FLEET_PORT_DEMO_CONTROL/-/ready"

  for pair in "${EXPORTERS[@]}"; do
    name=${pair%%:*}-exporter
    component_start_program "$name" "${pair##*:}"
  done
  component_start_program slo-prober prober
  process_start alert-receiver "$FLEET_BIN/alert_receiver" --listen "127.0.0.1:$FLEET_PORT_RECEIVER" \
    --smtp-listen "127.0.0.1:$FLEET_PORT_RECEIVER_SMTP"
  for name in "${EXPORTERS[@]/%:*/-exporter}" slo-prober; do
    port=$(component_port "$name")
    process_await "$name" 60 http_ok "$port/-/ready"
  done
  process_await alert-receiver 30 http_ok "$FLEET_PORT_RECEIVER/-/ready"
  components_start_judges
}

# component_start_program NAME CONFIG: one of our own daemons, its program being NAME with underscores.
component_start_program() {
  process_start "$1" "$FLEET_BIN/${1//-/_}" --config.file "$FLEET_ROOT/demo/config/$2.yml" \
    --web.listen-address "127.0.0.1:$(component_port "$1")"
}

component_port() {
  local variable=${1^^}
  variable=FLEET_PORT_${variable//-/_}
  printf '%s' "${!variable}"
}

components_start_judges() {
  local config=$FLEET_STATE/config
  render "$FLEET_ROOT/alert-rules/alertmanager/alertmanager.yml.in" "$config/alertmanager.yml"
  cp "$FLEET_ROOT/alert-rules/alertmanager/legalllm.tmpl" "$config/"
  render "$FLEET_ROOT/demo/prometheus.yml.in" "$config/prometheus.yml"
  process_start alertmanager prometheus-alertmanager --config.file="$config/alertmanager.yml" \
    --storage.path="$FLEET_STATE/alertmanager" --cluster.listen-address= \
    --web.listen-address="127.0.0.1:$FLEET_PORT_ALERTMANAGER"
  process_await alertmanager 60 http_ok "$FLEET_PORT_ALERTMANAGER/-/ready"
  process_start prometheus prometheus --config.file="$config/prometheus.yml" \
    --storage.tsdb.path="$FLEET_STATE/prometheus" --storage.tsdb.retention.time=7d \
    --web.listen-address="127.0.0.1:$FLEET_PORT_PROMETHEUS"
  process_await prometheus 120 http_ok "$FLEET_PORT_PROMETHEUS/-/ready"
  await 60 health_all_targets_up || complain "not every target of Prometheus is up yet"
  grafana_start
}

components_stop() {
  say "Stopping"
  processes_stop grafana prometheus alertmanager
  processes_stop slo-prober alert-receiver "${EXPORTERS[@]/%:*/-exporter}"
  processes_stop legalllm-demo
  processes_stop redis-coordinator redis-queue postgres-replica postgres
  rm -f "$FLEET_STATE/run/ports"
  if components_any_alive; then complain "still running: $(components_alive)"; else say "Nothing is left running."; fi
}

components_table() {
  local entry name port what variable state
  printf '\n%-20s %-24s %-9s %s\n' COMPONENT ADDRESS PID WHAT
  for entry in "${COMPONENTS[@]}"; do
    read -r name port what <<<"$entry"
    variable=FLEET_PORT_$port
    state=$(process_alive "$name" && process_pid "$name" || echo 'not up')
    case $name in
      postgres* | redis-coordinator | redis-queue) port="127.0.0.1:${!variable}" ;;
      *) port="http://127.0.0.1:${!variable}" ;;
    esac
    printf '%-20s %-24s %-9s %s\n' "$name" "$port" "$state" "$what"
  done
  printf '\nStatus page: http://127.0.0.1:%s/status    As clients see it: http://127.0.0.1:%s/status/public\n' \
    "$FLEET_PORT_SLO_PROBER" "$FLEET_PORT_SLO_PROBER"
  printf 'Logs: ./fleet logs NAME    Break something: ./fleet fault    All data: %s\n\n' "$FLEET_STATE"
}
