// How a number of requests fared against a latency objective.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "probers/commands/latency_histogram.hpp"
#include "probers/commands/report.hpp"

namespace fleet::probers {

/// "At least a share `quantile` of all requests is answered within `target`", which is the same as "the
/// quantile is at most the target"; a request that failed is one that was not answered in any time.
struct LatencyObjective {
  std::optional<std::chrono::nanoseconds> target;
  double quantile = 0.95;
  double max_error_ratio = 0;
};

/// Counts requests against an objective. The verdict is made of exact counts; the quantiles shown have a
/// histogram's precision.
class LatencyTally {
 public:
  explicit LatencyTally(LatencyObjective objective) : objective_(objective) {}

  void served(std::chrono::nanoseconds latency);
  /// `took`: how long the user had to wait to learn that; nullopt: the request was not even sent.
  void failed(std::optional<std::chrono::nanoseconds> took);
  void merge(const LatencyTally& other);

  std::uint64_t total() const { return served_.count() + failures_; }
  std::uint64_t failures() const { return failures_; }
  double error_ratio() const;
  bool meets_latency() const;
  bool meets_errors() const { return error_ratio() <= objective_.max_error_ratio; }
  /// The quantile over all requests in seconds; infinity where it is a request that failed; NaN of nothing.
  double quantile_seconds(double q) const;
  /// The greatest over all requests; infinity if any failed.
  double max_seconds() const { return quantile_seconds(1); }
  const LatencyHistogram& served_latencies() const { return served_; }
  /// Failures included, each as long as it took.
  const LatencyHistogram& waits() const { return waits_; }

  /// "p95 83.1 ms is 33.1 ms over 50.0 ms"; "" if the objective is met or there is none.
  std::string latency_shortfall() const;
  /// "3 of 20 failed (15 %, at most 1 %)"; "" if within the objective.
  std::string error_shortfall() const;

 private:
  LatencyObjective objective_;
  LatencyHistogram served_, waits_;
  std::uint64_t failures_ = 0;
  std::uint64_t within_ = 0;
};

/// Makes the verdict of a row whose attempts were tallied: bad with the reason of the most frequent failure if
/// too many failed, bad and Reason::slow if too slow, unknown if nothing was measured or any attempt remained
/// unknown, else good.
void judge_tally(const LatencyTally& tally, ReportRow& row);

/// "p95", "p99.9".
std::string quantile_name(double q);

namespace measures {
inline constexpr FactKind p50{"slo_prober_run_p50_seconds", "Median latency of the run's requests."};
inline constexpr FactKind p75{"slo_prober_run_p75_seconds",
                              "75th percentile of the latency of the run's requests."};
inline constexpr FactKind p90{"slo_prober_run_p90_seconds",
                              "90th percentile of the latency of the run's requests."};
inline constexpr FactKind p95{"slo_prober_run_p95_seconds",
                              "95th percentile of the latency of the run's requests."};
inline constexpr FactKind p99{"slo_prober_run_p99_seconds",
                              "99th percentile of the latency of the run's requests."};
inline constexpr FactKind p99_9{"slo_prober_run_p99_9_seconds",
                                "99.9th percentile of the latency of the run's requests."};
inline constexpr FactKind max{"slo_prober_run_max_seconds", "Greatest latency of the run's requests."};
inline constexpr FactKind judged{
    "slo_prober_run_judged_seconds",
    "The quantile of the latency of the run's requests that its objective judges."};
inline constexpr FactKind target{"slo_prober_run_target_seconds", "The objective's latency."};
inline constexpr FactKind error_ratio{"slo_prober_run_error_ratio", "Share of the run's requests that failed."};
}  // namespace measures

}  // namespace fleet::probers
