#!/usr/bin/env bash
# sbom.sh BUILD_DIR [PROGRAM...]: what programs were built from, as CycloneDX 1.5 on standard output; without PROGRAM, all in BUILD_DIR/bin that
# the package brings. Nothing is declared by hand: headers are those that the compiler opened, archives those that the linker was given, shared
# libraries those that the program asks for; each is told by the Debian package that it is of, with a package URL that scanners look up.
# The same build gives the same text: the time in it is the commit's, or SOURCE_DATE_EPOCH; where neither is known there is none.
set -euo pipefail
source_dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
build=$(cd -- "$1" && pwd)
shift
programs=("$@")
if ((${#programs[@]} == 0)); then
  programs=(a2a_exporter document_exporter pg_health_exporter redis_health_exporter compliance_exporter consent_exporter slo_prober slo_rules rule_lint)
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The files that went into a program, with how: lines of PROGRAM, how and file.
files_of() {
  local program=$1 library
  ninja -C "$build" -t inputs "bin/$program" >"$work/inputs"
  grep -E '\.(o|gch)$' "$work/inputs" | xargs -d '\n' ninja -C "$build" -t deps | sed -n "s,^ \+\(/usr/.*\),$program\theaders\t\1,p" | sort -u
  sed -n "s,^/usr/.*\.a\$,$program\tstatic\t&,p" "$work/inputs"
  ldd "$build/bin/$program" >"$work/shared"
  sed -n "s,.*=> \(/[^ ]*\) .*,$program\tshared\t\1,p" "$work/shared"
  for library in libstdc++ libgcc; do
    grep -q "$library" "$work/shared" || printf '%s\tstatic\t%s\n' "$program" "$(g++ -print-file-name=$library.a)"
  done
}

for program in "${programs[@]}"; do
  [[ -x $build/bin/$program ]] || {
    echo "sbom.sh: there is no program $build/bin/$program" >&2
    exit 2
  }
  files_of "$program"
done >"$work/files"
# Each file by its whole name, and as the lists of packages know it: some from before /lib became a link to /usr/lib.
cut -f 3 "$work/files" | sort -u | while read -r file; do printf '%s\t%s\n' "$file" "$(readlink -f -- "$file")"; done >"$work/names"
{ cut -f 2 "$work/names" | sed -n 'p; s,^/usr\(/lib.*\),\1,p' | sort -u | xargs -d '\n' dpkg-query -S 2>/dev/null || true; } |
  sed -n 's,^\([^ \,]*\): /,\1\t/,p' | sed 's,\t/lib,\t/usr/lib,' >"$work/owners"
awk -F '\t' '
  FILENAME ~ /owners$/ { owner[$2] = $1; next }
  FILENAME ~ /names$/ { whole[$1] = $2; next }
  whole[$3] in owner { print $1 "\t" owner[whole[$3]] "\t" $2 }
' "$work/owners" "$work/names" "$work/files" | sort -u >"$work/uses"
for program in "${programs[@]}"; do
  grep -q "^$program	" "$work/uses" || {
    echo "sbom.sh: nothing is known of $program: was $build built by ninja, from packages?" >&2
    exit 1
  }
done

cd "$work"
cut -f 2 uses | sort -u | xargs dpkg-query -W -f '${binary:Package}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\t${Maintainer}\n' >known
# Of the program as images and the package bring it.
for program in "${programs[@]}"; do
  strip -o stripped "$build/bin/$program"
  printf '%s\t%s\n' "$program" "$(sha256sum stripped | cut -d ' ' -f 1)"
done >hashes
# shellcheck source=/dev/null
distribution=$(. /etc/os-release && echo "$ID-$VERSION_ID")
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
revision=$(sed -n 's/.*FLEET_REVISION "\(.*\)".*/\1/p' "$build/generated/core/app/revision.hpp")
built=$(git -C "$source_dir" show -s --format=%cI HEAD 2>/dev/null || { [[ -z ${SOURCE_DATE_EPOCH:-} ]] || date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ; })

jq -n --rawfile uses uses --rawfile known known --rawfile hashes hashes --arg distribution "$distribution" --arg version "$version" \
  --arg revision "$revision" --arg built "$built" '
  def rows: split("\n") | map(select(. != "") | split("\t"));
  ($uses | rows) as $uses
  | def uri: @uri;
    def ref: "pkg:deb/debian/\(.[1] | uri)@\(.[2] | uri)?arch=\(.[3])&distro=\($distribution)&upstream=\(.[4] | uri)%40\(.[5] | uri)";
    def of_program: "program:\(.)";
  ($known | rows) as $known
  | ($known | map({ key: .[0], value: ref }) | from_entries) as $refs
  | {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: ((if $built == "" then {} else { timestamp: $built } end) + {
      component: { type: "application", "bom-ref": "legalllm-fleet", name: "legalllm-fleet", version: $version,
        properties: [{ name: "revision", value: $revision }] }
    }),
    components: (
      [$hashes | rows[] | { type: "application", "bom-ref": (.[0] | of_program), name: .[0], version: $version,
        hashes: [{ alg: "SHA-256", content: .[1] }] }]
      + [$known[] | . as $package | { type: "library", "bom-ref": ref, name: .[1], version: .[2], purl: ref, supplier: { name: .[6] },
          properties: [$uses | map(select(.[1] == $package[0])[2]) | unique[] | { name: "linkage", value: . }] }]),
    dependencies: (
      [{ ref: "legalllm-fleet", dependsOn: [$hashes | rows[][0] | of_program] }]
      + [$hashes | rows[] | .[0] as $program
        | { ref: ($program | of_program), dependsOn: ($uses | map(select(.[0] == $program) | $refs[.[1]]) | unique) }])
  }'
