# shellcheck shell=bash disable=SC2154
# Registers of violations and consents, and the monitor beside them. The register's violation hides the monitor's finding of the same
# framework, so the finding is what is left when the monitor stands still and the violation is resolved.

compliance_begin() {
  fault violation "a violation is recorded" demo_fault violation evidence_act_1995/high
  fault withdrawal-ignored "a consent withdrawn 30 hours ago has not been acted on" demo_fault withdrawal-ignored
  fault consent-ignored "processing goes on after a withdrawal" demo_fault consent-ignored
  fault expiry-ignored "processing goes on after an expiry" demo_fault expiry-ignored
  fault retention-overdue "a document is kept too long" demo_fault retention-overdue
  fault no-grant "data is used for which there never was a consent" \
    legal "INSERT INTO processing_events (client_id, consent_type) SELECT 900000 + n, 'ai_analysis' FROM generate_series(1, 3) AS n"
}

compliance_prove() {
  proven AustralianLegalViolation/1 violation 60 evidence_act_1995
  fault violation-again "another violation is recorded" demo_fault violation evidence_act_1995/high
  proven AustralianLegalViolationAgain/1 violation-again 60 evidence_act_1995
  proven ProcessingAfterWithdrawal/2 consent-ignored 60
  proven ProcessingAfterExpiry/2 expiry-ignored 60
  proven ProcessingWithoutGrant/2 no-grant 60 ai_analysis
  proven WithdrawalNotActedOn/3 withdrawal-ignored 60 data_processing
  proven RetentionOverdue/3 retention-overdue 120
  proven ViolationUnacknowledged/2 violation 120 evidence_act_1995
  local name
  for name in withdrawal-ignored consent-ignored expiry-ignored retention-overdue; do demo_mend "$name"; done

  within 20 "the monitor has counted the violations" holds 'compliance_monitor_open_violations{framework="evidence_act_1995"} == 2'
  stop_monitor
  fault monitor-behind "violations are resolved while the monitor stands still" demo_mend violation
  proven ComplianceFinding/2 monitor-behind 90 evidence_act_1995
  proven ComplianceCountsDiffer/3 monitor-behind 90 evidence_act_1995

  fault consents-unread "the exporter may not read the consents any more" legal "REVOKE SELECT ON privacy_consents FROM fleet_monitor"
  fault register-lost "the exporter starts without being allowed to read the violations" register_lost
  proven AustralianLegalViolationAbsent/2 register-lost 60
  legal "GRANT SELECT ON compliance_violations TO fleet_monitor"
}

register_lost() {
  legal "REVOKE SELECT ON compliance_violations FROM fleet_monitor"
  processes_stop compliance-exporter
  component_start_program compliance-exporter compliance
}

compliance_late() {
  proven ComplianceCheckStale/2 monitor-stale 700
  proven ComplianceRegisterStale/2 consents-unread 700
}

compliance_end() {
  freeze_demo
  proven ComplianceMonitorDown/2 demo-frozen 60
}
