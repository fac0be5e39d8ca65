#!/usr/bin/env bash
# units.sh SOURCE BUILD: an instance of the unit for each program is exposed by less than 2.0, and systemd understands every line.
set -euo pipefail
unit=$1/docker/systemd/legalllm-fleet@.service
command -v systemd-analyze >/dev/null || {
  echo "skipped: there is no systemd-analyze"
  exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$unit" "$scratch/"

report=$(systemd-analyze security --offline=true --no-pager "$scratch/legalllm-fleet@.service" 2>&1)
exposure=$(sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p' <<<"$report")
[[ $exposure ]] || {
  echo "$report"
  exit 1
}
echo "exposure $exposure"
awk -v exposure="$exposure" 'BEGIN { exit !(exposure < 2.0) }' || {
  grep '^✗' <<<"$report"
  exit 1
}
# A word that systemd does not know is a warning and no more, and the line has no effect.
unknown=$(grep -iE "unknown|invalid|failed to parse|ignoring" <<<"$report" || true)
[[ ! $unknown ]] || {
  echo "$unknown"
  exit 1
}
