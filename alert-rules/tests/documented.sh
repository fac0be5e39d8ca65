#!/usr/bin/env bash
# Every alert has a section in runbooks.md and links to it; every section has an alert.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
failed=0
while read -r alert; do
  grep -qx "## $alert" runbooks.md || { echo "runbooks.md: no section \"## $alert\"" && failed=1; }
  grep -qF "/runbooks#${alert,,}" ./*.rules.yml || { echo "$alert: no runbook_url ending in #${alert,,}" && failed=1; }
done < <(sed -n 's/^ *- alert: //p' ./*.rules.yml | sort -u)
while read -r section; do
  grep -q "^ *- alert: $section$" ./*.rules.yml || { echo "runbooks.md: no alert is called $section" && failed=1; }
done < <(sed -n 's/^## //p' runbooks.md)
exit "$failed"
