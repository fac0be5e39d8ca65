# shellcheck shell=bash disable=SC2154
# An incident that nobody acknowledges. A late batch is the one of severity 2 that climbs, and hides nothing.

escalation_begin() { stall_batch; }

escalation_late() {
  proven Escalation/senior batch-stall 240 DocumentProcessingSLABreach
  proven Escalation/lead batch-stall 60 DocumentProcessingSLABreach
  proven Escalation/director batch-stall 90 DocumentProcessingSLABreach
}
