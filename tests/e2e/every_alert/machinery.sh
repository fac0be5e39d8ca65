# shellcheck shell=bash disable=SC2154
# The demo of the scaled copy, and what the faults have beside it: processes of their own, which end with the test.

# Beside the demo, FLEET_PORT_ like the others so that configurations may name them.
ports=(FRONT_DOOR SPANS PERTH DARWIN LEDGER LEDGER_REPLICA AGED TWIN SPARE FOLLOWER SENTINEL MEETING TLS_DAYS TLS_HOURS CLOSED)
own=()

fleet() { "$tree/fleet" "$@"; }
say() { note "$@"; }
die() { fail "$@"; }
complain() { note "$@"; }

machinery_prepare() {
  local name
  work=$(mktemp -d)
  FLEET_STATE=$work/state FLEET_SECRETS=$work/state/secrets
  mkdir "$FLEET_STATE"
  chmod 755 "$work" "$FLEET_STATE"
  export FLEET_STATE FLEET_SECRETS
  trap machinery_finish EXIT
  trap 'exit 130' INT TERM
  own_ports "$source_dir" GRAFANA "${ports[@]}"
  scaled_tree "$source_dir" "$work/tree"
  # The demo's own ways with processes and PostgreSQL.
  export FLEET_ROOT=$tree
  for name in processes postgres components; do
    # shellcheck source=/dev/null
    source "$tree/demo/fleet.d/$name.sh"
  done
  state_prepare
  beside_prepare
}

# The interface and the prober are added to Prometheus by machinery_complete.
machinery_start() {
  cp "$tree/demo/prometheus.yml.in" "$work/prometheus.whole"
  sed -i -E '/job_name: (legalllm-unified-interface|slo-prober)$/,/targets:/d' "$tree/demo/prometheus.yml.in"
  fleet up --detach
  beside_start
  journal_begin
  rules_read
  rules_index
}

machinery_complete() {
  cp "$work/prometheus.whole" "$tree/demo/prometheus.yml.in"
  prometheus_reload
  within 60 "every target is up" targets_up
}

machinery_finish() {
  local status=$?
  trap '' INT TERM
  journal_end
  if [[ ${FLEET_KEEP:-} ]]; then
    mkdir -p "$FLEET_KEEP"
    cp -R "$work/journal" "$work/rules" "$FLEET_STATE/logs" "$FLEET_KEEP/" || true
  fi
  jobs -p | xargs -r kill 2>/dev/null || true
  processes_stop "${own[@]}" || true
  fleet down || true
  rm -rf "$work"
  exit "$status"
}

# own_process NAME COMMAND...
own_process() {
  own+=("$1")
  process_start "$@"
}

# prometheus_reload: with the tree's demo/prometheus.yml.in, as ./fleet would render it.
prometheus_reload() {
  local text variable
  text=$(<"$tree/demo/prometheus.yml.in")
  for variable in "${!FLEET_PORT_@}"; do text=${text//"@$variable@"/"${!variable}"}; done
  printf '%s\n' "${text//"@FLEET_ROOT@"/"$tree"}" >"$FLEET_STATE/config/prometheus.yml"
  process_signal prometheus HUP
}

api() { curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_PROMETHEUS/api/v1/$1"; }
targets_up() { api targets | jq -e '[.data.activeTargets[].health] | length >= 13 and all(. == "up")' >/dev/null; }
# holds QUERY: whether it has a result.
holds() {
  curl -fsS -m 5 --data-urlencode "query=$1" "http://127.0.0.1:$FLEET_PORT_PROMETHEUS/api/v1/query" | jq -e '.data.result | length > 0' >/dev/null
}

# value QUERY: of one result.
value() {
  curl -fsS -m 5 --data-urlencode "query=$1" "http://127.0.0.1:$FLEET_PORT_PROMETHEUS/api/v1/query" | jq -r '.data.result[0].value[1]'
}

coordinator() { redis-cli -p "$FLEET_PORT_REDIS_COORDINATOR" "$@" >/dev/null; }
queue() { redis-cli -p "$FLEET_PORT_REDIS_QUEUE" "$@" >/dev/null; }
# sql PORT DATABASE STATEMENT...
sql() {
  local port=$1 database=$2 statement
  shift 2
  for statement in "$@"; do
    psql -X -q -t -A -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres -d "$database" -c "$statement"
  done
}
legal() { sql "$FLEET_PORT_POSTGRES" legalllm_multiagent "$@"; }

# demo_fault NAME [VALUE], demo_mend NAME: one at a time, as ./fleet fault clear would mend them all.
demo_fault() { fleet fault "$@" >/dev/null; }
demo_mend() { curl -fsS -m 10 -o /dev/null -X POST "http://127.0.0.1:$FLEET_PORT_DEMO_CONTROL/clear?name=$1"; }
# reload PORT: of an exporter or prober of ours; whether it takes the configuration is its own matter.
reload() { curl -sS -m 10 -o /dev/null -X POST "http://127.0.0.1:$1/-/reload"; }
