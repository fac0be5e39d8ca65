// a2a_exporter as its users run it, for tests.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tests/servers/process.hpp"
#include "tests/servers/redis_server.hpp"

namespace fleet::testing {

/// One scraped page, by series as written on it.
struct Samples {
  std::string text;
  std::map<std::string, double> values;

  std::optional<double> get(const std::string& series) const {
    auto const found = values.find(series);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
  /// Sum over all series of that name; nullopt if there is none.
  std::optional<double> sum(const std::string& name) const;
};
Samples parse_page(const std::string& text);

class LiveExporter {
 public:
  explicit LiveExporter(const std::string& redis_address, const std::string& more_config = "");
  explicit LiveExporter(const RedisServer& redis, const std::string& more_config = "")
      : LiveExporter(redis.address(), more_config) {}

  void start();
  /// nullopt if nobody answers at this moment. Throws if the answer is not 200.
  std::optional<Samples> try_scrape() const;
  Samples scrape() const;
  /// Scrapes until the series has this value; returns the last value seen.
  std::optional<double> wait_for(const std::string& series, double value,
                                 std::chrono::milliseconds limit = std::chrono::seconds(10)) const;
  std::uint16_t port() const { return port_; }
  Process& process() { return *process_; }
  const std::string& config() const { return config_; }
  const TemporaryDirectory& directory() const { return directory_; }

 private:
  TemporaryDirectory directory_;
  std::string config_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// Adds one hop record as its receiver would, stamped with the server's clock: enqueued `latency_us` before
/// now. Returns the stream id.
std::string add_hop(const RedisServer& redis, const std::string& id, std::int64_t latency_us,
                    const std::map<std::string, std::string>& changes = {});

inline const std::string ok_hops = R"(a2a_hops_total{outcome="ok",source="intake",target="research"})";
inline const std::string hop_latency = R"(a2a_protocol_latency_ms{source="intake",target="research"})";

}  // namespace fleet::testing
