#!/usr/bin/env bash
# engine.sh [--no-build] [COMPOSE...]: by hand, on a Docker engine. Starts docker/compose.yml and looks whether all becomes healthy, runs as
# nobody in particular on a root that cannot be written, is seen by Prometheus, pages, and ends with status 0 on SIGTERM. Grafana is left out
# where its image is neither here nor to be had. COMPOSE is `docker compose` or `docker-compose`; BINARIES is passed on. Leaves nothing behind.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../docker" || exit
build=yes
if [[ ${1:-} == --no-build ]]; then
  build=
  shift
fi
compose=("${@:-docker-compose}")
project=(-p fleet-engine-test -f compose.yml)
passed=0 failed=0

ok() {
  local name=$1
  shift
  if "$@" >/dev/null 2>&1; then
    passed=$((passed + 1))
    echo "ok    $name"
  else
    failed=$((failed + 1))
    echo "FAIL  $name"
  fi
}
dc() { "${compose[@]}" "${project[@]}" "$@"; }
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then return 1; fi
    sleep 1
  done
}
containers() { docker ps -aq --filter label=com.docker.compose.project=fleet-engine-test; }
name_of() { docker inspect -f '{{index .Config.Labels "com.docker.compose.service"}}' "$1"; }
not_root() { [[ $(docker exec "$1" id -u) =~ ^[1-9][0-9]*$ ]]; }
said=
trap 'dc down -v --remove-orphans >/dev/null 2>&1; rm -f "$said"' EXIT

if [[ $build ]]; then
  DOCKER_BUILDKIT=1 COMPOSE_DOCKER_CLI_BUILD=1 dc build || exit 1
fi
mapfile -t services < <(dc config --services)
grafana=$(dc config | sed -n 's/^ *image: \(.*grafana.*\)$/\1/p')
if ! docker image inspect "$grafana" >/dev/null 2>&1 && ! timeout 300 docker pull -q "$grafana" >/dev/null 2>&1; then
  echo "skip  grafana: there is no $grafana"
  mapfile -t services < <(printf '%s\n' "${services[@]}" | grep -vx grafana)
fi

said=$(mktemp)
up() { dc up -d --no-build "${services[@]}" >"$said" 2>&1; }
ok "up, in the order of health" up
((failed == 0)) || { tail -20 "$said" | sed 's/^/      /'; exit 1; }
all_healthy() { [[ $(docker ps -q --filter label=com.docker.compose.project=fleet-engine-test --filter health=healthy | wc -l) == "${#services[@]}" ]]; }
ok "${#services[@]} services become healthy" within 180 all_healthy
dc ps

base=$(docker image inspect -f '{{.Size}}' debian:bookworm-slim)
for container in $(containers); do
  service=$(name_of "$container")
  ok "$service is not root" not_root "$container"
  ok "$service has a read-only root" [ "$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}}' "$container")" = true ]
  ok "$service was not started anew" [ "$(docker inspect -f '{{.RestartCount}}' "$container")" = 0 ]
  if docker exec "$container" touch /usr/written 2>/dev/null; then ok "$service cannot write to it" false; fi
  image=$(docker inspect -f '{{.Config.Image}}' "$container")
  if [[ $image == legalllm-fleet/* && $image != */demo-* ]]; then
    above=$((($(docker image inspect -f '{{.Size}}' "$image") - base) / 1000000))
    ok "$image is $above MB above its base, at most 60" [ $above -le 60 ]
    flags=()
    [[ $service == legalllm-demo ]] && flags=(--control.listen=:9712)
    [[ $service == alert-receiver ]] && flags=(--listen=:9740)
    ok "$service says that it is well" docker exec "$container" "/usr/bin/${image##*/}" --healthcheck "${flags[@]}"
  fi
done

# Published ports answer, and through them the whole chain.
api() { curl -fsS -m 5 "http://127.0.0.1:${PROMETHEUS_PORT:-9090}/api/v1/$1"; }
all_up() { api 'targets?state=active' | jq -e '.data.activeTargets | length >= 10 and all(.health == "up")'; }
ok "every target of Prometheus is up" within 60 all_up
has_sample() { api "query?query=$1" | jq -e '.data.result | length > 0'; }
for metric in a2a_protocol_latency_ms document_batch_size pg_up redis_up australian_legal_violations_total consent_active probe_success; do
  ok "there is $metric" within 60 has_sample "$metric"
done
ok "a fault is taken" curl -fsS -m 5 -X POST "http://127.0.0.1:${DEMO_CONTROL_PORT:-9712}/fault/interface-down"
paged() { curl -fsS -m 5 "http://127.0.0.1:${RECEIVER_PORT:-9740}/received" | jq -e 'any(.[]; tostring | contains("SystemDown"))'; }
ok "and SystemDown pages" within 120 paged
docker stats --no-stream --format 'table {{.Name}}\t{{.MemUsage}}\t{{.CPUPerc}}'

dc stop -t 20 >/dev/null 2>&1
for container in $(containers); do
  ok "$(name_of "$container") ends with 0 on SIGTERM" [ "$(docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}' "$container")" = "exited 0 false" ]
done
echo "$passed passed, $failed failed"
((failed == 0))
