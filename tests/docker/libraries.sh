#!/usr/bin/env bash
# libraries.sh SOURCE BUILD: the packages that images install are those whose libraries the programs are linked with: none lacks, none is idle.
set -euo pipefail
source=$1 bin=$2/bin
command -v dpkg >/dev/null && command -v readelf >/dev/null || {
  echo "skipped: there is no dpkg or no readelf"
  exit 77
}
FLEET_STATE=/nonexistent
# shellcheck source=/dev/null
source "$source/demo/fleet.d/packages.sh"
programs=()
while read -r name; do programs+=("$bin/$name"); done < <(sed -n 's/^FROM runtime AS //p' "$source/docker/Dockerfile")

packages_of() {
  local library
  while read -r library; do
    dpkg -S "*/$(uname -m)-linux-gnu/$library" 2>/dev/null | grep -v '^diversion' | sed -n '1s/:.*//p' | grep . || echo "no-package-of-$library"
  done | sort -u
}
# What a release build does not have, or has within.
unshipped='^lib(asan|ubsan|stdc\+\+|gcc_s)\.'
linked=$(readelf -d "${programs[@]}" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u | grep -vE "$unshipped" | packages_of)
loaded=$(ldd "${programs[@]}" | sed -n 's/^[[:space:]]*\(lib[^ ]*\) => .*/\1/p' | sort -u | grep -vE "$unshipped" | packages_of)
installed=$(printf '%s\n' "${RUNTIME_PACKAGES[@]}" | sort -u)
lacking=$(comm -23 <(echo "$linked") <(echo "$installed"))
idle=$(comm -13 <(echo "$loaded") <(echo "$installed"))
if [[ $lacking || $idle ]]; then
  echo "RUNTIME_PACKAGES of demo/fleet.d/packages.sh:" ${lacking:+"lacks $lacking"} ${idle:+"has for nothing $idle"}
  exit 1
fi
