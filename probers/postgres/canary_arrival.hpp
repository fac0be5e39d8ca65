// When a canary becomes visible on a replica.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "probers/postgres/canary_table.hpp"
#include "probers/postgres/connection.hpp"

namespace fleet::probers {

/// The lag, or why there is none: canary_late if max_lag passed, timeout if the deadline came first, else what
/// the replica said.
struct Arrival {
  std::optional<std::chrono::nanoseconds> lag;
  Trouble trouble{Reason::none, "", ""};
};

/// Reads until the canary is there, `max_lag` after its confirmation has passed or the deadline. The lag is the
/// time from `confirmed` to the answer that first held the canary, so it is at most one pause (2 ms, doubling
/// to 50 ms) and one round trip too long. A statement that the replica refuses is repeated: conflicts with
/// recovery pass, a table may still be on its way.
awaitable<Arrival> await_canary(std::shared_ptr<postgres::Session> replica, CanaryTable table,
                                CanaryOwner owner, Canary canary, Deadline::Clock::time_point confirmed,
                                std::chrono::milliseconds max_lag, Deadline deadline);

}  // namespace fleet::probers
