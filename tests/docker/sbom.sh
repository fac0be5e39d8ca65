#!/usr/bin/env bash
# sbom.sh SOURCE BUILD: the bill of materials names every package that a program is made of, and says the same when asked again.
set -euo pipefail
source=$1 build=$2
command -v dpkg-query >/dev/null && command -v ninja >/dev/null && command -v jq >/dev/null || {
  echo "skipped: there is no dpkg, no ninja or no jq"
  exit 77
}
export SOURCE_DATE_EPOCH=1700000000 # for a source without history
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1700000000} # for sources that are no repository
programs=(pg_health_exporter slo_prober)
"$source/cmake/sbom.sh" "$build" "${programs[@]}" >"$scratch/sbom"
cp "$scratch/sbom" "$scratch/first"
failed=0
holds() {
  local what=$1
  shift
  if jq -e "$@" "$scratch/sbom" >/dev/null; then return; fi
  echo "does not hold: $what"
  failed=1
}
holds "it is CycloneDX 1.5 of a version, a commit and a time" '.bomFormat == "CycloneDX" and .specVersion == "1.5"
  and (.metadata.timestamp | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T")) and (.metadata.component | .version != "" and .properties[0].value != "")'
holds "both programs are components, with their hash" '[.components[] | select(.type == "application" and (.hashes[0].content | length) == 64).name]
  == ["pg_health_exporter", "slo_prober"]'
strip -o "$scratch/shipped" "$build/bin/slo_prober"
holds "the hash is of what is shipped, without symbols" --arg hash "$(sha256sum "$scratch/shipped" | cut -d ' ' -f 1)" \
  'any(.components[]; .name == "slo_prober" and .hashes[0].content == $hash)'
holds "every library has a version, a supplier and a package URL" '[.components[] | select(.type == "library")] | length > 20
  and all(.version != "" and .supplier.name != "" and (.purl | test("^pkg:deb/debian/.+@.+[?]arch=")))'
holds "every reference is a component" '([.components[]."bom-ref"] + ["legalllm-fleet"]) as $known | .dependencies
  | all(.ref as $ref | $known | index($ref) != null) and all(.dependsOn | all(. as $ref | $known | index($ref) != null))'
holds "no reference is given twice" '[.components[]."bom-ref"] | length == (unique | length)'

linked() { holds "$1 is $2" --arg name "$1" --arg how "$2" '.components[] | select(.name == $name) | any(.properties[]; .value == $how)'; }
linked libyaml-cpp-dev static
linked libre2-dev static
linked libboost1.81-dev headers
linked libssl-dev headers
# What the loader is asked for, whatever was said by hand.
while read -r library; do
  linked "$(dpkg-query -S "*/$(uname -m)-linux-gnu/$library" | sed -n '1s/:.*//p')" shared
done < <(for program in "${programs[@]}"; do readelf -d "$build/bin/$program"; done | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u)
# libpq is the exporter's and the prober's, nghttp2 the prober's alone.
holds "each program has its own" '[.dependencies[] | select(.ref == "program:pg_health_exporter").dependsOn[] | select(test("libnghttp2"))] == []'
holds "and the prober has nghttp2" '[.dependencies[] | select(.ref == "program:slo_prober").dependsOn[] | select(test("libnghttp2-14"))] | length == 1'

# An image is built without the history.
export GIT_DIR=$scratch/none
"$source/cmake/sbom.sh" "$build" pg_health_exporter >"$scratch/sbom"
holds "the time is SOURCE_DATE_EPOCH where there is no history" '.metadata.timestamp == "2023-11-14T22:13:20Z"'
env -u SOURCE_DATE_EPOCH "$source/cmake/sbom.sh" "$build" pg_health_exporter >"$scratch/sbom"
holds "and none where nothing is known" '.metadata | has("timestamp") | not'
unset GIT_DIR

"$source/cmake/sbom.sh" "$build" "${programs[@]}" | cmp - "$scratch/first" || failed=1
if "$source/cmake/sbom.sh" "$build" no_such_program 2>"$scratch/error" || ! grep -q "there is no program .*no_such_program" "$scratch/error"; then
  echo "a program that is not there is not refused"
  failed=1
fi
exit $failed
