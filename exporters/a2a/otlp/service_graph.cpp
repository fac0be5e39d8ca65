#include "exporters/a2a/otlp/service_graph.hpp"

#include <algorithm>
#include <utility>

namespace fleet::exporters::a2a {
namespace {

std::string_view type_name(bool messaging) { return messaging ? "messaging_system" : ""; }

}  // namespace

void ServiceGraph::Side::observe(const HopSpan& span, std::int64_t now_us) {
  auto const took_us = std::max<std::int64_t>(0, span.duration_us());
  auto const bucket = durations.observe(took_us);
  exemplars.resize(durations.counts.size());
  auto& exemplar = exemplars[bucket];
  exemplar.trace_id = span.trace.text();
  exemplar.value = static_cast<double>(took_us) / 1e6;
  exemplar.unix_seconds = static_cast<double>(std::min(span.end_us, now_us)) / 1e6;
}

void ServiceGraph::count(std::size_t pair, const HopSpan& client, const HopSpan& server, bool failed,
                         std::int64_t now_us) {
  if (pairs_.size() <= pair) pairs_.resize(pair + 1);
  auto& requests = pairs_[pair][client.is_messaging() || server.is_messaging() ? 1 : 0];
  ++requests.total;
  if (failed) ++requests.failed;
  requests.client.observe(client, now_us);
  requests.server.observe(server, now_us);
}

void ServiceGraph::count_unpaired(const HopSpan& span, std::size_t most) {
  auto key = std::tuple(span.agent, std::string(), span.is_messaging());
  if (!span.is_caller()) std::swap(std::get<0>(key), std::get<1>(key));
  if (unpaired_.size() >= most && !unpaired_.contains(key)) {
    (span.is_caller() ? std::get<0>(key) : std::get<1>(key)) = "other";
  }
  ++unpaired_[key];
}

void ServiceGraph::add_families(const HopCounts& names, Families& out) const {
  auto& total = out.counter("traces_service_graph_request_total", "Requests between two agents, from spans.");
  auto& failed = out.counter("traces_service_graph_request_failed_total",
                             "Requests between two agents that failed, from spans.");
  auto& server = out.histogram("traces_service_graph_request_server_seconds",
                               "Requests between two agents as the server saw them.");
  auto& client = out.histogram("traces_service_graph_request_client_seconds",
                               "Requests between two agents as the client saw them.");
  for (std::size_t n = 0; n < pairs_.size(); ++n) {
    auto const& pair = names.pairs[n];
    for (bool const messaging : {false, true}) {
      auto const& requests = pairs_[n][messaging ? 1 : 0];
      if (requests.total == 0) continue;
      std::array<Label, 3> const labels{
          Label{"client", pair.source}, {"connection_type", type_name(messaging)}, {"server", pair.target}};
      total.add(labels, static_cast<double>(requests.total));
      failed.add(labels, static_cast<double>(requests.failed));
      server.add_histogram(labels, requests.server.durations.data(), requests.server.exemplars);
      client.add_histogram(labels, requests.client.durations.data(), requests.client.exemplars);
    }
  }
  auto& unpaired = out.counter("traces_service_graph_unpaired_spans_total",
                               "Spans of a hop whose other side did not come in time.");
  for (auto const& [key, count] : unpaired_) {
    unpaired.add({{"client", std::get<0>(key)},
                  {"connection_type", type_name(std::get<2>(key))},
                  {"server", std::get<1>(key)}},
                 static_cast<double>(count));
  }
}

}  // namespace fleet::exporters::a2a
