#!/usr/bin/env bash
# Which alert silences which, asked of a real Alertmanager with the shipped configuration. Each question has a `cluster` of its own, so
# that they do not meet.
# usage: inhibition_test.sh ALERTMANAGER_CONFIG ALERT_RULES_DIR
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/expect.sh
source "$here/expect.sh"
alert_rules=$2
data=$(mktemp -d)
url=http://127.0.0.1:$(free_ports 1)
prometheus-alertmanager --config.file="$1" --storage.path="$data" --cluster.listen-address= \
  --web.listen-address="${url#http://}" >"$data/log" 2>&1 &
alertmanager=$!
trap 'kill "$alertmanager"; wait "$alertmanager" || true; rm -rf "$data"' EXIT
within 30 "Alertmanager is ready" curl -fs -o /dev/null "$url/-/ready"

questions=0
# add CLUSTER LABELS: an alert such as "SystemDown sev=1"; the first word is its name.
add() { printf '%s\talertname=%s cluster=%s\n' "$1" "$2" "$1" >>"$data/alerts"; }
# silences SOURCE TARGET: while the one fires, the other is not heard. leaves SOURCE TARGET: it is.
silences() {
  ask silent "$@"
  add "alone$questions" "$2"
  printf 'alone%s\theard\tothers elsewhere\t%s\n' "$questions" "$2" >>"$data/questions"
}
leaves() { ask heard "$@"; }
ask() {
  questions=$((questions + 1))
  add "q$questions" "$2"
  add "q$questions" "$3"
  printf 'q%s\t%s\t%s\t%s\n' "$questions" "$1" "$2" "$3" >>"$data/questions"
}

# A symptom pages and its causes do not: each severity 1 of the rules is one or the other, but for the law's.
symptoms=(SystemDown SystemDownAbsent SystemUnreachable AgentsAllUnreachable A2AHopsStopped A2ALatencyHigh A2AHopsSlow
  DocumentProcessingFailing)
causes=(PostgresAllDown PostgresNoPrimary)
law=(AustralianLegalViolation AustralianLegalViolationAgain)
for symptom in "${symptoms[@]}"; do
  for cause in "${causes[@]}"; do silences "$symptom sev=1" "$cause sev=1"; done
done
for cause in "${causes[@]}"; do
  silences "AnObjective sloth_severity=page sloth_id=s" "$cause sev=1"
  for other in "A2ALatencyHigh sev=2" "A2AHopsSlow sev=2" "AustralianLegalViolation sev=1" "AnObjective sloth_severity=ticket"; do
    leaves "$other" "$cause sev=1"
  done
done
classified=$(printf '%s\n' "${symptoms[@]}" "${causes[@]}" "${law[@]}" | sort)
paging=$(for file in "$alert_rules"/*.rules.yml; do
  [[ $file == */slo.rules.yml ]] || awk -f "$alert_rules/tests/labels.awk" "$file" | awk -F '\t' '/\tsev=1(\t|$)/ { print $1 }'
done | sort -u)
[[ $classified == "$paging" ]] || {
  diff <(echo "$classified") <(echo "$paging") || true
  fail "each severity 1 must be named here as a symptom or a cause"
}

# What the on-call needs in Slack to find the cause is heard beside any symptom.
for symptom in "${symptoms[@]}"; do
  leaves "$symptom sev=1" "PostgresDown sev=2 server=primary"
  leaves "$symptom sev=1" "RedisDown sev=2"
done
leaves "PostgresAllDown sev=1" "PostgresDown sev=2 server=primary"
leaves "SystemDown sev=1" "AgentUnreachable sev=2 target=research"

# Echoes of an outage.
for echo in "InterfaceSlow sev=2" "AgentsAllUnreachable sev=1" "A2AHopsStopped sev=1"; do
  silences "SystemDown sev=1" "$echo"
  silences "SystemDownAbsent sev=1" "$echo"
  silences "SystemUnreachable sev=1" "$echo"
done
silences "SystemDown sev=1" "SystemUnreachable sev=1"
silences "SystemDownAbsent sev=1" "SystemUnreachable sev=1"
silences "AgentsAllUnreachable sev=1" "A2AHopsStopped sev=1"
silences "AgentsAllUnreachable sev=1" "AgentUnreachable sev=2 target=research"
leaves "A2AHopsStopped sev=1" "AgentsAllUnreachable sev=1"
leaves "AgentUnreachable sev=2 target=intake" "AgentUnreachable sev=2 target=research"
silences "PostgresAllDown sev=1" "PostgresNoPrimary sev=1"
leaves "PostgresNoPrimary sev=1" "PostgresAllDown sev=1"

# A burning budget repeats what has paged.
for outage in SystemDown SystemDownAbsent SystemUnreachable; do
  silences "$outage sev=1" "AnObjective sloth_severity=page sev=1 component=unified-interface sloth_id=s"
  silences "$outage sev=1" "AnObjective sloth_severity=ticket sev=3 component=unified-interface sloth_id=s"
  leaves "$outage sev=1" "AnObjective sloth_severity=page sev=1 component=a2a sloth_id=s"
done
silences "AnObjective sloth_severity=page sloth_id=s" "AnObjective sloth_severity=ticket sloth_id=s"
leaves "AnObjective sloth_severity=page sloth_id=s" "AnObjective sloth_severity=ticket sloth_id=t"
leaves "AnObjective sloth_severity=ticket sloth_id=s" "AnObjective sloth_severity=page sloth_id=s"

# Two degrees, two views.
pair="source=orchestrator target=research"
silences "A2ALatencyHigh sev=1 $pair" "A2ALatencyHigh sev=2 $pair"
silences "A2ALatencyHigh sev=1 $pair" "A2AHopsSlow sev=2 $pair"
silences "A2AHopsSlow sev=1 $pair" "A2ALatencyHigh sev=2 $pair"
silences "A2AHopsSlow sev=1 $pair" "A2AHopsSlow sev=2 $pair"
silences "A2ALatencyHigh sev=1 $pair" "A2AHopsSlow sev=1 $pair"
silences "A2ALatencyHigh sev=2 $pair" "A2AHopsSlow sev=2 $pair"
leaves "A2AHopsSlow sev=1 $pair" "A2ALatencyHigh sev=1 $pair"
leaves "A2ALatencyHigh sev=2 $pair" "A2AHopsSlow sev=1 $pair"
for other in "source=orchestrator target=intake" "source=intake target=research"; do
  leaves "A2ALatencyHigh sev=1 $pair" "A2ALatencyHigh sev=2 $other"
  leaves "A2ALatencyHigh sev=2 $pair" "A2AHopsSlow sev=2 $other"
done
silences "DocumentProcessingFailing sev=1 pipeline=p" "DocumentFailuresHigh sev=2 pipeline=p"
leaves "DocumentProcessingFailing sev=1 pipeline=p" "DocumentFailuresHigh sev=2 pipeline=q"
silences "PostgresConnectionsHigh sev=2 server=s" "PostgresConnectionsRising sev=3 server=s"
leaves "PostgresConnectionsHigh sev=2 server=s" "PostgresConnectionsRising sev=3 server=t"
silences "CertificateExpiring sev=2 probe=p target=t" "CertificateExpiring sev=3 probe=p target=t"
leaves "CertificateExpiring sev=2 probe=p target=t" "CertificateExpiring sev=3 probe=p target=u"
leaves "CertificateExpiring sev=2 probe=p target=t" "CertificateExpiring sev=3 probe=q target=t"
leaves "CertificateExpiring sev=3 probe=p target=t" "CertificateExpiring sev=2 probe=p target=t"
silences "AustralianLegalViolation sev=1 framework=f" "ComplianceFinding sev=2 framework=f"
leaves "AustralianLegalViolation sev=1 framework=f" "ComplianceFinding sev=2 framework=g"

# What is down cannot be slow, behind or full.
silences "ExporterAbsent sev=3 job=compliance-exporter" "AustralianLegalViolationAbsent sev=2 job=compliance-exporter"
silences "ExporterAbsent sev=3 job=slo-prober" "ProbeAbsent sev=3 job=slo-prober"
leaves "ExporterAbsent sev=3 job=a2a-exporter" "AustralianLegalViolationAbsent sev=2"
silences "ExporterDown sev=3 job=j instance=i" "CollectorFailing sev=3 job=j instance=i"
leaves "ExporterDown sev=3 job=j instance=i" "CollectorFailing sev=3 job=j instance=k"
leaves "ExporterDown sev=3 job=j instance=i" "CollectorFailing sev=3 job=k instance=i"
for behind in FeedDown FeedBehind; do
  silences "RedisDown sev=2 job=j instance=i" "$behind sev=3 job=j instance=i"
  leaves "RedisDown sev=2 job=j instance=i" "$behind sev=3 job=k instance=i"
  leaves "RedisDown sev=2 job=j instance=i" "$behind sev=3 job=j instance=k"
done
silences "PostgresNoPrimary sev=1" "PostgresReplicaLag sev=2 server=replica"
leaves "PostgresDown sev=2 server=other" "PostgresReplicaLag sev=2 server=replica"
silences "ComplianceMonitorDown sev=2" "ComplianceCheckStale sev=2"
silences "ComplianceMonitorDown sev=2" "ComplianceCountsDiffer sev=3 framework=f"

# Nothing reaches over to another cluster.
add here "SystemDown sev=1"
add there "PostgresAllDown sev=1"
printf 'there\theard\tSystemDown elsewhere\tPostgresAllDown sev=1\n' >>"$data/questions"

# The runbook's own four, in a cluster where every alert of the rules fires.
while IFS=$'\t' read -r -a fields; do
  add everything "${fields[*]}"
done < <(awk -f "$alert_rules/tests/labels.awk" "$alert_rules"/*.rules.yml | sed 's/\t[^\t]*{{[^\t]*//g')
for own in "SystemDown sev=1" "A2ALatencyHigh sev=1" "DocumentProcessingSLABreach sev=2" "AustralianLegalViolation sev=1"; do
  printf 'everything\theard\teverything\t%s\n' "$own" >>"$data/questions"
done

jq -R -s 'split("\n") | map(select(. != "") | split("\t")[1] | split(" ") | map(capture("(?<key>[^=]+)=(?<value>.*)")) | from_entries | {labels: .})' \
  "$data/alerts" >"$data/alerts.json"
curl -fsS -H 'Content-Type: application/json' --data-binary "@$data/alerts.json" "$url/api/v2/alerts"

# Prints each question that is answered otherwise.
wrong() {
  curl -fsS "$url/api/v2/alerts" | jq -r --rawfile questions "$data/questions" '
    . as $alerts | $questions | split("\n")[] | select(. != "") | split("\t") as [$cluster, $expected, $source, $target] |
    ($target | split(" ") | ["alertname=" + .[0]] + .[1:] | map(capture("(?<key>[^=]+)=(?<value>.*)")) | from_entries + {cluster: $cluster}) as $labels |
    [$alerts[] | select(.labels | (. + $labels) == . and (.escalation // "") == "")] as $found |
    (if ($found | length) != 1 then "found \($found | length) times"
     elif ($found[0].status.inhibitedBy | length) > 0 then "silent" else "heard" end) as $got |
    select($got != $expected) | "beside \($source), \($target) is \($got), expected \($expected)"'
}
right() { [[ ! $(wrong) ]]; }
((questions > 100)) || fail "only $questions questions"
until_right=$SECONDS
while ! right && ((SECONDS - until_right < 20)); do sleep 0.5; done
right || fail "of $questions questions:"$'\n'"$(wrong)"
note "$questions questions answered as expected"
