#!/usr/bin/env bash
# alert-rules/slo.rules.yml is what `slo_rules generate` makes of slo/legalllm.yml today. Usage: current.sh SLO_RULES
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
"$1" generate --slo-period-windows-path=slo/alert_windows.yml slo/legalllm.yml | diff -u alert-rules/slo.rules.yml - || {
  echo "generate it again: the command is in slo/legalllm.yml" >&2
  exit 1
}
