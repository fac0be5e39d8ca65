// Waiting for what another process does, without fixed sleeps.
#pragma once

#include <chrono>
#include <functional>

namespace fleet::testing {

/// Asks `condition` every 10 ms until it is true or `limit` has passed; returns whether it became true. Use as
/// REQUIRE(wait_until([&] { return ...; })). An exception of the condition passes through.
bool wait_until(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::seconds(10));

}  // namespace fleet::testing
