#!/usr/bin/env bash
# What lint/outside.yml says that our own programs export, they do: each name stands in a source, whole or less the prefix that the program
# puts before it. So a metric that is renamed in the code and not in the rules is noticed, though no golden page has it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
names=$(awk '/^  programs of the fleet/ { inside = 1; next } /^  [^ ]/ { inside = 0 } inside && /^    [a-z]/ { sub(/:.*/, ""); print $1 }' \
  alert-rules/lint/outside.yml)
strings=$(grep -rhoE --include='*.cpp' --include='*.hpp' '"[a-z_][a-z0-9_]+"' core exporters probers demo | tr -d '"' | sort -u)
failed=0
while read -r name; do
  found=
  for prefix in "" a2a_exporter document_exporter pg_health_exporter redis_health_exporter compliance_exporter consent_exporter \
    slo_prober redis_ redis_config_; do
    [[ $prefix && $name != "$prefix"* ]] && continue
    if grep -qxF -- "${name#"$prefix"}" <<<"$strings"; then found=1; fi
  done
  if [[ ! $found ]]; then
    echo "alert-rules/lint/outside.yml: no source has $name"
    failed=1
  fi
done <<<"$names"
[[ $(wc -l <<<"$names") -ge 40 ]] || { echo "of lint/outside.yml only $(wc -l <<<"$names") names were understood"; failed=1; }
exit "$failed"
