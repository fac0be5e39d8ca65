#!/usr/bin/env bash
# compose.sh SOURCE BUILD: docker-compose and Compose v2, whichever is there, take both files. Needs no engine.
set -euo pipefail
cd "$1/docker"
commands=()
if command -v docker-compose >/dev/null; then commands+=(docker-compose); fi
if docker compose version >/dev/null 2>&1; then commands+=("docker compose"); fi
((${#commands[@]})) || {
  echo "skipped: there is neither docker-compose nor docker compose"
  exit 77
}
while IFS='=' read -r name value; do export "$name=$value"; done < <(grep '^[A-Z]' exporters.env.example)
for command in "${commands[@]}"; do
  $command -f compose.yml config -q
  $command -f compose.exporters.yml config -q
  if (unset POSTGRES_PRIMARY && $command -f compose.exporters.yml --env-file /dev/null config -q) 2>/dev/null; then
    echo "$command: an address that is not set is no error"
    exit 1
  fi
done
