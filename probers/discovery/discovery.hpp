// Targets that others list: Prometheus' file_sd and http_sd formats, DNS SRV records.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "core/http/client.hpp"
#include "core/http/url.hpp"

namespace fleet::probers {

/// Labels whose names begin with two underscores are for discovery and reach no series, as in Prometheus.
using TargetLabels = std::map<std::string, std::string>;

struct DiscoveredTarget {
  std::string address;  ///< the __address__ (or a label's `__param_target` if present)
  TargetLabels labels;
  friend bool operator==(const DiscoveredTarget&, const DiscoveredTarget&) = default;
};

/// file_sd_configs: JSON or YAML files by name or glob in the last path component.
struct FileDiscovery {
  std::vector<std::string> files;
  std::chrono::milliseconds refresh_interval{30'000};
};

/// http_sd_configs: a URL that answers 200 with the JSON of file_sd.
struct HttpDiscovery {
  http::Url url;
  http::ClientOptions client;
  std::vector<std::pair<std::string, config::Secret>> headers;
  std::chrono::milliseconds refresh_interval{60'000};
};

/// dns_sd_configs of type SRV: "_a2a._tcp.example.com"; each record is one "host:port".
struct SrvDiscovery {
  std::vector<std::string> names;
  std::chrono::milliseconds refresh_interval{30'000};
};

struct Discoveries {
  std::vector<FileDiscovery> files;
  std::vector<HttpDiscovery> http;
  std::vector<SrvDiscovery> srv;
  bool empty() const { return files.empty() && http.empty() && srv.empty(); }
};

}  // namespace fleet::probers
