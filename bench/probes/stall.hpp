// What a target's stall looks like to its users and to the prober.
#pragma once

namespace fleet::bench {

/// A target of 20 users a second stalls for 5 s. Users who come meanwhile wait for its end; those of the prober's attempts
/// that were due then must show the same waits in slo_probe_scheduled_duration_seconds (no coordinated omission). Prints both
/// and what Prometheus would have seen by scraping blackbox_exporter's /probe, which it does not do again before the last
/// one has ended. Throws std::runtime_error.
void stall();

}  // namespace fleet::bench
