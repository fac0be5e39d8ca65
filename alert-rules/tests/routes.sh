#!/usr/bin/env bash
# Every alert of the rules, with every label that the rules give it, goes to the receivers that the runbook's severities ask for; and so
# do the labels that others' rules have. Asked of amtool, one by one, so that no alert is forgotten.
# usage: routes.sh ALERTMANAGER_CONFIG
set -euo pipefail
config=$1
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
tried=0 failed=0

# Sets `expected` from the labels in the associative array `label`. What the runbook says, not how the configuration says it.
expect() {
  local team=${label[team]:-} sev=${label[sev]:-}
  if [[ ${label[alertname]} == Watchdog ]]; then expected=dead-man
  elif [[ ${label[escalation]:-} ]]; then expected=page-${label[escalation]}
  elif [[ $sev == 1 && $team == legal ]]; then expected=page-and-legal
  elif [[ $sev == 1 ]]; then expected=page
  elif [[ ${label[sloth_severity]:-} == ticket ]]; then expected=ticket
  elif [[ $sev == 2 && $team == legal ]]; then expected=legal-mail
  elif [[ $sev == 2 ]]; then expected=slack-and-mail
  elif [[ $sev == [34] && $team == legal ]]; then expected=slack-compliance
  elif [[ $sev == [34] ]]; then expected=slack-operations
  elif [[ ${label[sloth_severity]:-} == page ]]; then expected=page
  else expected=slack
  fi
}

# try LABEL=VALUE...
try() {
  local pair expected got
  local -A label=()
  for pair in "$@"; do label[${pair%%=*}]=${pair#*=}; done
  expect
  tried=$((tried + 1))
  got=$(amtool config routes test --config.file="$config" "$@" 2>&1 | grep -v "^Warning: --config.file")
  if [[ $got != "$expected" ]]; then
    echo "$*: goes to $got, expected $expected"
    failed=$((failed + 1))
  fi
}

while IFS=$'\t' read -r -a fields; do
  labels=("alertname=${fields[0]}")
  for pair in "${fields[@]:1}"; do
    if [[ $pair == *"{{"* ]]; then pair=${pair%%=*}=high; fi
    labels+=("$pair")
  done
  # The steps have their alert's name and labels, from its firing series (alert_relabel_configs).
  if [[ ${fields[0]} == Escalation ]]; then
    try alertname=SystemDown incident=SystemDown sev=1 severity=critical team=platform "${labels[@]:1}"
    try alertname=AustralianLegalViolation incident=AustralianLegalViolation sev=1 team=legal framework=f "${labels[@]:1}"
    try alertname=DocumentProcessingSLABreach incident=DocumentProcessingSLABreach sev=2 team=documents "${labels[@]:1}"
  fi
  try "${labels[@]}"
done < <(awk -f "$here/labels.awk" "$here"/../*.rules.yml)

rules=$(cat "$here"/../*.rules.yml | grep -c '^ *- alert:')
read_rules=$(awk -f "$here/labels.awk" "$here"/../*.rules.yml | wc -l)
if [[ $rules != "$read_rules" ]]; then
  echo "of $rules alerts only $read_rules were understood by labels.awk"
  failed=$((failed + 1))
fi

# Rules that are generated or come from elsewhere.
try alertname=AnObjective sloth_severity=page sloth_id=s-a sev=1 team=platform
try alertname=AnObjective sloth_severity=ticket sloth_id=s-a sev=3 team=platform
try alertname=AnObjective sloth_severity=ticket sloth_id=s-a sev=2 team=platform
try alertname=AnObjective sloth_severity=page sloth_id=s-a
try alertname=AnObjective sloth_severity=ticket sloth_id=s-a
try alertname=SomethingNew
try alertname=SomethingNew sev=1 team=documents
try alertname=SomethingNew sev=4 team=documents

echo "$tried label sets tried, $failed wrong"
((failed == 0))
