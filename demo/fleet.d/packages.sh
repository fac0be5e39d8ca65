# shellcheck shell=bash
# Debian packages, installed without leaving a service running or a database cluster behind.

# What compiling takes; docker/Dockerfile installs these alone.
BUILD_PACKAGES=(
  g++ cmake ninja-build ccache pkg-config libboost1.81-dev libboost-json1.81-dev libpq-dev libyaml-cpp-dev
  libspdlog-dev catch2 libssl-dev libisal-dev libre2-dev libc-ares-dev libnghttp2-dev libbrotli-dev zlib1g-dev libhpdf-dev jq
)
# What the programs are linked with, for images; tests/docker/libraries.sh compares.
# shellcheck disable=SC2034
RUNTIME_PACKAGES=(
  libbrotli1 libc-ares2 libc6 libcrypt1 libisal2 libhpdf-2.3.0 libnghttp2-14 libpq5 libssl3 zlib1g
)
PACKAGES=(
  "${BUILD_PACKAGES[@]}" mold poppler-utils libhiredis-dev
  postgresql-15 pgbouncer redis-server prometheus prometheus-alertmanager prometheus-pushgateway prometheus-blackbox-exporter
  prometheus-postgres-exporter prometheus-redis-exporter
  curl util-linux procps openssl git jsonnet python3 python3-yaml file dpkg-dev systemd perl-base
)
POLICY=/usr/sbin/policy-rc.d
NO_CLUSTER=/etc/postgresql-common/createcluster.d/zz-fleet.conf
PACKAGES_CHANGED_POLICY=
PACKAGES_MADE_DIRECTORY=

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root or sudo to run: $*"
  fi
}

packages_missing() {
  local -A present=()
  local name state
  while read -r name state; do
    [[ $state == ii* ]] && present[${name%%:*}]=yes
  done < <(dpkg-query -W -f='${Package} ${db:Status-Abbrev}\n' "${PACKAGES[@]}" 2>/dev/null || true)
  for name in "${PACKAGES[@]}"; do
    [[ ${present[$name]:-} ]] || printf '%s\n' "$name"
  done
}

# Debian starts a service as it installs it, and makes a database cluster; these two files say no for the while.
packages_hold_services() {
  PACKAGES_CHANGED_POLICY=yes
  if [[ ! -e $POLICY ]]; then
    printf '#!/bin/sh\n# made by ./fleet while it installs packages; safe to remove\nexit 101\n' | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
  fi
  if [[ ! -d ${NO_CLUSTER%/*} ]]; then
    PACKAGES_MADE_DIRECTORY=yes
    as_root mkdir -p "${NO_CLUSTER%/*}"
  fi
  printf 'create_main_cluster = false\n' | as_root tee "$NO_CLUSTER" >/dev/null
}

packages_restore() {
  [[ $PACKAGES_CHANGED_POLICY ]] || return 0
  PACKAGES_CHANGED_POLICY=
  if grep -q 'made by ./fleet' "$POLICY" 2>/dev/null; then as_root rm -f "$POLICY"; fi
  as_root rm -f "$NO_CLUSTER"
  if [[ $PACKAGES_MADE_DIRECTORY ]]; then as_root rmdir -p --ignore-fail-on-non-empty "${NO_CLUSTER%/*}" || true; fi
}

packages_install() {
  local missing log=$FLEET_STATE/logs/packages.log
  if ! command -v dpkg-query >/dev/null; then
    complain "not a Debian system: make sure that you have the equivalents of ${PACKAGES[*]}"
    return
  fi
  mapfile -t missing < <(packages_missing)
  ((${#missing[@]})) || return 0
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root true
  packages_hold_services
  if ! { as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } \
    </dev/null 2>&1 | tee "$log" | packages_progress; then
    tail -n 20 "$log" >&2
    die "apt-get failed; its whole output is in $log"
  fi
  packages_restore
  hash -r
}

# One changing line on a terminal, one line per package elsewhere.
packages_progress() {
  local line width
  while IFS= read -r line; do
    if [[ -t 1 ]]; then
      width=$(tput cols 2>/dev/null || echo 80)
      printf '\r\033[K%s' "${line:0:width-1}"
    elif [[ $line == "Setting up "* ]]; then
      say "  $line"
    fi
  done
  if [[ -t 1 ]]; then printf '\r\033[K'; fi
}
