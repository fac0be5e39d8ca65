// Reads the options of a gRPC probe.
#pragma once

#include <memory>
#include <optional>

#include "core/config/document.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

/// blackbox_exporter's `service`, `tls`, `tls_config`, those of read_dial(), and `metadata` (names and values).
/// Targets: "host:port", or as blackbox_exporter takes them "host" (port 80, with TLS 443) and either after
/// "http://" or "https://", which decides nothing.
std::shared_ptr<const Module> read_grpc(const std::optional<config::Value>& options, const config::Value& whole,
                                        const ReadContext& context);

}  // namespace fleet::probers
