// The `otlp:` part of the configuration.
#pragma once

#include <re2/re2.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/config/document.hpp"

namespace fleet::exporters::a2a {

/// One way of knowing an A2A hop by a span; everything that is given must hold.
struct HopRule {
  std::string attribute;  ///< of span or resource; "a2a.*": any that begins so; "": none asked
  std::shared_ptr<const re2::RE2> matches;  ///< its value as text; null: it need only be there
  std::shared_ptr<const re2::RE2> name;     ///< of the span; null: any
};

struct OtlpSettings {
  std::vector<std::string> listen_addresses{":4318"};
  std::uint64_t max_body = 20 << 20;  ///< of a request, as it is sent and as it is decompressed
  std::size_t max_connections = 256;  ///< idle ones too: an SDK keeps several
  std::chrono::milliseconds wait{30'000};  ///< for the other span of a pair
  std::size_t max_waiting = 100'000;       ///< spans; the oldest makes place
  std::size_t remembered_spans = 200'000;  ///< for duplicates
  std::size_t max_pairs = 500;
  std::vector<std::string> agent_attributes{"service.name"};  ///< the first that is there names the agent
  bool clocks_in_step = false;  ///< whether stamps of two hosts may be subtracted, for the wait in a queue
  bool count_hops = true;       ///< false: service graph only, because the hops are counted from a stream
  std::vector<HopRule> rules;   ///< a pair is a hop if one of its spans meets one of them
};

/// Throws config::Error.
OtlpSettings read_otlp(const config::Value& value);
/// What makes a hop if `hops:` is not given.
std::vector<HopRule> default_hop_rules();

}  // namespace fleet::exporters::a2a
