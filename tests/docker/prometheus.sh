#!/usr/bin/env bash
# prometheus.sh SOURCE BUILD: promtool takes the rules inside of the manifests, and the configurations for one cluster and for several.
set -euo pipefail
cd "$1/docker"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The spec of a manifest is a rule file two columns to the right.
for file in kubernetes/components/operator/rules/*.yml; do
  [[ $file == */kustomization.yml ]] || sed -e '1,/^spec:$/d' -e 's/^  //' "$file" >"$scratch/$(basename "$file")"
done
compgen -G "$scratch/*.yml" >/dev/null || {
  echo "there are no manifests"
  exit 1
}
promtool check rules --lint=all --lint-fatal "$scratch"/*.yml prometheus/clusters.rules.yml
promtool test rules prometheus/clusters.test.yml

for file in prometheus/{agent,central,federation}.yml demo/config/prometheus/prometheus.yml; do
  promtool check config --syntax-only "$file"
done
# Debian's promtool is built without the discovery of Kubernetes: all but that.
awk '
  /^    kubernetes_sd_configs:/ { skipping = 1; next }
  skipping && /^      / { next }
  { skipping = 0; print }' kubernetes/overlays/plain-prometheus/prometheus.yml >"$scratch/prometheus.config"
promtool check config --syntax-only "$scratch/prometheus.config"
amtool check-config demo/config/alertmanager/alertmanager.yml
