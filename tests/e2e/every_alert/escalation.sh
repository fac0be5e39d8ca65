# shellcheck shell=bash disable=SC2154
# An incident that nobody acknowledges. A late batch is the one of severity 2 that climbs, and hides nothing.

escalation_begin() { fault unacknowledged "nobody acknowledges a late batch" demo_fault batch-stall; }

escalation_late() {
  proven Escalation/senior unacknowledged 240 DocumentProcessingSLABreach
  proven Escalation/lead unacknowledged 60 DocumentProcessingSLABreach
  proven Escalation/director unacknowledged 90 DocumentProcessingSLABreach
}
