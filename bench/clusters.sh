#!/bin/bash
# What 1, 10 and 100 clusters cost a central Prometheus, by federation and by remote_write. The Prometheuses are real and their
# configurations those of docker/prometheus/, changed in their addresses; the clusters are simulated: each is a page that a real
# one's /federate has answered (bench/clusters.page), its values moving.
#
#   bench/clusters.sh [--seconds S] [--from URL] [CLUSTERS...]     URL: a cluster's Prometheus, to take the page of it instead
#
# S should be a multiple of 60: the centre asks clusters each 30 s and itself each minute. The default takes twenty minutes.
# Needs prometheus, promtool, curl, jq and python3. Everything it starts and writes is gone afterwards.
set -euo pipefail
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
# shellcheck source=bench/two_exporters.sh
source "$here/two_exporters.sh"
configs=$here/../docker/prometheus

seconds=120
from=
while [[ ${1:-} == --* ]]; do
  case $1 in
    --seconds) seconds=$2 ;;
    --from) from=$2 ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
counts=("$@")
((${#counts[@]})) || counts=(1 10 100)

dir=$(mktemp -d)
children=()
stop_all() {
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${children[@]}"; do wait "$pid" 2>/dev/null || true; done
  children=()
}
finish() {
  stop_all
  rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

page=$here/clusters.page
if [[ $from ]]; then
  page=$dir/page
  matches=()
  while read -r match; do matches+=(--data-urlencode "match[]=$match"); done \
    < <(sed -n "s/^ *- '\({__name__.*}\)'\$/\1/p" "$configs/federation.yml")
  curl -sfG -o "$page" "${matches[@]}" "$from/federate"
fi
page_series=$(grep -vc '^#' "$page")
page_ups=$(grep -c '^up{' "$page")
# A cluster measures each 15 s, as in agent.yml; the centre asks for it each 30 s.
agent_step=$(sed -n 's/^ *scrape_interval: \([0-9]*\)s$/\1/p' "$configs/agent.yml")
central_step=$(sed -n 's/^ *scrape_interval: \([0-9]*\)s$/\1/p' "$configs/federation.yml")
batch_seconds=$(sed -n 's/^ *batch_send_deadline: \([0-9]*\)s$/\1/p' "$configs/agent.yml")

# Configurations. The clusters' names stay as they are in a real one: the server that simulates them is the job's proxy.
without_alertmanagers() { awk '/^alerting:/ {skip = 1} /^$/ {skip = 0} !skip' "$@"; }
clusters_job() {  # clusters simulator_port
  local targets
  targets=$(seq -f 'prometheus.c%03g.legalllm.com.au' -s ', ' "$1")
  sed -n '/^scrape_configs:/,$p' "$configs/federation.yml" |
    sed -e "s|scheme: https|proxy_url: http://127.0.0.1:$2|" -e "s|targets: \[.*\]|targets: [$targets]|"
}
federation_config() {  # clusters simulator_port
  without_alertmanagers "$configs/federation.yml" | sed '/^scrape_configs:/,$d'
  clusters_job "$@"
}
central_config() { without_alertmanagers "$configs/central.yml" | sed "s|localhost:9090|127.0.0.1:$1|"; }  # its own port
# The one agent sends for all clusters, so its requests are kept to the size of those that each would send by itself: what a
# cluster measures until the deadline of a batch. Large requests of many clusters would cost the centre less than it really has to
# do. Nor does the agent send what its scraping adds: an `up` of its own, and its job on recordings.
agent_config() {  # clusters simulator_port central_port
  sed -e '/^rule_files:/d' -e '/^scrape_configs:/,$d' -e '/^    basic_auth:/,/password_file:/d' \
    -e "s|url: .*|url: http://127.0.0.1:$3/api/v1/write|" \
    -e "s|max_samples_per_send: .*|max_samples_per_send: $((page_series * batch_seconds / agent_step))|" \
    -e '/action: keep/r /dev/stdin' "$configs/agent.yml" <<'RELABEL'
      - {source_labels: [__name__, job], regex: up;clusters, action: drop}
      - {source_labels: [job], regex: clusters, target_label: job, replacement: ""}
RELABEL
  clusters_job "$1" "$2"
}

start_prometheus() {  # name port flag... -> its process id in $started
  local name=$1 port=$2
  shift 2
  sed -i "s|/etc/prometheus/|$configs/|" "$dir/$name.yml"
  prometheus --config.file="$dir/$name.yml" --web.listen-address="127.0.0.1:$port" "$@" >"$dir/$name.log" 2>&1 &
  started=$!
  children+=("$started")
  await curl -sf -o /dev/null "http://127.0.0.1:$port/-/ready" || { tail -n 3 "$dir/$name.log" >&2; exit 1; }
}
metric() {  # port name [multiplier] -> the sum of its series, a whole number
  curl -sf "http://127.0.0.1:$1/metrics" |
    awk -v name="$2" -v times="${3:-1}" '{split($1, word, "{")} word[1] == name {s += $2} END {printf "%.0f\n", s * times}'
}
query() { curl -sfG --data-urlencode "query=$2" "http://127.0.0.1:$1/api/v1/query" | jq -r '.data.result[0].value[1] // 0'; }

# A day of every cluster's `up`, which is what ClusterSilent reads at each evaluation. It ends a minute ago: a TSDB takes nothing
# that is older than its blocks.
a_day_of_up() {  # clusters step directory
  python3 "$here/clusters.py" history "$page" "$2" 24 "$(($(date +%s) - 60))" "$1" up >"$dir/up"
  promtool tsdb create-blocks-from openmetrics --quiet --max-block-duration=24h "$dir/up" "$3" >/dev/null
  rm "$dir/up"
}
bytes_per_sample() {  # step; six hours of one cluster in blocks of two hours, index and all
  python3 "$here/clusters.py" history "$page" "$1" 6 "$(($(date +%s) / 7200 * 7200))" 1 >"$dir/six_hours"
  promtool tsdb create-blocks-from openmetrics --quiet "$dir/six_hours" "$dir/blocks" >/dev/null
  awk -v bytes="$(du -sb "$dir/blocks" | cut -f 1)" -v samples="$(wc -l <"$dir/six_hours")" 'BEGIN {print bytes / samples}'
  rm -r "$dir/blocks" "$dir/six_hours"
}
await_clusters() {  # central_port clusters: every series of each, and the rules evaluated with them
  local wanted=$(($2 * (page_series - page_ups))) seen=0 evaluations
  for _ in $(seq 150); do
    # What was filled in beforehand is `up`, so that does not count.
    seen=$(query "$1" 'count({replica="a", __name__!="up"})')
    ((seen >= wanted)) && break
    sleep 1
  done
  ((seen == wanted)) || { echo "$2 clusters should be $wanted series, and are $seen" >&2; exit 1; }
  evaluations=$(metric "$1" prometheus_rule_evaluations_total)
  while (($(metric "$1" prometheus_rule_evaluations_total) == evaluations)); do sleep 1; done
}

federate() {  # clusters
  federation_config "$1" "$simulator_port" >"$dir/central.yml"
  start_prometheus central "$central_port" --storage.tsdb.path="$dir/central"
  central=$started
}
wire_of_federate() { curl -sf "http://127.0.0.1:$simulator_port/bytes"; }
lost_of_federate() { query "$central_port" "sum(count_over_time((up{job=\"clusters\"} == 0)[${seconds}s:15s]))"; }

remote_write() {  # clusters
  central_config "$central_port" >"$dir/central.yml"
  start_prometheus central "$central_port" --storage.tsdb.path="$dir/central" --web.enable-remote-write-receiver
  central=$started
  agent_config "$1" "$simulator_port" "$central_port" >"$dir/agent.yml"
  start_prometheus agent "$agent_port" --enable-feature=agent --storage.agent.path="$dir/agent"
  agent=$started
}
wire_of_remote_write() { metric "$agent_port" prometheus_remote_storage_bytes_total; }
lost_of_remote_write() { metric "$agent_port" prometheus_remote_storage_samples_failed_total; }

measure() {  # way clusters step bytes_per_sample
  local way=$1 clusters=$2 agent_before=0 agent_after=0 begin end central_before central_after samples wire lost
  simulator_port=$(free_port) central_port=$(free_port) agent_port=$(free_port) agent=
  rm -rf "$dir/central" "$dir/agent"
  a_day_of_up "$clusters" "$3" "$dir/central"
  # The cluster's clock is the agent's, whoever asks.
  python3 "$here/clusters.py" serve "$page" "$agent_step" "$simulator_port" 2>"$dir/simulator.log" &
  children+=("$!")
  await curl -sf -o /dev/null "http://127.0.0.1:$simulator_port/bytes"
  "$way" "$clusters"
  await_clusters "$central_port" "$clusters"

  samples=$(metric "$central_port" prometheus_tsdb_head_samples_appended_total) wire=$("wire_of_$way")
  [[ -z $agent ]] || agent_before=$(cpu "$agent")
  central_before=$(cpu "$central") begin=$(date +%s%N)
  sleep "$seconds"
  central_after=$(cpu "$central") end=$(date +%s%N)
  [[ -z $agent ]] || agent_after=$(cpu "$agent")
  wire=$(($("wire_of_$way") - wire)) samples=$(($(metric "$central_port" prometheus_tsdb_head_samples_appended_total) - samples))
  lost=$("lost_of_$way")
  ((lost == 0)) || { echo "$way, $clusters clusters: $lost lost, so this is no measurement" >&2; exit 1; }

  awk -v way="$way" -v n="$clusters" -v ns="$((end - begin))" -v series="$(metric "$central_port" prometheus_tsdb_head_series)" \
    -v samples="$samples" -v cpu="$((central_after - central_before))" -v agent="$((agent_after - agent_before))" \
    -v memory="$(peak "$central")" -v wire="$wire" -v bytes="$4" \
    -v rules="$(metric "$central_port" prometheus_rule_group_last_duration_seconds 1e6)" 'BEGIN {
    s = ns / 1e9
    printf "%-13s %8d %8d %10.1f %7.2f %9.1f %6.0f %7.2f %9.2f %11.2f", way, n, series, samples / s, 100 * cpu / ns,
      rules / 1000, memory / 1024, wire / 1024 / s, bytes, bytes * samples / s * 86400 * 15 / 2 ^ 30
    printf agent ? " %13.3f\n" : " %13s\n", agent ? 100 * agent / ns / n : "-"
  }'
  stop_all
}

federation_bytes=$(bytes_per_sample "$central_step")
remote_write_bytes=$(bytes_per_sample "$agent_step")
echo "A cluster is $page_series series; $seconds s each. CPU: % of a core, a sender's with its scrapes. rules: wall time of the last" \
  "evaluation. KiB/s: compressed bodies between cluster and centre."
printf '%-13s %8s %8s %10s %7s %9s %6s %7s %9s %11s %13s\n' way clusters series samples/s CPU rules/ms MiB KiB/s B/sample \
  'GiB in 15d' 'CPU a sender'
for count in "${counts[@]}"; do
  measure federate "$count" "$central_step" "$federation_bytes"
  measure remote_write "$count" "$agent_step" "$remote_write_bytes"
done
