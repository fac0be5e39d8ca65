// Requests between agents under the names that Grafana's service graph reads.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/metrics/families.hpp"
#include "exporters/a2a/hop_counts.hpp"
#include "exporters/a2a/otlp/hop_span.hpp"

namespace fleet::exporters::a2a {

/// traces_service_graph_request_total, _request_failed_total, _request_server_seconds, _request_client_seconds
/// and traces_service_graph_unpaired_spans_total{client,server,connection_type}, as Tempo's metrics generator
/// and the Collector's servicegraph connector make them: connection_type is empty, or "messaging_system" for
/// producer and consumer. Pairs are indices into HopCounts, so that they share its limit. Not thread-safe.
class ServiceGraph {
 public:
  void count(std::size_t pair, const HopSpan& client, const HopSpan& server, bool failed, std::int64_t now_us);
  /// At most `most` pairs of names; the others are "other".
  void count_unpaired(const HopSpan& span, std::size_t most);
  void add_families(const HopCounts& names, Families& out) const;

 private:
  struct Side {
    DurationCounts durations;
    std::vector<Exemplar> exemplars;
    void observe(const HopSpan& span, std::int64_t now_us);
  };
  struct Requests {
    std::uint64_t total = 0, failed = 0;
    Side client, server;
  };
  using Types = std::array<Requests, 2>;  // direct, messaging

  std::vector<Types> pairs_;
  std::map<std::tuple<std::string, std::string, bool>, std::uint64_t> unpaired_;  // client, server, messaging
};

}  // namespace fleet::exporters::a2a
