#!/usr/bin/env bash
# Makes the JSON that Grafana loads of the jsonnet beside it. With --check nothing is written: exit code 1 if a file is not current.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
check=${1:-}
case $check in
  '' | --check) ;;
  *)
    echo "usage: generate.sh [--check]" >&2
    exit 2
    ;;
esac
failed=0
made=$(mktemp)
trap 'rm -f "$made"' EXIT
for source in *.jsonnet; do
  json=${source%.jsonnet}.json
  jsonnet "$source" >"$made"
  if [[ ! $check ]]; then
    cat "$made" >"$json"
  elif ! diff -u --label "$json" --label "of $source" "$json" "$made" | head -n 20; then
    echo "$json is not what $source makes: run dashboards/generate.sh" >&2
    failed=1
  fi
done
for json in *.json; do
  [[ -e ${json%.json}.jsonnet ]] || { echo "$json has no source" >&2 && failed=1; }
done
exit "$failed"
