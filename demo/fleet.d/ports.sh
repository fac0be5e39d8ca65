# shellcheck shell=bash
# Which component listens where, and who stands in its way.

# name default count
PORTS=(
  "PROMETHEUS 9090 1" "ALERTMANAGER 9093 1"
  "A2A_EXPORTER 9701 1" "DOCUMENT_EXPORTER 9702 1" "PG_HEALTH_EXPORTER 9703 1" "COMPLIANCE_EXPORTER 9704 1"
  "CONSENT_EXPORTER 9705 1" "SLO_PROBER 9706 1"
  "INTERFACE 9710 1" "COMPLIANCE_MONITOR 9711 1" "DEMO_CONTROL 9712 1" "AGENT_BASE 9721 10"
  "POSTGRES 9732 1" "POSTGRES_REPLICA 9735 1" "REDIS_COORDINATOR 9733 1" "REDIS_QUEUE 9734 1" "RECEIVER 9740 1" "RECEIVER_SMTP 9741 1"
)

ports_list() {
  local entry name default count
  for entry in "${PORTS[@]}"; do
    read -r name default count <<<"$entry"
    if ((count > 1)); then default="$default (and the $((count - 1)) after it)"; fi
    printf '  %-20s %s\n' "$name" "$default"
  done
}

# NAME=NUMBER from the command line; prometheus, a2a-exporter and A2A_EXPORTER are all understood.
ports_set() {
  local name=${1%%=*} number=${1#*=} entry
  name=${name^^}
  name=${name//-/_}
  for entry in "${PORTS[@]}"; do
    if [[ ${entry%% *} == "$name" ]]; then
      printf -v "FLEET_PORT_$name" %s "$number"
      return
    fi
  done
  die "no port is called $name; their names are: $(printf '%s ' "${PORTS[@]%% *}")"
}

# Every FLEET_PORT_x gets its value and is exported.
ports_resolve() {
  local entry name default count variable
  for entry in "${PORTS[@]}"; do
    read -r name default count <<<"$entry"
    variable=FLEET_PORT_$name
    [[ ${!variable:-} ]] || printf -v "$variable" %s "$default"
    if [[ ! ${!variable} =~ ^[0-9]{1,5}$ ]] || ((10#${!variable} < 1 || 10#${!variable} + count > 65536)); then
      die "$variable: expected a port number, not \"${!variable}\""
    fi
    export "${variable?}"
  done
  local agent
  for agent in {0..9}; do export "FLEET_PORT_AGENT_$agent=$((FLEET_PORT_AGENT_BASE + agent))"; done
}

# The running fleet's ports, for commands that come later.
ports_save() {
  local entry variable
  for entry in "${PORTS[@]}"; do
    variable=FLEET_PORT_${entry%% *}
    printf '%s %s\n' "$variable" "${!variable}"
  done >"$FLEET_STATE/run/ports"
}

ports_load() {
  local variable number
  if [[ -e $FLEET_STATE/run/ports ]]; then
    while read -r variable number; do
      printf -v "$variable" %s "$number"
    done <"$FLEET_STATE/run/ports"
  fi
  ports_resolve
}

# "port inode" of each listening TCP socket.
ports_listening() {
  local address state inode
  while read -r _ address _ state _ _ _ _ _ inode _; do
    if [[ $state == 0A ]]; then printf '%d %s\n' "0x${address##*:}" "$inode"; fi
  done < <(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
}

# Who owns a socket, as far as we may look: "redis-server (pid 12)".
ports_holder() {
  local inode=$1 link pid
  for link in /proc/[0-9]*/fd/*; do
    if [[ $(readlink "$link" 2>/dev/null) == "socket:[$inode]" ]]; then
      pid=${link#/proc/}
      pid=${pid%%/*}
      printf '%s (pid %s)' "$(cat "/proc/$pid/comm" 2>/dev/null || echo '?')" "$pid"
      return
    fi
  done
  printf 'a process of another user'
}

# Says every port that is taken, or given twice, before anything starts.
ports_check() {
  local -A taken=() wanted=()
  local port inode entry name count variable first taken_any=''
  while read -r port inode; do taken[$port]=$inode; done < <(ports_listening)
  for entry in "${PORTS[@]}"; do
    read -r name _ count <<<"$entry"
    variable=FLEET_PORT_$name
    first=$((10#${!variable}))
    for ((port = first; port < first + count; ++port)); do
      if [[ ${taken[$port]:-} ]]; then
        complain "port $port, wanted by $name, is taken by $(ports_holder "${taken[$port]}")"
      elif [[ ${wanted[$port]:-} ]]; then
        complain "port $port is wanted by both ${wanted[$port]} and $name"
      else
        wanted[$port]=$name
        continue
      fi
      taken_any=yes
      complain "  to move it: ./fleet up --port $name=NUMBER, or FLEET_PORT_$name=NUMBER ./fleet up"
      break
    done
  done
  if [[ $taken_any ]]; then die "nothing was started"; fi
}
