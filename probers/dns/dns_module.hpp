// Reads the options of a DNS probe.
#pragma once

#include <memory>
#include <optional>

#include "core/config/document.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

/// Options as blackbox_exporter's dns module has them; `query_name` is required. Differences: an unknown type,
/// class or response code is an error here and not at each probe, "TYPE65400" and "CLASS32" are understood, and
/// `dns_over_tls` implies `transport_protocol: tcp`. Targets: "server" or "server:port"; port 53, or 853 with
/// dns_over_tls.
std::shared_ptr<const Module> read_dns(const std::optional<config::Value>& options, const config::Value& whole,
                                       const ReadContext& context);

}  // namespace fleet::probers
