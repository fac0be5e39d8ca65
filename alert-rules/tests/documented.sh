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
names=$(cut -f 1 <<<"$alerts" | LC_ALL=C sort -u)

# The page that the rule links to is the alert's own; a step of the escalation links to its incident's.
awk '
  function flush() {
    if (name == "") return
    expected = "https://monitoring.legalllm.com.au/runbooks/" (name == "Escalation" ? "{{ $labels.incident }}" : name)
    if (url != expected) { print name ": runbook_url is \"" url "\", expected " expected; bad = 1 }
    name = url = ""
  }
  /^ *- +(alert|record):/ { flush() }
  /^ *- +alert:/ { name = $NF }
  /^ *runbook_url:/ { url = $0; sub(/^ *runbook_url: */, "", url) }
  END { flush(); exit bad }' "${rules[@]}" || failed=$((failed + 1))
if [[ -f slo.rules.yml ]]; then
  while read -r url; do
    [[ -f runbooks/${url##*/}.md ]] || complain "slo.rules.yml: runbook_url \"$url\" names no page of runbooks/"
  done < <(sed -n 's/^ *runbook_url: *//p' slo.rules.yml | tr -d '"' | sort -u)
fi

while read -r page; do complain "$page: empty"; done < <(find runbooks -empty)
pages=(runbooks/*.md)
pages=("${pages[@]##*/}")
known=$(awk -f tests/labels.awk ./*.rules.yml | cut -f 1 | LC_ALL=C sort -u)
written=$(printf '%s\n' "${pages[@]%.md}" | grep -vx README | LC_ALL=C sort)
while read -r name; do complain "runbooks/$name.md: missing"; done < <(LC_ALL=C comm -23 <(echo "$names") <(echo "$written"))
while read -r name; do complain "runbooks/$name.md: no alert has that name"; done < <(LC_ALL=C comm -13 <(echo "$known") <(echo "$written"))

# shellcheck disable=SC2046,SC2086  # names of alerts have no spaces
awk '
  function wrong(text) { print page ": " text; bad = 1 }
  function finish() {
    if (page == "") return
    if (sections != "What it means,First look,Likely causes,Mending,Escalation,") wrong("has the sections " sections)
    if (section != "" && !text) wrong("nothing under \"" section "\"")
    if (!commands) wrong("no commands under \"First look\"")
  }
  FNR == 1 {
    finish()
    page = FILENAME; sections = section = ""; text = commands = 0
    name = FILENAME; sub(/.*\//, "", name); sub(/\.md$/, "", name)
    if ($0 != "# " name) wrong("expected \"# " name "\" in its first line")
  }
  /^## / {
    if (section != "" && !text) wrong("nothing under \"" section "\"")
    section = substr($0, 4); sections = sections section ","; text = 0
    next
  }
  NF { text = 1 }
  section == "First look" && /^```bash$/ { commands = 1 }
  END { finish(); exit bad }' $(printf 'runbooks/%s.md\n' $written) || failed=$((failed + 1))

# What the pages ask Prometheus is PromQL.
queries=$(sed -n "s/^promtool query instant \"\$PROMETHEUS\" '\(.*\)'\$/\1/p" runbooks/*.md)
if ! said=$(promtool check rules <(echo "$queries" | awk '
  BEGIN { print "groups:\n  - name: pages\n    rules:" }
  { print "      - record: page_" NR "\n        expr: >-\n          " $0 }') 2>&1); then
  complain "a command of the pages is no PromQL: $said"
fi
asked=$(cat runbooks/*.md | grep -c "^promtool query instant")
[[ $asked == $(wc -l <<<"$queries") ]] || complain "of $asked queries in the pages $(wc -l <<<"$queries") were understood"

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
