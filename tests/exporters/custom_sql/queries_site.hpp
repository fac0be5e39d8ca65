// A server with the demo's database and an exporter with custom queries, for tests.
#pragma once

#include <string>

#include "tests/exporters/postgres/running_exporter.hpp"

namespace fleet::testing {

inline const std::string kDatabase = "legalllm_multiagent";

/// The configuration of pg_health_exporter for one server and these custom queries (a YAML list).
inline std::string config_with(const PostgresServer& server, const std::string& queries,
                               const std::string& more = "") {
  return "instances:\n" + instance_line("primary", server.address(), more) + "custom_queries:\n" + queries;
}

inline std::string success_of(const std::string& query, const PostgresServer& server) {
  return "pg_health_exporter_custom_query_success{query=\"" + query + "\",server=\"" + server.address() + "\"}";
}

/// The log lines that hold `what`.
inline std::string lines_with(const std::string& log, const std::string& what) {
  std::string out;
  for (std::size_t begin = 0; begin < log.size();) {
    auto const end = std::min(log.find('\n', begin), log.size());
    auto const line = log.substr(begin, end - begin);
    if (line.find(what) != std::string::npos) out += line + "\n";
    begin = end + 1;
  }
  return out;
}

}  // namespace fleet::testing
