#!/usr/bin/env bash
# The records of slo.rules.yml beside what the objectives promise, and each of its alerts at its very thresholds. Seven objectives with two
# alerts and four pairs of windows each are more than anybody writes down by hand, so the tests for promtool are made here: of what the
# objectives promise and of what happened, never of the rules.
# usage: objectives.sh [RULES]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
rules=$(realpath -- "${1:-$here/../slo.rules.yml}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Objective, percent, how many events a long window needs, what its total counts (per second, or looks), what the ratio of its period
# weighs; its alert, sev and severity of the page, team, component. A ticket is always sev 3.
cat >"$work/objectives" <<'END'
interface-traffic        99.9 200 second events InterfaceTrafficSLO      1 critical platform  unified-interface
interface-probes         99.9 200 second time   InterfaceProbesSLO       1 critical platform  unified-interface
a2a-latency              95   20  second events A2ALatencySLO            2 warning  platform  a2a
document-batches         95   5   second events DocumentBatchesSLO       2 warning  documents documents
database-recovery-point  99.9 60  look   time   DatabaseRecoveryPointSLO 2 warning  platform  postgresql
database-recovery-time   99.9 60  look   time   DatabaseRecoveryTimeSLO  1 critical platform  postgresql
compliance-fresh         99.5 60  look   time   ComplianceFreshSLO       2 warning  legal     compliance
END

"$here/objectives_records.py" "$rules" "$work/objectives"
test=$work/thresholds.test.yml
awk -v rules="$rules" -f "$here/objectives.awk" -f "$here/objectives_thresholds.awk" "$work/objectives" >"$test"
promtool test rules "$test"
