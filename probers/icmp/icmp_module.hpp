// Reads the options of an ICMP probe.
#pragma once

#include <memory>
#include <optional>

#include "core/config/document.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

/// blackbox_exporter's `ttl`, `payload_size`, `dont_fragment` (here for IPv6 too, and without privilege), those
/// of read_dial(), and `packets`, `packet_interval`, `max_loss_ratio`, `max_rtt`. Targets: a host or an
/// address.
std::shared_ptr<const Module> read_icmp(const std::optional<config::Value>& options, const config::Value& whole,
                                        const ReadContext& context);

}  // namespace fleet::probers
