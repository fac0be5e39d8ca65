#!/usr/bin/env bash
# Makes what deployments need in another form than the one it is kept in: rules as PrometheusRule manifests, the demo's configuration with
# names of services in place of ports on loopback, and kustomizations that list rules and dashboards. `--check` only says what is not
# current, with exit code 1. Nothing it makes is edited by hand.
set -euo pipefail
export LC_ALL=C
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

[[ ${1:---write} == --write || $1 == --check ]] || {
  echo "usage: docker/generate.sh [--check]" >&2
  exit 2
}
check=
[[ ${1:-} == --check ]] && check=yes
made=()
stale=0

# put FILE COMMAND...: what the command prints.
put() {
  local file=$1 text
  shift
  text=$("$@")
  made+=("$file")
  if [[ -e $file && $(<"$file") == "$text" ]]; then return; fi
  if [[ $check ]]; then
    echo "$file: is not what docker/generate.sh makes" >&2
    stale=1
  else
    mkdir -p "${file%/*}"
    printf '%s\n' "$text" >"$file"
    echo "made $file"
  fi
}

# What was made of a source that is gone.
drop_others() {
  local file known
  for file in "$@"; do
    [[ -e $file ]] || continue
    for known in "${made[@]}"; do [[ $file == "$known" ]] && continue 2; done
    if [[ $check ]]; then
      echo "$file: has no source any more" >&2
      stale=1
    else
      rm -- "$file"
      echo "removed $file"
    fi
  done
}

# A rule file's text, two columns to the right, is the spec of its manifest.
prometheus_rule() {
  local name=${1##*/}
  name=${name%.rules.yml}
  cat <<YAML
# Made of $1 by docker/generate.sh. Do not edit.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: legalllm-${name//_/-}
spec:
YAML
  sed -e 's/^/  /' -e 's/ *$//' "$1"
}

# The places of ./fleet's components where each has an address of its own.
places() {
  local agent
  cat <<'TEXT'
POSTGRES postgres:5432
POSTGRES_REPLICA postgres-replica:5432
REDIS_COORDINATOR redis-coordinator:6379
REDIS_QUEUE redis-queue:6379
INTERFACE legalllm-demo:9710
COMPLIANCE_MONITOR legalllm-demo:9711
DEMO_CONTROL legalllm-demo:9712
A2A_EXPORTER a2a-exporter:9701
DOCUMENT_EXPORTER document-exporter:9702
PG_HEALTH_EXPORTER pg-health-exporter:9703
COMPLIANCE_EXPORTER compliance-exporter:9704
CONSENT_EXPORTER consent-exporter:9705
SLO_PROBER slo-prober:9706
REDIS_HEALTH_EXPORTER redis-health-exporter:9707
PROMETHEUS prometheus:9090
ALERTMANAGER alertmanager:9093
RECEIVER alert-receiver:9740
RECEIVER_SMTP alert-receiver:9741
TEXT
  for agent in {0..9}; do echo "AGENT_$agent legalllm-demo:$((9721 + agent))"; done
}

# demo_config FILE: it in the words of docker/compose.yml.
demo_config() {
  local script=() name place text
  while read -r name place; do
    script+=(-e "s/127\.0\.0\.1:\${FLEET_PORT_$name}/$place/g" -e "s/127\.0\.0\.1:@FLEET_PORT_$name@/$place/g")
  done < <(places)
  script+=(-e 's|@FLEET_ROOT@/alert-rules|/etc/alert-rules|')
  # What ./fleet's comments say of its own placeholders.
  script+=(-e 's/ @FLEET_\.\.\.@ is filled in by \.\/fleet\.//' -e 's/ @FLEET_\.\.\.@ is filled in by \.\/fleet; for/ For/')
  text=$(sed "${script[@]}" "$1")
  if grep -n -e FLEET_ -e '127\.0\.0\.1' <<<"$text" >&2; then
    echo "$1: the lines above name a place that docker/generate.sh does not know" >&2
    exit 1
  fi
  printf '# Made of %s by docker/generate.sh. Do not edit.\n%s\n' "$1" "$text"
}

kustomization() {
  printf '# Made by docker/generate.sh. Do not edit.\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'
}

# prefix TEXT WORDS...: a line each.
prefix() {
  local word
  for word in "${@:2}"; do printf '%s%s\n' "$1" "$word"; done
}

rule_manifests() {
  kustomization
  echo resources:
  prefix "  - " "${rules[@]/%.rules.yml/.yml}"
}

# kustomize reads files of its own directory only, so this one and the next stand beside what they list.
rule_files() {
  kustomization
  printf 'configMapGenerator:\n  - name: legalllm-alert-rules\n    files:\n'
  prefix "      - " "${rules[@]}"
  echo 'generatorOptions: {disableNameSuffixHash: true}'
}

dashboard_files() {
  local file
  kustomization
  echo "# Grafana's sidecar looks for the label, and takes a change without a restart: so no hash in the names."
  echo configMapGenerator:
  for file in "${dashboards[@]}"; do
    printf '  - name: grafana-dashboard-%s\n    files: [%s]\n' "${file%.json}" "$file"
  done
  printf 'generatorOptions:\n  disableNameSuffixHash: true\n  labels: {grafana_dashboard: "1"}\n'
}

manifests=docker/kubernetes/components/operator/rules
rules=(alert-rules/*.rules.yml)
rules=("${rules[@]##*/}")
for file in "${rules[@]}"; do put "$manifests/${file/%.rules.yml/.yml}" prometheus_rule "alert-rules/$file"; done
put $manifests/kustomization.yml rule_manifests
drop_others $manifests/*
put alert-rules/kustomization.yml rule_files

dashboards=(dashboards/*.json)
if [[ -e ${dashboards[0]} ]]; then
  dashboards=("${dashboards[@]##*/}")
  put dashboards/kustomization.yml dashboard_files
fi

config=docker/demo/config
for file in demo/config/*.yml; do put "$config/${file##*/}" demo_config "$file"; done
put $config/prometheus/prometheus.yml demo_config demo/prometheus.yml.in
put $config/alertmanager/alertmanager.yml demo_config alert-rules/alertmanager/alertmanager.yml.in
put $config/alertmanager/legalllm.tmpl cat alert-rules/alertmanager/legalllm.tmpl
drop_others $config/*.yml $config/*/*
exit "$stale"
