# shellcheck shell=bash
# Building and testing with the presets of CMakePresets.json.

PROGRAMS=(
  a2a_exporter document_exporter pg_health_exporter redis_health_exporter compliance_exporter consent_exporter slo_prober legalllm_demo alert_receiver
)

# build_preset PRESET [cmake --build arguments]
build_preset() {
  local preset=$1 log=$FLEET_STATE/logs/configure.log
  shift
  cd "$FLEET_ROOT" || exit
  if [[ ! -e build/$preset/build.ninja ]]; then
    say "Configuring the $preset build"
    if ! cmake --preset "$preset" >"$log" 2>&1; then
      tail -n 30 "$log" >&2
      die "cmake failed; its whole output is in $log"
    fi
  fi
  export NINJA_STATUS='[%f/%t, %es] '
  cmake --build --preset "$preset" "$@" || die "the build failed"
}

# Sets FLEET_BIN; a FLEET_BIN from the environment is taken as it is.
build_programs() {
  local program
  if [[ ! ${FLEET_BIN:-} ]]; then
    say "Building the programs (the first time takes some minutes)"
    build_preset release --target "${PROGRAMS[@]}"
    FLEET_BIN=$FLEET_ROOT/build/release/bin
  fi
  for program in "${PROGRAMS[@]}"; do
    [[ -x $FLEET_BIN/$program ]] || die "there is no program $FLEET_BIN/$program"
  done
}

build_and_test() {
  say "Building everything with AddressSanitizer and UndefinedBehaviorSanitizer"
  build_preset dev
  cd "$FLEET_ROOT" || exit
  ctest --preset dev "$@"
}
