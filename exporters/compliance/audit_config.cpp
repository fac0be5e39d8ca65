#include "exporters/compliance/audit_config.hpp"

namespace fleet::exporters::compliance {

ElasticsearchConfig read_elasticsearch(const config::Value& value) {
  auto const mapping = value.mapping(http_server_keys({"index", "framework_field", "time_field", "window"}));
  ElasticsearchConfig elasticsearch;
  elasticsearch.server = read_http_server(mapping);
  if (auto const index = mapping.optional("index")) {
    elasticsearch.index = index->non_empty_text();
    // They become a part of the URL's path.
    if (elasticsearch.index.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789*,._-") != std::string::npos)
      index->fail("expected names of indices in lower case, like legalllm-compliance-*");
  }
  if (auto const field = mapping.optional("framework_field"))
    elasticsearch.framework_field = field->non_empty_text();
  if (auto const field = mapping.optional("time_field")) elasticsearch.time_field = field->non_empty_text();
  elasticsearch.window = mapping.duration_or("window", elasticsearch.window, std::chrono::seconds(1));
  return elasticsearch;
}

}  // namespace fleet::exporters::compliance
