// The configuration of a2a_exporter.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "core/redis/connection.hpp"
#include "exporters/a2a/otlp/otlp_settings.hpp"

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

/// One stream of hop records.
struct Source {
  std::string name;  ///< the label `feed` of everything it tells; "" for the one of `redis:` and `hops:`
  redis::Options redis;
  HopSettings hops;

  friend bool operator==(const Source&, const Source&) = default;
};

/// How a2a_protocol_latency_ms is made.
struct LatencySettings {
  double quantile = 0.95;
  std::chrono::milliseconds window{60'000};
};

/// How a2a_agent_up is made.
struct AgentSettings {
  std::chrono::milliseconds up_within = std::chrono::minutes(5);
  std::chrono::milliseconds forget_after = std::chrono::hours(24);
};

/// What the page is made by, for every source alike.
struct PageSettings {
  LatencySettings latency;
  AgentSettings agents;
};

struct Settings {
  std::vector<Source> sources;
  std::optional<OtlpSettings> otlp;
  PageSettings page;
};

/// Throws config::Error.
Settings read_settings(const config::Document& document);

}  // namespace fleet::exporters::a2a
