# shellcheck shell=bash disable=SC2154
# Whether the system can be reached. SystemUnreachable hides InterfaceSlow, and SystemDown hides them all, so they come in that order.

availability_prepare() { fault interface-unlisted "the interface is not among Prometheus' targets"; }

availability_absent() {
  proven SystemDownAbsent/1 interface-unlisted 60 legalllm-unified-interface
}

availability_begin() {
  fault door-slow "the proxy in front of the interface answers after 1.2 s" door "slow 1.2"
  stop_agent
  refuse_canaries
  starve_darwin
}

availability_prove() {
  proven InterfaceSlow/2 door-slow 120 front-door
  door ''
  proven AgentUnreachable/2 agent-down 60 scheduling
  proven ProbeFailing/2 canaries-refused 60 database
  proven ProbesUnknown/3 prober-starved 120 silent
}

availability_last() {
  local name
  fault door-fails "the proxy in front of the interface answers 502" door "fail /"
  proven SystemUnreachable/1 door-fails 60 front-door
  door ''
  fault prober-forgets "the prober's configuration has lost the interface" prober_forgets
  proven ProbeAbsent/3 prober-forgets 60
  mv "$tree/demo/config/prober.yml.whole" "$tree/demo/config/prober.yml"
  reload "$FLEET_PORT_SLO_PROBER"
  fault agents-down "every agent stops"
  for name in orchestrator intake research document financial drafting crossexam compliance scheduling communication; do demo_fault agent-down "$name"; done
  proven AgentsAllUnreachable/1 agents-down 60
  demo_mend agent-down
}

prober_forgets() {
  cp "$tree/demo/config/prober.yml" "$tree/demo/config/prober.yml.whole"
  sed -i 's/name: unified-interface$/name: workspace/; s/\[unified-interface, /[workspace, /' "$tree/demo/config/prober.yml"
  reload "$FLEET_PORT_SLO_PROBER"
}
