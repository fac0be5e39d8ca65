// Where audit events are kept.
#pragma once

#include <chrono>
#include <string>

#include "exporters/compliance/http_server.hpp"

namespace fleet::exporters::compliance {

struct ElasticsearchConfig {
  HttpServer server;
  std::string index = "legalllm-compliance-*";
  std::string framework_field = "compliance_framework.keyword";
  std::string time_field = "@timestamp";
  std::chrono::milliseconds window = std::chrono::hours(1);
};

/// Throws config::Error.
ElasticsearchConfig read_elasticsearch(const config::Value& value);

}  // namespace fleet::exporters::compliance
