# shellcheck shell=bash
# Breaking and mending the demo system. What hangs a server is done here, with signals; the rest the demo does to itself.

HANGING=(hang-redis-coordinator hang-redis-queue hang-postgres hang-postgres-replica)

# Sets fault_answer to what the demo says; dies with its words if it refuses.
faults_ask_demo() {
  local code
  fault_answer=$(curl -sS -m 10 -w '\n%{http_code}' "$@") ||
    die "the demo's control port $FLEET_PORT_DEMO_CONTROL does not answer"
  code=${fault_answer##*$'\n'}
  fault_answer=${fault_answer%$'\n'*}
  [[ $code == 2* ]] || die "$fault_answer"
}

faults_table() {
  jq -r '.[] | [.name + (if .expects != "" then " [" + .expects + "]" else "" end),
    (if .active then "IN FORCE " + .value + "  " else "" end) + .description] | @tsv' <<<"$fault_answer" |
    while IFS=$'\t' read -r name text; do printf '%-34s %s\n' "$name" "$text"; done
}

cmd_fault() {
  local name=${1:-} control value=${2:-} hanging
  ports_load
  components_any_alive || die "nothing is up; ./fleet up starts it"
  control=http://127.0.0.1:$FLEET_PORT_DEMO_CONTROL
  case $name in
    '')
      for hanging in "${HANGING[@]}"; do
        printf '%-34s %s\n' "$hanging" "${hanging#hang-} freezes (SIGSTOP)"
      done
      faults_ask_demo "$control/faults"
      faults_table
      ;;
    clear)
      for hanging in "${HANGING[@]}"; do process_signal "${hanging#hang-}" CONT; done
      faults_ask_demo -X POST "$control/clear"
      say "Everything is mended."
      ;;
    hang-redis-coordinator | hang-redis-queue | hang-postgres | hang-postgres-replica)
      process_alive "${name#hang-}" || die "${name#hang-} does not run"
      process_signal "${name#hang-}" STOP
      say "${name#hang-} is frozen; ./fleet fault clear lets it go on"
      ;;
    *)
      [[ $name =~ ^[A-Za-z0-9_-]+$ ]] || die "no fault is called $name; ./fleet fault lists them"
      faults_ask_demo -X POST -G --data-urlencode "value=$value" "$control/fault/$name"
      faults_table | grep 'IN FORCE' || true
      ;;
  esac
}
