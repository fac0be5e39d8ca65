# shellcheck shell=bash disable=SC2154
# All that the receiver has got. It remembers the last 1000 notifications only, so they are copied while it runs.

journal_begin() {
  journal=$work/journal
  : >"$journal"
  (
    trap - EXIT
    while sleep 1; do
      curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_RECEIVER/received" 2>/dev/null | jq -c '.[]' 2>/dev/null || true
    done | awk '!seen[$0]++ { print; fflush() }' >>"$journal"
  ) &
  journal_pid=$!
}

journal_end() {
  if [[ ${journal_pid:-} ]]; then pkill -P "$journal_pid" 2>/dev/null || true; kill "$journal_pid" 2>/dev/null || true; fi
}

# rules_read: the alerts of the rule files as Prometheus has them, one JSON object each; `key` is NAME/SEVERITY or Escalation/STEP.
rules_read() {
  curl -fsS -m 10 "http://127.0.0.1:$FLEET_PORT_PROMETHEUS/api/v1/rules?type=alert" | jq -c '
    .data.groups[] | (.file | sub(".*/"; "") | sub("\\.rules\\.yml$"; "")) as $group | .rules[] |
    {group: $group, alert: .name, sev: (.labels.sev // ""), team: (.labels.team // ""), step: (.labels.escalation // ""),
     ticket: (.labels.sloth_severity == "ticket"), summary: .annotations.summary, runbook: .annotations.runbook_url} |
    .key = .alert + "/" + (if .step != "" then .step else .sev end)' >"$work/rules"
  local shipped
  shipped=$(cat "$source_dir"/alert-rules/*.rules.yml | grep -cE '^ +- alert: ')
  [[ $(wc -l <"$work/rules") == "$shipped" ]] || fail "Prometheus has $(wc -l <"$work/rules") alerts, the rule files $shipped"
  [[ ! $(jq -r .key "$work/rules" | sort | uniq -d) ]] || fail "two alerts with one name and severity: $(jq -r .key "$work/rules" | sort | uniq -d)"
}
