# shellcheck shell=bash
# Waiting and judging, for the end-to-end tests.

note() { printf '%s  %s\n' "$(date +%T)" "$*"; }
fail() {
  note "FAILED: $*"
  exit 1
}

# within SECONDS WHAT COMMAND...: the command must succeed in that time.
within() {
  local seconds=$1 what=$2 start=$SECONDS
  shift 2
  until "$@"; do
    if ((SECONDS - start >= seconds)); then fail "$what: not within $seconds s"; fi
    sleep 0.5
  done
  note "$what ($((SECONDS - start)) s)"
}

# A free block of ports: free_ports COUNT prints the first. Below the kernel's ephemeral range.
free_ports() {
  local count=$1 first port attempt
  local -A listening=()
  while read -r _ port _ state _; do
    if [[ $state == 0A ]]; then listening[$((16#${port##*:}))]=yes; fi
  done < <(cat /proc/net/tcp /proc/net/tcp6)
  for attempt in {1..200}; do
    first=$((15000 + RANDOM % 15000))
    for ((port = first; port < first + count; ++port)); do
      [[ ${listening[$port]:-} ]] && continue 2
    done
    echo "$first"
    return
  done
  fail "no $count free ports in a row after $attempt attempts"
}

# own_ports SOURCE_DIR NAME...: every port of the demo is a free one, and so is FLEET_PORT_NAME of each name besides.
own_ports() {
  local PORTS=() ports entry name count port total=0 i
  # shellcheck source=demo/fleet.d/ports.sh
  source "$1/demo/fleet.d/ports.sh"
  shift
  ports=("${PORTS[@]}" "${@/%/ 0 1}")
  for entry in "${ports[@]}"; do total=$((total + ${entry##* })); done
  port=$(free_ports "$total")
  for entry in "${ports[@]}"; do
    read -r name _ count <<<"$entry"
    export "FLEET_PORT_$name=$port"
    for ((i = 0; count > 1 && i < count; ++i)); do export "FLEET_PORT_${name%BASE}$i=$((port + i))"; done
    port=$((port + count))
  done
}

# Where programs that are built with ThreadSanitizer write their reports: a directory of its own. io_sync=0: else it takes all sockets
# for one object that puts threads in order, and sees no race between what is asked for one after the other.
reports_of_races() {
  mkdir -p "$1"
  export TSAN_OPTIONS="io_sync=0 ${TSAN_OPTIONS:-} log_path=$1/report"
}
no_races() {
  if compgen -G "$1/report*" >/dev/null; then fail "data races, in the reports below"; fi
}

# received CHANNEL STATUS ALERTNAME [JQ-CONDITION]: whether the receiver has got such a notification since `mark`.
mark=0
received() {
  curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_RECEIVER/received" | jq -e --arg channel "$1" --arg status "$2" \
    --arg alert "$3" --argjson mark "$mark" \
    "[.[\$mark:][] | select(.channel == \$channel and .status == \$status and .alertname == \$alert and (${4:-true}))] | length > 0" \
    >/dev/null
}
forget_received() { mark=$(received_count); }
received_count() { curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_RECEIVER/received" | jq length; }
