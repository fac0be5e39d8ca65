// The body of POST /v1/traces (ExportTraceServiceRequest of OTLP 1.x) into spans.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "exporters/a2a/otlp/span.hpp"

namespace fleet::exporters::a2a {

/// The body is not what its Content-Type says: 400. what() holds nothing of the body.
class DecodingError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Spans that no receiver could use: the rest of the request is good.
struct Rejected {
  std::uint64_t spans = 0;
  std::string reason;  ///< of the first

  /// Gives the span on if its ids are valid, else counts it here.
  void give(const Span& span, const SpanSink& sink);
};

/// Both give every good span to the sink, in order, and throw DecodingError at the first byte that cannot be
/// right, when earlier spans have been given already. Unknown fields are skipped, so that a later OTLP is read
/// as well. A span without a trace id of 16 bytes or an id of 8, or with zeros alone, is rejected.
Rejected decode_protobuf_spans(std::string_view body, const SpanSink& sink);
/// OTLP's JSON: ids in hex, enums as integers, 64-bit integers as texts (numbers are taken too).
Rejected decode_json_spans(std::string_view body, const SpanSink& sink);

}  // namespace fleet::exporters::a2a
