#!/bin/sh
# Spans of the OpenTelemetry SDK for Node against a2a_exporter: npm-installs the pinned SDK into a temporary directory, starts the
# exporter on free ports, sends agents' spans in both encodings, with and without gzip, once and again, and prints a table. Exit 1 if a
# figure is wrong. Needs node 20 and npm.
#   bench/otlp_interop/run.sh [build/release/bin/a2a_exporter]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exporter=${1:-$here/../../build/release/bin/a2a_exporter}
[ -x "$exporter" ] || { echo "build it first: $exporter" >&2; exit 2; }
exporter=$(cd "$(dirname "$exporter")" && pwd)/$(basename "$exporter")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/package.json "$here"/*.mjs "$work"
cd "$work"
npm install --silent --no-audit --no-fund --no-save >npm.log 2>&1 || { cat npm.log >&2; exit 3; }
TMPDIR=$work node run.mjs "$exporter"
