// What the prober itself knows: its targets and how they were last.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probers/probe.hpp"
#include "probers/windows.hpp"

namespace fleet::probers::status {

using Instant = std::chrono::system_clock::time_point;

struct WatchedTarget {
  std::string probe, target;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string kind;
  std::chrono::milliseconds interval{0}, timeout{0};
  Windows windows;
};

struct LastResult {
  Outcome outcome = Outcome::good;
  Reason reason = Reason::none;
  std::string step, detail;
  PhaseSeconds phases;
  std::chrono::nanoseconds duration{0};
  std::string trace_id;
  Instant at;
};

/// The attempt's result as the board keeps it.
LastResult last_result(const ProbeResult& result, Instant at);

/// What workers tell: one attempt, or all that one of them now probes.
struct Observation {
  std::string probe, target;
  LastResult result;
};
struct Share {
  std::size_t worker = 0;
  std::vector<WatchedTarget> targets;
};

/// How a target stands.
enum class Standing : std::uint8_t {
  good,
  bad,
  unknown,  ///< the prober could not tell
  waiting,  ///< not tried yet
  paused,   ///< outside of its hours
  silent,   ///< no result for three intervals: another replica's, or this prober does not keep up
};
std::string_view to_string(Standing standing);

/// Whether viewers should hear of it at once.
enum class Change : std::uint8_t { none, minor, news };

/// One thread.
class Board {
 public:
  struct Row {
    WatchedTarget target;
    std::size_t worker = 0;
    std::optional<LastResult> last;
    std::optional<Instant> failing_since;  ///< the first of the bad results that no good one has followed

    Standing standing(Instant now) const;
  };
  using Rows = std::map<std::pair<std::string, std::string>, Row>;

  /// What is no target here (any more) changes nothing.
  Change take(Observation observation);
  /// Replaces that worker's targets; those that stay keep their result.
  Change take(Share share);
  const Rows& rows() const { return rows_; }  ///< by probe and target

 private:
  Rows rows_;
};

}  // namespace fleet::probers::status
