// document_exporter's configuration file.
#pragma once

#include <string>

#include "core/config/document.hpp"
#include "core/redis/connection.hpp"
#include "exporters/documents/batches.hpp"
#include "exporters/documents/queue_entries.hpp"

namespace fleet::exporters::documents {

struct BatchStream {
  std::string stream = "documents:batches";
  std::string group = "document-exporter";
  std::string consumer = "document-exporter";
  std::string checkpoint = "documents:batches:checkpoint:document-exporter";

  friend bool operator==(const BatchStream&, const BatchStream&) = default;
};

struct Settings {
  redis::Options redis;
  std::string queue = "document_processing_queue";
  BatchStream batches;
  BatchRules rules;
  QueueRules queue_rules;
};

/// Whether both read the same stream on the same server as the same reader.
bool same_source(const Settings& a, const Settings& b);

/// Checks the whole file; see documents.yml for every key. Throws config::Error.
Settings read_settings(const config::Document& document);

}  // namespace fleet::exporters::documents
