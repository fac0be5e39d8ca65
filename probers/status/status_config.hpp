// `status:` of the prober's file: what the status pages show, and whom they ask.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "probers/discovery/http_server.hpp"
#include "probers/status/maintenance.hpp"

namespace fleet::probers::status {

using LabelSet = std::map<std::string, std::string>;

/// A service as its clients know it.
struct ServiceConfig {
  std::string name, description;
  std::vector<std::string> probes;      ///< names of probes of this file
  std::vector<std::string> objectives;  ///< `sloth_slo` of its objectives; the first gives its daily bars
  std::vector<LabelSet> alerts;         ///< an alert that has all labels of one of these is of this service
  bool is_public = true;
};

struct StatusConfig {
  std::string title = "Status";
  std::string vantage;  ///< the file's `vantage`
  std::optional<HttpServer> prometheus, alertmanager;
  std::chrono::milliseconds refresh{1'000};          ///< between two questions to Alertmanager
  std::chrono::milliseconds timeout{3'000};          ///< of one question
  std::chrono::milliseconds announce_after{30'000};  ///< failing for so long is told to clients
  std::chrono::seconds utc_offset{0};                ///< of days and of times in pages without JavaScript
  std::string public_url;                            ///< where clients find their view; "" if nobody said
  LabelSet incidents{{"sev", "1"}};                  ///< labels of the alerts that are incidents
  std::vector<ServiceConfig> services;
  std::vector<Maintenance> maintenance;
};

/// Reads the mapping; `probes` are the names that services may refer to. Throws config::Error.
StatusConfig read_status(const config::Value& value, const std::set<std::string>& probes);

}  // namespace fleet::probers::status
