#!/usr/bin/env bash
# package.sh SOURCE BUILD: what the .deb brings beside the programs. These are left out, because sanitized ones are 200 MB; that cpack takes
# them is a matter of cmake/Components.cmake, and is looked up in what CMake has made of it.
set -euo pipefail
source=$1 build=$2
command -v dpkg-deb >/dev/null && command -v cpack >/dev/null || {
  echo "skipped: there is no dpkg-deb or no cpack"
  exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
complain() {
  echo "$*"
  exit 1
}

cpack --config "$build/CPackConfig.cmake" -B "$scratch" -D CPACK_COMPONENTS_ALL=files -D CPACK_DEBIAN_PACKAGE_SHLIBDEPS=OFF >"$scratch/log" 2>&1 ||
  complain "$(cat "$scratch/log")"
deb=("$scratch"/*.deb)
dpkg-deb --contents "${deb[0]}" | awk '{ print $6 }' >"$scratch/contents"
has() { grep -qx "\./$1" "$scratch/contents" || complain "the package lacks $1"; }
has usr/lib/systemd/system/legalllm-fleet@.service
has usr/lib/sysusers.d/legalllm-fleet.conf
for file in "$source"/alert-rules/*.rules.yml; do has "usr/share/legalllm-fleet/alert-rules/${file##*/}"; done
for file in "$source"/dashboards/*.json; do [[ ! -e $file ]] || has "usr/share/legalllm-fleet/dashboards/${file##*/}"; done
has usr/share/doc/legalllm-fleet/deployment.md
if grep -n -e '\.test\.yml$' -e '/tests/' "$scratch/contents"; then complain "these are no business of an operator's"; fi

dpkg-deb --control "${deb[0]}" "$scratch/control"
for script in postinst prerm postrm; do
  [[ -x $scratch/control/$script ]] || complain "$script is not executable"
  sh -n "$scratch/control/$script"
done

# A program has the name of its example, which is the name that the unit looks for; benchmarks and the demo are not in it.
programs=$(find "$build" -name cmake_install.cmake -exec awk '
  /CMAKE_INSTALL_COMPONENT STREQUAL/ { split($0, quoted, "\""); component = quoted[2] }
  /TYPE EXECUTABLE/ && component == "programs" { sub(/"\)?$/, ""); sub(/.*\//, ""); print }' {} + | sort | tr '\n' ' ')
expected="a2a_exporter compliance_exporter consent_exporter document_exporter pg_health_exporter redis_health_exporter rule_lint slo_prober slo_rules "
[[ $programs == "$expected" ]] || complain "the programs in the package are: $programs"
for program in $expected; do
  [[ $program == slo_rules || $program == rule_lint ]] || has "usr/share/doc/legalllm-fleet/examples/$program.yml"
done
