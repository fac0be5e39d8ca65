#!/usr/bin/env bash
# kustomize.sh SOURCE BUILD: the overlays build, and hold what they should. Without kubectl the test is skipped; deployment_test reads the
# sources all the same.
set -euo pipefail
source=$1
command -v kubectl >/dev/null || {
  echo "skipped: there is no kubectl"
  exit 77
}
compgen -G "$source/dashboards/*.json" >/dev/null || {
  echo "skipped: there are no dashboards yet"
  exit 77
}
for overlay in production plain-prometheus; do
  page=$(kubectl kustomize "$source/docker/kubernetes/overlays/$overlay")
  count() { grep -c "^$1" <<<"$page" || true; }
  fields() { grep -cE "^ *(- )?$1" <<<"$page" || true; }
  deployments=$(count "kind: Deployment")
  echo "$overlay: $(count kind:) objects"
  for line in "automountServiceAccountToken: false" "runAsNonRoot: true" "readOnlyRootFilesystem: true" "allowPrivilegeEscalation: false" "type: RuntimeDefault"; do
    [[ $(fields "$line\$") == "$deployments" ]] || {
      echo "$overlay: $deployments Deployments, and \"$line\" $(fields "$line\$") times"
      exit 1
    }
  done
  # Everything is in the namespace, and every generated name that is used is the one that was made.
  outside=$(awk 'BEGIN { RS = "\n---\n" } !/\n  namespace: legalllm-multiagent(\n|$)/ { print }' <<<"$page")
  [[ ! $outside ]] || {
    echo "$overlay: outside of the namespace: $outside"
    exit 1
  }
  while read -r name; do
    grep -qx "  name: $name" <<<"$page" || {
      echo "$overlay: no ConfigMap $name"
      exit 1
    }
  done < <(grep -A1 -E "^ *(- )?configMap(Ref)?:$" <<<"$page" | sed -n 's/^ *name: //p' | sort -u)
done
