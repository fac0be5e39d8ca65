// Reads the options of a TCP probe.
#pragma once

#include <memory>
#include <optional>

#include "core/config/document.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

/// blackbox_exporter's `tcp`: `tls`, `tls_config`, `query_response` and the keys of read_dial(). Targets are
/// "host:port". In `send` and in the labels' values of an entry with `expect`, `${name}` is a group of that
/// expression, and an environment variable if it has none of that name.
std::shared_ptr<const Module> read_tcp(const std::optional<config::Value>& options, const config::Value& whole,
                                       const ReadContext& context);

}  // namespace fleet::probers
