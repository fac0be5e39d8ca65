#!/usr/bin/env bash
# configs.sh SOURCE BUILD: the programs take the configurations of containers, with the addresses and passwords that compose and Kubernetes give.
set -euo pipefail
source=$1 bin=$2/bin
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# accepted WHAT PROGRAM FILE
accepted() {
  local said
  if ! said=$("$bin/$2" --config.check --config.file="$3" 2>&1); then
    echo "$1: $said"
    failed=1
  fi
}

pairs=(a2a_exporter:a2a document_exporter:documents pg_health_exporter:postgres redis_health_exporter:redis
  compliance_exporter:compliance consent_exporter:consent slo_prober:prober)
for pair in "${pairs[@]}"; do accepted demo "${pair%:*}" "$source/docker/demo/config/${pair#*:}.yml"; done

# What Kubernetes puts into the environment, and a file for each secret that compose names.
while IFS='=' read -r name value; do export "$name=$value"; done < <(sed -n 's/^ *- \([A-Z_]*=.*\)/\1/p' "$source/docker/config/kustomization.yml")
export FLEET_SECRETS=$scratch
while read -r name; do echo "not a password" >"$scratch/$name"; done < <(sed -n 's/^ *\([a-z_]*\): {file: .*/\1/p' "$source/docker/compose.exporters.yml")
[[ -s $scratch/postgres && ${POSTGRES_PRIMARY:-} ]] || {
  echo "found no secrets or no addresses"
  exit 1
}
for pair in "${pairs[@]}"; do accepted containers "${pair%:*}" "$source/docker/config/${pair#*:}.yml"; done

# compose.exporters.yml gives all that the files ask for.
while read -r name; do
  grep -q "^    $name:" "$source/docker/compose.exporters.yml" || {
    echo "compose.exporters.yml does not set $name"
    failed=1
  }
done < <(grep -oh '\${[A-Z_]*}' "$source"/docker/config/*.yml | tr -d '${}' | sort -u)
exit "$failed"
