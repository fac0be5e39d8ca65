# shellcheck shell=bash
# Processes with a pid file, a log and a process group each. A pid file says pid, start time and boot, so that a pid that was given to
# another program since is never taken for ours.

BOOT_ID=$(</proc/sys/kernel/random/boot_id)

state_prepare() {
  local directory
  for directory in run logs config secrets; do
    mkdir -p "$FLEET_STATE/$directory"
  done
  chmod 755 "$FLEET_STATE"
  chmod 700 "$FLEET_STATE/secrets"
}

# One `up` at a time; held until the script ends.
state_lock() {
  exec 9>"$FLEET_STATE/lock"
  flock -n 9 || die "another ./fleet up works in $FLEET_STATE right now"
}

not() { ! "$@"; }

# await SECONDS COMMAND...: until it succeeds.
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then return 1; fi
    sleep 0.1
  done
}

# Sets process_state and process_started (in ticks since boot) of a pid.
process_stat() {
  local text='' fields
  { IFS= read -r -d '' text <"/proc/$1/stat"; } 2>/dev/null || true
  [[ $text ]] || return 1
  read -ra fields <<<"${text##*) }"
  process_state=${fields[0]}
  process_started=${fields[19]}
}

process_record() {
  local process_state process_started
  if process_stat "$2"; then
    printf '%s %s %s\n' "$2" "$process_started" "$BOOT_ID" >"$FLEET_STATE/run/$1.pid"
  fi
}

process_pid() {
  local pid
  read -r pid _ 2>/dev/null <"$FLEET_STATE/run/$1.pid" && printf '%s' "$pid"
}

process_alive() {
  local pid recorded boot process_state process_started
  { read -r pid recorded boot <"$FLEET_STATE/run/$1.pid"; } 2>/dev/null || return 1
  [[ $boot == "$BOOT_ID" ]] || return 1
  process_stat "$pid" || return 1
  [[ $process_started == "$recorded" && $process_state != [ZX] ]]
}

# process_start NAME COMMAND...: in a session of its own, so that Ctrl-C reaches only us.
process_start() {
  local name=$1 log=$FLEET_STATE/logs/$1.log
  shift
  if [[ -s $log ]]; then mv -f "$log" "$log.1"; fi
  setsid -- "$@" >"$log" 2>&1 </dev/null 9>&- &
  process_record "$name" $!
}

# process_await NAME SECONDS COMMAND...: until the command says that NAME is ready; dies with the log's end if not.
process_await() {
  local name=$1 seconds=$2 deadline reason=''
  shift 2
  deadline=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    if ! process_alive "$name"; then
      reason="$name ended as soon as it was started"
    elif ((SECONDS >= deadline)); then
      reason="$name did not become ready within $seconds s"
    fi
    if [[ $reason ]]; then
      tail -n 15 "$FLEET_STATE/logs/$name.log" >&2 || true
      die "$reason; its log is $FLEET_STATE/logs/$name.log"
    fi
    sleep 0.1
  done
}

# A pid and all that descend from it, the parent first.
process_tree() {
  local child
  printf '%s\n' "$1"
  while read -r child; do
    process_tree "$child"
  done < <(cat /proc/"$1"/task/*/children 2>/dev/null | tr ' ' '\n')
}

# process_signal NAME SIGNAL: the whole tree; backends of PostgreSQL are sessions of their own, so a group is not enough.
process_signal() {
  local pids
  process_alive "$1" || return 0
  mapfile -t pids < <(process_tree "$(process_pid "$1")")
  kill -"$2" "${pids[@]}" 2>/dev/null || true
}

processes_gone() {
  local name
  for name in "$@"; do
    if process_alive "$name"; then return 1; fi
  done
}

# Stops all of the named at once: SIGTERM (PostgreSQL: fast shutdown), and after ten seconds SIGKILL.
processes_stop() {
  local name pid
  for name in "$@"; do
    process_alive "$name" || continue
    pid=$(process_pid "$name")
    process_signal "$name" CONT
    if [[ $name == postgres* ]]; then kill -INT "$pid" || true; else kill -TERM "$pid" || true; fi
  done 2>/dev/null
  if ! await 10 processes_gone "$@"; then
    for name in "$@"; do
      process_alive "$name" || continue
      complain "$name does not end, killed"
      process_signal "$name" KILL
    done
    await 5 processes_gone "$@" || complain "still there: $*"
  fi
  for name in "$@"; do rm -f "$FLEET_STATE/run/$name.pid"; done
}
