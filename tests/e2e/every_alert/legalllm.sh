# shellcheck shell=bash disable=SC2154
# The runbook's own four.

legalllm_begin() {
  stall_batch
  fault violation-critical "a violation is recorded" demo_fault violation family_law_act_1975/critical
  fault agent-90ms "an agent takes 90 ms longer" demo_fault agent-delay research=90
}

legalllm_prove() {
  proven AustralianLegalViolation/1 violation-critical 60 family_law_act_1975
  proven A2ALatencyHigh/2 agent-90ms 90 research
  proven DocumentProcessingSLABreach/2 batch-stall 150 form13_intake
}

legalllm_last() {
  fault interface-dead "the interface refuses connections" demo_fault interface-down
  proven SystemDown/1 interface-dead 60 "127.0.0.1:$FLEET_PORT_INTERFACE"
  demo_mend interface-down
}
