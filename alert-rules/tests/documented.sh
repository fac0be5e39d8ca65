#!/usr/bin/env bash
# Every alert links to its page, every page has its sections and belongs to an alert, and the index in runbooks/README.md has each alert
# with its labels. FLEET_UPDATE_GOLDEN=1 writes the index anew: read the diff, a change of severity is a change of who is called.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
failed=0
complain() {
  echo "$*"
  failed=$((failed + 1))
}

# Generated rules may share a page; the index leaves them out, because their labels are their generator's business.
rules=()
for file in *.rules.yml; do
  [[ $file == slo.rules.yml ]] || rules+=("$file")
done
alerts=$(awk -f tests/labels.awk "${rules[@]}")

# The page that the rule links to is the alert's own; a step of the escalation links to its incident's.
while IFS=$'\t' read -r alert url; do
  # shellcheck disable=SC2016  # it is Prometheus' template
  case $alert in
    Escalation) expected='https://monitoring.legalllm.com.au/runbooks/{{ $labels.incident }}' ;;
    *) expected=https://monitoring.legalllm.com.au/runbooks/$alert ;;
  esac
  [[ $url == "$expected" ]] || complain "$alert: runbook_url is \"$url\", expected $expected"
done < <(awk '
  function flush() { if (name != "") print name "\t" url; name = url = "" }
  /^ *- +(alert|record):/ { flush() }
  /^ *- +alert:/ { name = $NF }
  /^ *runbook_url:/ { url = $0; sub(/^ *runbook_url: */, "", url) }
  END { flush() }' "${rules[@]}")

sections='## What it means
## First look
## Likely causes
## Mending
## Escalation'
while read -r alert; do
  page=runbooks/$alert.md
  [[ -f $page ]] || { complain "$page: missing" && continue; }
  [[ $(head -n 1 "$page") == "# $alert" ]] || complain "$page:1: expected \"# $alert\""
  [[ $(grep '^## ' "$page") == "$sections" ]] || complain "$page: expected the sections" "$sections"
  awk -v page="$page" '
    /^## / { if (section != "" && !text) { print page ": nothing under \"" section "\""; bad = 1 } section = $0; text = 0; next }
    NF { text = 1 }
    section == "## First look" && /^```bash$/ { commands = 1 }
    END {
      if (!text) { print page ": nothing under \"" section "\""; bad = 1 }
      if (!commands) { print page ": no commands under \"## First look\""; bad = 1 }
      exit bad }' "$page" || failed=$((failed + 1))
done < <(cut -f 1 <<<"$alerts" | sort -u)

if [[ -f slo.rules.yml ]]; then
  while read -r url; do
    [[ -f runbooks/${url##*/}.md ]] || complain "slo.rules.yml: runbook_url \"$url\" names no page of runbooks/"
  done < <(sed -n 's/^ *runbook_url: *//p' slo.rules.yml | tr -d '"' | sort -u)
fi
known=$(awk -f tests/labels.awk ./*.rules.yml | cut -f 1 | sort -u)
for page in runbooks/*.md; do
  name=$(basename "$page" .md)
  [[ $name == README ]] || grep -qx "$name" <<<"$known" || complain "$page: no alert has that name"
done

index=$(awk -F '\t' '
  { delete label
    for (i = 2; i <= NF; ++i) { equals = index($i, "="); label[substr($i, 1, equals - 1)] = substr($i, equals + 1) }
    printf "| [%s](%s.md) | %s | %s | %s | %s | %s |\n", $1, $1, label["sev"], label["severity"], label["team"], label["component"],
      label["escalation"] }' <<<"$alerts" | LC_ALL=C sort)
if [[ ${FLEET_UPDATE_GOLDEN:-} ]]; then
  { sed '/^| \[/d' runbooks/README.md && echo "$index"; } >runbooks/README.new
  mv runbooks/README.new runbooks/README.md
fi
diff <(grep '^| \[' runbooks/README.md) <(echo "$index") >&2 || complain "runbooks/README.md: the index is not that of the rules"
((failed == 0))
