#!/usr/bin/env bash
# Every alert of the pack, caused by a fault in the demo, through the real Prometheus and Alertmanager to its receivers with its text. Fails
# for each alert of the rule files that was not proven, so a new one needs its fault here.
# usage: every_alert_test.sh SOURCE_DIR BIN_DIR [GROUP...]     a GROUP is a rule file less its .rules.yml; without any, all of them
# In the environment: FLEET_KEEP=DIR leaves what the receiver got, the rules and every log there.
set -euo pipefail
source_dir=$(cd -- "$1" && pwd)
FLEET_BIN=$(cd -- "$2" && pwd)
export FLEET_BIN
shift 2
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
for part in expect every_alert/scaled_tree every_alert/journal every_alert/proof every_alert/machinery every_alert/beside every_alert/clusters; do
  # shellcheck source=/dev/null
  source "$here/$part.sh"
done

all_groups=(compliance backups certificates documents a2a redis database legalllm availability slo escalation fleet)
groups=("$@")
if ((${#groups[@]} == 0)); then groups=("${all_groups[@]}"); fi
for rule_file in "$source_dir"/alert-rules/*.rules.yml; do
  group=$(basename "$rule_file" .rules.yml)
  [[ " ${all_groups[*]} " == *" $group "* ]] || fail "no faults for $rule_file: write every_alert/$group.sh"
done
for group in "${groups[@]}"; do
  [[ " ${all_groups[*]} " == *" $group "* ]] || fail "no group is called $group; there are: ${all_groups[*]}"
done
for group in "${all_groups[@]}"; do
  # shellcheck source=/dev/null
  source "$here/every_alert/$group.sh"
done

# A group's part in a stage is a function GROUP_STAGE. In the order of time:
#   prepare  before anything runs: what the demo's configuration needs for the faults
#   absent   Prometheus does not know the unified interface and the prober yet
#   alone    all is well: faults that others would hide (inhibit_rules of alertmanager.yml.in)
#   begin    faults that get along with each other are put in force, none is waited for
#   prove    the same are waited for and mended, and what needs an order is done in order
#   late     what takes its ten minutes is waited for
#   last     faults that hide much or stop the judges themselves
#   end      after which the system is not itself any more
stage() {
  local group
  note "== $1"
  for group in "${groups[@]}"; do
    if declare -F "${group}_$1" >/dev/null; then "${group}_$1"; fi
  done
}

machinery_prepare
stage prepare
machinery_start
stage absent
machinery_complete
stage alone
stage begin
stage prove
stage late
stage last
stage end
verdict
