// The listener for OTLP/HTTP, on a thread of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporters/a2a/otlp/otlp_settings.hpp"
#include "exporters/a2a/otlp/span_ingest.hpp"

namespace fleet::exporters::a2a {

/// Serves POST /v1/traces until it is destroyed: connections are then closed, and senders try again elsewhere
/// or later. Its thread decodes, so that neither a scrape nor a feed waits for a large request. All members are
/// called on one thread, the worker's.
class OtlpReceiver {
 public:
  /// Throws std::system_error if an address cannot be bound.
  OtlpReceiver(const OtlpSettings& settings, std::shared_ptr<SpanIngest> ingest);
  ~OtlpReceiver();
  OtlpReceiver(const OtlpReceiver&) = delete;

  /// What a reload may change while it listens: everything but the addresses.
  void set_settings(const OtlpSettings& settings);
  const std::shared_ptr<SpanIngest>& ingest() const;
  /// As configured.
  const std::vector<std::string>& listen_addresses() const;
  /// In use, with the real ports.
  const std::vector<std::string>& bound_addresses() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fleet::exporters::a2a
