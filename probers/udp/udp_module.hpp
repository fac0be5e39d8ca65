// Reads the options of a UDP probe.
#pragma once

#include <memory>
#include <optional>

#include "core/config/document.hpp"
#include "probers/module.hpp"

namespace fleet::probers {

/// `send` (text) or `send_bytes` (hexadecimal digits, spaces between octets allowed), `expect` (regular
/// expression), `refusal_wait`, and those of read_dial(). Targets: "host:port".
std::shared_ptr<const Module> read_udp(const std::optional<config::Value>& options, const config::Value& whole,
                                       const ReadContext& context);

}  // namespace fleet::probers
