#!/usr/bin/env bash
# Which alert silences which, asked of a real Alertmanager with the shipped configuration.
# usage: inhibition_test.sh ALERTMANAGER_CONFIG
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/expect.sh
source "$here/expect.sh"
data=$(mktemp -d)
url=http://127.0.0.1:$(free_ports 1)
prometheus-alertmanager --config.file="$1" --storage.path="$data" --cluster.listen-address= \
  --web.listen-address="${url#http://}" >"$data/log" 2>&1 &
trap 'kill $!; wait $! || true; rm -rf "$data"' EXIT
within 30 "Alertmanager is ready" curl -fs -o /dev/null "$url/-/ready"

add() { amtool --alertmanager.url="$url" alert add "$@" cluster=c; }
pair=(source=orchestrator target=research)
add A2ALatencyHigh sev=1 "${pair[@]}"
add A2ALatencyHigh sev=2 "${pair[@]}"
add A2AHopsSlow sev=1 "${pair[@]}"
add A2AHopsSlow sev=2 "${pair[@]}"
add A2ALatencyHigh sev=2 source=intake target=financial
add A2AHopsSlow sev=2 source=intake target=drafting
add SystemDown sev=1
add SystemUnreachable sev=1 target=home
add AgentUnreachable sev=2 target=research
add DocumentProcessingSLABreach sev=2 pipeline=p
add AustralianLegalViolation sev=1 framework=f
add PostgresAllDown sev=1
add PostgresDown sev=2 server=primary
add RedisDown sev=2 job=a2a-exporter instance=a:1
add FeedDown sev=3 job=a2a-exporter instance=a:1
add FeedDown sev=3 job=document-exporter instance=d:1
add ExporterDown sev=3 job=consent-exporter instance=n:1
add CollectorFailing sev=3 job=consent-exporter instance=n:1 collector=consents
add CollectorFailing sev=3 job=pg-health-exporter instance=p:1 collector=locks

alerts() { # CONDITION
  curl -fsS "$url/api/v2/alerts" | jq -r "[.[] | select(.status.inhibitedBy | length $1) | .labels |
    [.alertname, .sev, .target // .server // .job // empty] | join(\" \")] | sort | .[]"
}
silenced='A2AHopsSlow 1 research
A2AHopsSlow 2 research
A2ALatencyHigh 2 research
AgentUnreachable 2 research
CollectorFailing 3 consent-exporter
FeedDown 3 a2a-exporter
PostgresDown 2 primary
SystemUnreachable 1 home'
heard='A2AHopsSlow 2 drafting
A2ALatencyHigh 1 research
A2ALatencyHigh 2 financial
AustralianLegalViolation 1
CollectorFailing 3 pg-health-exporter
DocumentProcessingSLABreach 2
ExporterDown 3 consent-exporter
FeedDown 3 document-exporter
PostgresAllDown 1
RedisDown 2 a2a-exporter
SystemDown 1'
is() { [[ $(alerts "$1") == "$2" ]]; }
within 30 "what must be silenced is" is '> 0' "$silenced" || diff <(alerts '> 0') <(echo "$silenced")
within 30 "and all else is heard" is '== 0' "$heard"
