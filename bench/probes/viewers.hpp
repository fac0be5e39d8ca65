// What a crowd before the status page does to the probes.
#pragma once

namespace fleet::bench {

/// 200 probes a second of a target that takes 20 ms, with and without 500 viewers of /status who are told of a
/// target that comes and goes twice a second: the reported durations and the schedule's lag. Prints both.
/// Throws std::runtime_error.
void viewers();

}  // namespace fleet::bench
