// The configuration of a2a_exporter.
#pragma once

#include <chrono>
#include <string>

#include "core/config/document.hpp"
#include "core/redis/connection.hpp"

namespace fleet::exporters::a2a {

/// Where the hop records are, and how they are counted.
struct HopSettings {
  std::string stream = "a2a:hops";
  std::string started = "a2a:hops:started";  ///< hash of hops begun, "source|target" -> count
  std::string group = "a2a-exporter";        ///< one active reader a group
  std::string consumer =
      "a2a-exporter";      ///< stable: what it had taken when it was killed is found under this name
  std::string checkpoint;  ///< hash; default "<stream>:checkpoint:<group>"
  std::size_t max_pairs = 500;
  std::size_t remembered_hops = 100'000;  ///< for duplicates

  /// The string of remembered hops beside the checkpoint.
  std::string recent_key() const { return checkpoint + ":recent"; }
  friend bool operator==(const HopSettings&, const HopSettings&) = default;
};

/// How a2a_protocol_latency_ms is made.
struct LatencySettings {
  double quantile = 0.95;
  std::chrono::milliseconds window{60'000};
};

struct Settings {
  redis::Options redis;
  HopSettings hops;
  LatencySettings latency;
};

/// Throws config::Error.
Settings read_settings(const config::Document& document);

}  // namespace fleet::exporters::a2a
