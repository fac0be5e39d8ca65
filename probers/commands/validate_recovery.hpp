// slo_prober validate recovery: what did a failover cost?
#pragma once

#include <chrono>
#include <optional>

#include "probers/postgres/recovery_ledger.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

struct RecoveryObjective {
  std::chrono::milliseconds rto{300'000};
  std::chrono::milliseconds rpo{60'000};
  bool steady = false;  ///< nothing has to fail over: then replicas have to be less than `rpo` behind
};

/// What a run of canary writes came to.
struct RecoveryFindings {
  std::optional<RecoveryObservation> recovery;
  std::optional<std::chrono::nanoseconds>
      failing_for;  ///< writes fail now, after some that did not, for that long
  std::optional<std::chrono::nanoseconds>
      first_confirmed;                ///< from the beginning of the run; absent: no write was
  bool failed_at_first = false;       ///< the run began in the middle of an outage
  std::optional<double> replica_lag;  ///< of the slowest replica at the end, seconds
  std::chrono::nanoseconds watched{0};
  ProbeResult last;  ///< of those that ended, the attempt that began last
};

/// The verdict; pure. Judged are the upper bounds of RTO and RPO: what no user can have exceeded. Bad if one
/// exceeds its objective or writes have failed for longer than the RTO; unknown if nothing failed over (unless
/// `steady`), or the outage lasts or began before the run.
ProbeResult judge_recovery(const RecoveryFindings& findings, const RecoveryObjective& objective);

/// `slo_prober validate recovery ...`; argv[0] is "recovery". Returns the exit status; throws UsageError,
/// config::Error.
int run_validate_recovery(int argc, const char* const* argv);

}  // namespace fleet::probers
