// What a one-shot command found: plain data, judged the same however it is shown.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/metrics/families.hpp"
#include "probers/results.hpp"

namespace fleet::probers {

/// A reading of a whole run. Its kind's name is "slo_prober_run_" and the key under which it is shown; kinds
/// have static storage. NaN where nothing could be measured.
struct Measure {
  const FactKind* kind;
  double value;
};
/// The name without "slo_prober_run_": "p95_seconds".
std::string_view key_of(const Measure& measure);

/// What one target was found to be, by one attempt or several.
struct ReportRow {
  Identity identity;
  std::string kind;                      ///< "http", "a2a"; may be empty
  std::chrono::milliseconds timeout{0};  ///< of one attempt; 0: none to tell
  /// The verdict. Of several attempts: the last one that failed, else the last unknown one, else the last.
  ProbeResult result;
  std::map<std::pair<Outcome, Reason>, std::uint64_t> attempts;  ///< how many came to what
  std::vector<Measure> measures;
  /// What happened during the attempt, with times from its beginning; only where it was asked for.
  std::vector<std::pair<std::chrono::nanoseconds, std::string>> notes;

  std::uint64_t attempts_in_all() const;
  std::uint64_t attempts_of(Outcome outcome) const;
  /// Counts an attempt and lets it be the verdict if it is worse than what was there.
  void add(ProbeResult attempt);
};

struct Report {
  std::string command;  ///< "check", "validate a2a"
  std::chrono::system_clock::time_point began;
  std::chrono::nanoseconds duration{0};
  std::vector<ReportRow> rows;
  std::vector<Measure> totals;       ///< of all rows together
  std::string summary;               ///< one line
  std::vector<std::string> remarks;  ///< what weakens or explains the figures, one line each
  /// What people see in place of the tables of rows and totals, if the command has a better way; lines.
  std::string text;
};

/// app::ExitStatus: 0 all rows good, 1 if any is bad, else 3 if any is unknown or there is none.
int exit_status(const Report& report);
/// "7 of 12 targets well; 4 failing: a/x (timeout), ...; 1 unknown: b/y (starved)"; ten names a kind at most.
std::string summarize(const std::vector<ReportRow>& rows);

/// The report as metrics of one run, for a Pushgateway. Per probe and target, with the labels of its identity:
/// probe_success, probe_duration_seconds, phases and facts of its last row; slo_probe_results{result,reason}
/// (attempts of this run; a gauge of another name than the daemon's counter, so that nobody adds the two up),
/// each measure; and for the run slo_prober_run_{timestamp_seconds,duration_seconds,success}.
Families metrics_of(const Report& report);

}  // namespace fleet::probers
