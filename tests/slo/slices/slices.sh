#!/usr/bin/env bash
# What the rules made of slices.yml say of slices.test.yml's samples. Usage: slices.sh SLO_RULES
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" generate --out="$work/rules.yml" "$here/slices.yml"
cp "$here/slices.test.yml" "$work/"
promtool check rules "$work/rules.yml"
promtool test rules "$work/slices.test.yml"
