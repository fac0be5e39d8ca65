#!/bin/sh
# The a2a probe against servers of other people: npm-installs pinned A2A SDKs into a temporary directory, starts them on free ports, healthy
# and behind a proxy that spoils answers, and prints a table of verdicts. Exit 1 if one is wrong. Needs node 20, npm and openssl.
#   bench/a2a_interop/run.sh [build/release/bin/a2a_interop_driver]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
driver=${1:-$here/../../build/release/bin/a2a_interop_driver}
[ -x "$driver" ] || { echo "build it first: $driver" >&2; exit 2; }
driver=$(cd "$(dirname "$driver")" && pwd)/$(basename "$driver")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/package.json "$here"/*.mjs "$work"
cd "$work"
npm install --silent --no-audit --no-fund --no-save >npm.log 2>&1 || { cat npm.log >&2; exit 3; }
TMPDIR=$work node run.mjs "$driver"
