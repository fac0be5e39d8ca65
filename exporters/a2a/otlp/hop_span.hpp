// What is kept of a span that may be one side of a hop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "exporters/a2a/otlp/otlp_settings.hpp"
#include "exporters/a2a/otlp/span.hpp"

namespace fleet::exporters::a2a {

struct HopSpan {
  TraceId trace;
  std::uint64_t id = 0, parent = 0;
  SpanKind kind = SpanKind::client;  ///< client, server, producer or consumer
  bool matches = false;              ///< meets a HopRule
  bool failed = false, timed_out = false;
  std::uint8_t error_code = 0;             ///< index into error_codes; of a failed one
  std::optional<std::uint8_t> task_state;  ///< index into task_state_names
  std::int64_t start_us = 0, end_us = 0;   ///< of its host's clock
  std::string agent;                       ///< "" if the span names none, or none that could be a label

  bool is_caller() const { return kind == SpanKind::client || kind == SpanKind::producer; }
  bool is_messaging() const { return kind == SpanKind::producer || kind == SpanKind::consumer; }
  std::int64_t duration_us() const { return end_us - start_us; }
  /// The id that the caller's span has and the callee's names as its parent; 0: no caller.
  std::uint64_t edge() const { return is_caller() ? id : parent; }
};

/// nullopt for spans that have no other side: internal ones, and calls of databases.
std::optional<HopSpan> read_hop_span(const Span& span, const OtlpSettings& settings);

}  // namespace fleet::exporters::a2a
