// How services are, by their probes and alerts.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "probers/status/board.hpp"
#include "probers/status/findings.hpp"

namespace fleet::probers::status {

enum class Health : std::uint8_t { operational, degraded, outage, unknown };
/// "operational", and for people "Operational".
std::string_view to_string(Health health);
std::string_view title_of(Health health);
/// Its class in status.css.
std::string_view look_of(Health health);

/// Targets by standing.
struct Tally {
  std::size_t total = 0, good = 0, bad = 0, unknown = 0, paused = 0;  ///< unknown: also waiting and silent
  void add(Standing standing);
};

struct ServiceState {
  const ServiceConfig* service = nullptr;
  Health health = Health::unknown;
  Tally targets;
  std::size_t alerts = 0;           ///< that fire, not inhibited; severity 1 among them lowers the health
  std::optional<Instant> since;     ///< the first failure of those that last
  std::optional<Span> maintenance;  ///< under way
};

/// Everything that is known at one instant; what the pages are made of. Refers to its parts.
struct Picture {
  const StatusConfig& config;
  const Board& board;
  const Findings& findings;
  Instant now;
};

/// How the services are at once (`patience` 0), or to clients: a failure counts when it has lasted for so long.
/// All targets failing is an outage, some are a degradation, as is an incident's alert; nobody judging is
/// unknown.
std::vector<ServiceState> service_states(const Picture& picture, std::chrono::milliseconds patience);
/// All targets together.
Tally tally_of(const Picture& picture);
/// The worst of them; unknown ones count only if all are.
Health worst_of(const std::vector<ServiceState>& states);

}  // namespace fleet::probers::status
