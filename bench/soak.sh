#!/bin/bash
# Hours of the whole fleet at work: does a program's memory grow, or the number of its descriptors or threads?
#
#   bench/soak.sh [MINUTES]     120; programs of build/release/bin, or of FLEET_BIN
#
# Ten users use the demo system all the while, a viewer reads every page, and each minute of a cycle of five
# breaks something: Redis, PostgreSQL and an agent hang in turns, all configurations are read again. Prints a
# line a program a minute into soak.tsv of its working directory, and at the end a table: the medians of the
# cycle after ten minutes and of the last one. Exits 1 if a program died, if its resident memory differs by
# more than 5 %, or if a cycle's most descriptors or threads grew.
#
# Takes the demo's ports unless FLEET_PORT_NAME moves them (./fleet help); its working directory is in TMPDIR.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

minutes=${1:-120}
cycle=5
((minutes >= 10 + 2 * cycle)) || { echo "soak: expected at least $((10 + 2 * cycle)) minutes, not $minutes" >&2; exit 2; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/soak.XXXXXX")
export FLEET_STATE=$dir/state FLEET_BIN=${FLEET_BIN:-$PWD/build/release/bin}
programs=(a2a-exporter document-exporter pg-health-exporter redis-health-exporter compliance-exporter consent-exporter slo-prober
  alert-receiver legalllm-demo)
daemons=("${programs[@]:0:7}")
background=()
finish() {
  kill "${background[@]}" 2>/dev/null || true
  ./fleet fault clear >/dev/null 2>&1 || true
  ./fleet down >"$dir/down.log" 2>&1 || true
}
trap finish EXIT
trap 'exit 130' INT TERM

pid_of() { cut -d' ' -f1 "$FLEET_STATE/run/$1.pid"; }
now() { date +%s; }
until_second() {
  local left=$(($1 - $(now)))
  if ((left <= 0)); then return; fi
  sleep "$left" &  # not waited for in the foreground, where no signal would be taken until it has ended
  wait "$!"
}

./fleet up --detach >"$dir/up.log" 2>&1 || { cat "$dir/up.log" >&2; exit 1; }
while read -r variable port; do printf -v "$variable" %s "$port"; done <"$FLEET_STATE/run/ports"

users() { while :; do ./fleet prober load --concurrent-users 10 --duration 50 --ramp-up 1 >>"$dir/load.log" 2>&1 || sleep 1; done; }
viewer() {
  local name port path
  while :; do
    for name in "${daemons[@]}"; do
      port=FLEET_PORT_${name^^}
      port=${port//-/_}
      for path in / /metrics /status /-/healthy /nothing-here; do
        curl -s -m 5 --compressed -o /dev/null "http://127.0.0.1:${!port}$path" || true
      done
    done
    sleep 1
  done
}
users &
background+=("$!")
viewer &
background+=("$!")

declare -A started
for name in "${programs[@]}"; do started[$name]=$(pid_of "$name"); done

sample() {  # minute
  local name pid
  for name in "${programs[@]}"; do
    pid=${started[$name]}
    [[ -r /proc/$pid/status ]] || { echo "soak: $name has died in minute $1" >&2; exit 1; }
    awk -v minute="$1" -v name="$name" -v descriptors="$(find "/proc/$pid/fd" -mindepth 1 2>/dev/null | wc -l)" '
      { value[$1] = $2 }
      END { print minute "\t" name "\t" value["VmRSS:"] "\t" value["RssAnon:"] "\t" descriptors "\t" value["Threads:"] }' \
      "/proc/$pid/status" >>"$dir/soak.tsv"
  done
}

begin=$(now)
for ((minute = 1; minute <= minutes; ++minute)); do
  until_second $((begin + 60 * (minute - 1) + 10))
  case $((minute % cycle)) in
    1) ./fleet fault hang-redis-coordinator ;;
    2) ./fleet fault hang-postgres ;;
    3) ./fleet fault agent-down crossexam ;;
    4) for name in "${daemons[@]}"; do kill -HUP "${started[$name]}"; done ;;
  esac >>"$dir/faults.log" 2>&1 || echo "soak: minute $minute broke nothing; see $dir/faults.log" >&2
  until_second $((begin + 60 * (minute - 1) + 30))
  ./fleet fault clear >>"$dir/faults.log" 2>&1 || echo "soak: minute $minute was not mended; see $dir/faults.log" >&2
  until_second $((begin + 60 * minute))
  sample "$minute"
done

awk -F'\t' -v early=10 -v last="$minutes" -v cycle="$cycle" '
  function median(values, n,    i, j, t) {
    for (i = 2; i <= n; ++i) for (j = i; j > 1 && values[j - 1] > values[j]; --j) { t = values[j]; values[j] = values[j - 1]; values[j - 1] = t }
    return values[int((n + 1) / 2)]
  }
  function of(name, from, field,    i, n, v) {
    n = 0
    for (i = from; i < from + cycle; ++i) v[++n] = data[name, i, field]
    return median(v, n)
  }
  function most(name, from, field,    i, m) {
    m = 0
    for (i = from; i < from + cycle; ++i) if (data[name, i, field] > m) m = data[name, i, field]
    return m
  }
  { data[$2, $1, 3] = $3; data[$2, $1, 4] = $4; data[$2, $1, 5] = $5; data[$2, $1, 6] = $6; if (!($2 in seen)) { seen[$2]; order[++programs] = $2 } }
  END {
    printf "%-22s %9s %9s %6s %9s %9s %11s %9s  %s\n", "PROGRAM", "RSS EARLY", "RSS LATE", "RATIO", "OWN EARLY", "OWN LATE", "DESCRIPTORS", "THREADS", "VERDICT"
    for (i = 1; i <= programs; ++i) {
      name = order[i]; late = last - cycle + 1
      ratio = of(name, late, 3) / of(name, early, 3)
      flat = ratio <= 1.05 && ratio >= 0.95 ? "flat" : (ratio > 1 ? "GREW" : "shrank")
      if (most(name, late, 5) > most(name, early, 5) + 2) flat = flat ", DESCRIPTORS GREW"
      if (most(name, late, 6) > most(name, early, 6)) flat = flat ", THREADS GREW"
      if (flat ~ /GREW/) failed = 1
      printf "%-22s %9d %9d %6.3f %9d %9d %5d %5d %4d %4d  %s\n", name, of(name, early, 3), of(name, late, 3), ratio, of(name, early, 4),
        of(name, late, 4), most(name, early, 5), most(name, late, 5), most(name, early, 6), most(name, late, 6), flat
    }
    print "KiB; OWN is memory that is no file'"'"'s; early: the five minutes after ten, late: the last five."
    exit failed
  }' "$dir/soak.tsv"
