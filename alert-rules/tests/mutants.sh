#!/usr/bin/env bash
# Do the tests notice when a rule or a route is wrong? Makes small mistakes, one at a time, in a copy of alert-rules/, and runs the tests
# that CI runs on it; but not the comparison of slo.rules.yml with what slo_rules makes, which any mistake would fail. By hand: it takes
# minutes.
# usage: mutants.sh [COUNT [I/N]]   a sample of COUNT (200), always the same: of the rules, the objectives' rules and Alertmanager's
#                                   configuration as many of each kind of mistake; 0: all. I/N: the I-th of N parts of it
#        mutants.sh --list          all mutants: kind, file:line, the line with the mistake
# Exit code 1 if more than one in twenty survives.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
source_dir=$(cd -- "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Every mutant on a line: kind, file, line, new text of that line; tab-separated.
mutants() {
  local file
  cd "$source_dir/alert-rules"
  for file in *.rules.yml; do
    awk -v file="$file" -f "$here/mutants.awk" "$file"
  done
  awk -v file=alertmanager/alertmanager.yml.in -f "$here/mutants.awk" alertmanager/alertmanager.yml.in
}
mutants >"$work/all"
total=$(wc -l <"$work/all")

if [[ ${1:-} == --list ]]; then
  awk -F '\t' '{ print $1 " " $2 ":" $3 ": " $4 }' "$work/all"
  exit
fi
count=${1:-200} part=${2:-1/1}
if ((count == 0 || count > total)); then count=$total; fi
awk -F '\t' -v count="$count" -v total="$total" -v part="${part%/*}" -v parts="${part#*/}" '
  {
    where = $2 == "slo.rules.yml" ? "objectives" : $2 ~ /^alertmanager/ ? "routes" : "rules"
    kind[NR] = where " " $1; line[NR] = $0
    if (++size[kind[NR]] == 1) ++kinds
  }
  END {
    for (i = 1; i <= NR; ++i) {
      k = kind[i]
      wanted = count == total ? size[k] : count / kinds
      share = wanted / size[k]; if (share > 1) share = 1
      if (int(++seen[k] * share + 1e-9) > int((seen[k] - 1) * share + 1e-9) && ++chosen % parts == part % parts) print line[i]
    }
  }' "$work/all" >"$work/sample"

# What CI does with these files; the first failure is enough. Of the rule tests only those that read the file can tell.
caught() {
  local file=$1 test
  cd "$work/alert-rules"
  if [[ $file == *.rules.yml ]]; then
    promtool check rules --lint=all --lint-fatal "$file" || return 0
    # First what is quick: the others that read slo.rules.yml go through weeks, half a minute each.
    [[ $file != slo.rules.yml ]] || tests/objectives.sh || return 0
    for test in tests/*.test.yml; do
      if grep -q "^rule_files:.*\.\./$file" "$test"; then promtool test rules "$test" || return 0; fi
    done
    tests/documented.sh || return 0
  else
    sed 's/@FLEET_[A-Z_]*@/9/g' "$file" >"$work/alertmanager.yml"
    cp alertmanager/legalllm.tmpl "$work/"
    amtool check-config "$work/alertmanager.yml" || return 0
    tests/windows.sh "$work/alertmanager.yml" || return 0
    tests/routes.sh "$work/alertmanager.yml" || return 0
    "$source_dir/tests/e2e/inhibition_test.sh" "$work/alertmanager.yml" "$work/alert-rules" || return 0
  fi
  return 1
}

# Else every mutant would be killed by what fails anyway.
cp -r "$source_dir/alert-rules" "$work/alert-rules"
while read -r file <&3; do
  if said=$(caught "$file" 2>&1); then
    echo "$file fails its tests without any mistake: $said" >&2
    exit 2
  fi
done 3< <(cut -f 2 "$work/sample" | sort -u)

survived=0 tried=0
while IFS=$'\t' read -r kind file line text <&3; do
  rm -rf "$work/alert-rules"
  cp -r "$source_dir/alert-rules" "$work/alert-rules"
  mutated=$text awk -v line="$line" 'NR == line { print ENVIRON["mutated"]; next } { print }' \
    "$source_dir/alert-rules/$file" >"$work/alert-rules/$file"
  tried=$((tried + 1))
  if (caught "$file") >/dev/null 2>&1; then
    result=killed
  else
    result=SURVIVED
    survived=$((survived + 1))
  fi
  printf '%-8s %-10s %s:%s: %s\n' "$result" "$kind" "$file" "$line" "${text#"${text%%[! ]*}"}"
done 3<"$work/sample"
echo "of $tried mutants ($total in all) $((tried - survived)) were killed, $survived survived"
((survived * 20 <= tried))
