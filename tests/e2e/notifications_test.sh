#!/usr/bin/env bash
# What people read: the runbook's incident message in Slack and mail, the page, the draft of the letter to clients, word by word.
# usage: notifications_test.sh ALERT_RULES_DIR BIN_DIR
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/expect.sh
source "$here/expect.sh"
# shellcheck source=tests/e2e/judges.sh
source "$here/judges.sh"
judges_prepare "$@"
alertmanager_configure -e 's/mute_time_intervals: .*/mute_time_intervals: []/'
receiver_start
alertmanager_start
none={}

# alert NAME LABELS-JSON [ANNOTATIONS-JSON [END]]: began at 02:03:04 of a day in summer, by Sydney's clock in the afternoon.
alert() {
  jq -n --arg name "$1" --argjson labels "$2" --argjson annotations "${3:-$none}" --arg until "${4:-2099-01-01T00:00:00Z}" '[{startsAt: "2026-01-02T02:03:04Z", endsAt: $until,
    labels: ({alertname: $name, cluster: "test"} + $labels),
    annotations: ({summary: "What it is.", description: "What happens.", impact: "Whom it hurts.",
      runbook_url: ("https://monitoring.legalllm.com.au/runbooks/" + $name)} + $annotations)}]' |
    curl -fsS -H 'Content-Type: application/json' --data-binary @- "$alertmanager/api/v2/alerts"
}
# message CHANNEL RECIPIENT ALERTNAME STATUS: the text of the one that came, less trailing space.
message() {
  all_received ".channel == \"$1\" and .recipient == \"$2\" and .alertname == \"$3\" and .status == \"$4\"" | jq -rs '.[0].text // empty' | sed 's/[[:space:]]*$//'
}
# reads CHANNEL RECIPIENT ALERTNAME STATUS TEXT
reads() {
  local text=$5 what="$1 to $2 of $3, $4"
  there() { [[ $(message "$@") ]]; }
  within 30 "$what" there "${@:1:4}"
  diff <(echo "$(message "${@:1:4}")") <(echo "$text") >&2 || fail "$what reads otherwise"
}

alert SystemDown '{"sev": "1", "team": "platform", "component": "unified-interface"}'
reads slack '#legalllm-incidents' SystemDown firing 'What it is.

🚨 INCIDENT ALERT - SEV1
Service: unified-interface
Issue: What happens.
Impact: Whom it hurts.
Status: INVESTIGATING
Assigned: @devops-oncall
Time: 2026-01-02 02:03:04 UTC
Incident ID: INC-2026-0102-020304
Runbook: https://monitoring.legalllm.com.au/runbooks/SystemDown'
within 30 "the page" any_received '.channel == "page" and .recipient == "page" and .alertname == "SystemDown" and
  .summary == "What it is." and .text == "What happens." and .labels.sev == "1"'
any_received '.channel == ("mail", "legal")' && fail "severity 1 is neither mailed nor the legal team's"

alert A2ALatencyHigh '{"sev": "2", "team": "platform", "component": "a2a"}'
sev2='What it is.

🚨 INCIDENT ALERT - SEV2
Service: a2a
Issue: What happens.
Impact: Whom it hurts.
Status: INVESTIGATING
Assigned: @devops-oncall
Time: 2026-01-02 02:03:04 UTC
Incident ID: INC-2026-0102-020304
Runbook: https://monitoring.legalllm.com.au/runbooks/A2ALatencyHigh'
reads slack '#legalllm-incidents' A2ALatencyHigh firing "$sev2"
reads mail oncall@legalllm.com.au A2ALatencyHigh firing "$sev2"
any_received '.channel == "page" and .alertname == "A2ALatencyHigh"' && fail "severity 2 pages"

alert A2ALatencyHigh '{"sev": "2", "team": "platform", "component": "a2a"}' '{}' 2026-01-02T02:33:04Z
resolved=${sev2/INVESTIGATING/RESOLVED}
resolved=${resolved/02:03:04 UTC/02:33:04 UTC}
reads slack '#legalllm-incidents' A2ALatencyHigh resolved "$resolved"
reads mail oncall@legalllm.com.au A2ALatencyHigh resolved "$resolved"

alert AustralianLegalViolation '{"sev": "1", "team": "legal", "component": "compliance", "framework": "privacy_act_1988"}'
within 30 "a violation pages" any_received '.channel == "page" and .alertname == "AustralianLegalViolation"'
within 30 "and the legal team hears of it" any_received '.channel == "legal" and .alertname == "AustralianLegalViolation"'
law='What it is.

🚨 INCIDENT ALERT - SEV1
Service: compliance
Issue: What happens.
Impact: Whom it hurts.
Status: INVESTIGATING
Assigned: @legal-compliance
Time: 2026-01-02 02:03:04 UTC
Incident ID: INC-2026-0102-020304
Runbook: https://monitoring.legalllm.com.au/runbooks/AustralianLegalViolation'
reads slack '#legalllm-compliance' AustralianLegalViolation firing "$law"
alert ComplianceFinding '{"sev": "2", "team": "legal", "component": "compliance", "framework": "evidence_act_1995"}'
reads mail legal-compliance@legalllm.com.au ComplianceFinding firing "$(sed 's/SEV1/SEV2/; s/AustralianLegalViolation/ComplianceFinding/' <<<"$law")"

alert ExporterDown '{"sev": "3", "team": "platform", "component": "fleet"}'
reads slack '#legalllm-ops' ExporterDown firing "$(sed 's/SEV2/SEV3/; s/: a2a/: fleet/; s/A2ALatencyHigh/ExporterDown/' <<<"$sev2")"
alert AnObjective '{"sev": "3", "sloth_severity": "ticket", "sloth_id": "s-a", "sloth_service": "a service"}'
reads mail tickets@legalllm.com.au AnObjective firing "$(sed 's/SEV2/SEV3/; s/: a2a/: a service/; s/A2ALatencyHigh/AnObjective/' <<<"$sev2")"

# A step of an escalation has its incident's id, and the lead gets the draft.
alert SystemUnreachable '{"sev": "1", "team": "platform", "component": "unified-interface", "escalation": "lead", "cluster": "another"}' \
  '{"incident_id": "INC-2026-0102-013304"}'
reads slack '#legalllm-incidents' SystemUnreachable firing 'What it is.

🚨 INCIDENT ALERT - SEV1
Service: unified-interface
Issue: What happens.
Impact: Whom it hurts.
Status: INVESTIGATING
Assigned: @technical-lead
Time: 2026-01-02 02:03:04 UTC
Incident ID: INC-2026-0102-013304
Runbook: https://monitoring.legalllm.com.au/runbooks/SystemUnreachable'
reads mail technical-lead@legalllm.com.au '' '' 'Draft for INC-2026-0102-013304 SystemUnreachable - not sent to any client.
Fill in the brackets; the Legal Technology Director authorises it.

Subject: LegalLLM Service Update - 2026-01-02 02:03 UTC

Dear [Client/Practice Name],

We are currently experiencing [brief description: What happens.] with our LegalLLM
Professional service.

Impact: [specific impact on their usage: Whom it hurts.]
Expected Resolution: [timeline]
Current Status: [what we are doing]

We will provide updates every [frequency] until resolved.

Australian legal compliance and data security remain fully maintained. [Confirm before sending.]

For urgent matters, please contact: [emergency contact]

LegalLLM Operations Team'

# Of an incident of compliance nobody writes that compliance is maintained.
alert AustralianLegalViolation '{"sev": "1", "team": "legal", "component": "compliance", "framework": "f", "escalation": "director"}'
within 30 "the director's draft" any_received '.channel == "mail" and .recipient == "legal-technology-director@legalllm.com.au" and
  (.text | contains("The Legal Compliance Officer words this paragraph") and (contains("remain fully maintained") | not))'
