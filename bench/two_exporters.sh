# shellcheck shell=bash
# Read by the scripts that set an exporter beside another: ports, readiness, and what a process has used.

free_port() {  # one that nothing listens on now
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    (: </dev/tcp/127.0.0.1/$port) 2>/dev/null || { echo "$port"; return; }
  done
}
await() {  # command...; until it succeeds
  for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return || sleep 0.1; done
  echo "does not come up: $*" >&2
  exit 1
}
# By the scheduler: a tick of /proc/PID/stat is twenty pages of ours.
cpu() { cat "/proc/$1/task/"*/schedstat | awk '{s += $1} END {printf "%.0f\n", s}'; }  # pid -> nanoseconds
peak() { awk '/VmHWM/ {print $2}' "/proc/$1/status"; }  # pid -> KiB
series() { curl -sf "http://127.0.0.1:$1/metrics" | grep -vc '^#'; }  # port
median() { sort -g "$1" | awk '{v[NR] = $1} END {print 1000 * v[int((NR + 1) / 2)]}'; }  # file of seconds -> ms
