#include "exporters/a2a/otlp/span.hpp"

#include "exporters/a2a/otlp/span_decoding.hpp"

namespace fleet::exporters::a2a {

std::string TraceId::text() const {
  std::string text;
  for (auto const half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[half >> shift & 15];
  }
  return text;
}

const Attribute* Span::find(std::string_view key) const {
  for (auto const& list : {attributes, resource}) {
    for (auto const& attribute : list) {
      if (attribute.key == key) return &attribute;
    }
  }
  return nullptr;
}

void Rejected::give(const Span& span, const SpanSink& sink) {
  if (span.trace.is_valid() && span.id != 0) {
    sink(span);
    return;
  }
  if (spans == 0) reason = span.id != 0 ? "a span without a valid trace id" : "a span without a valid span id";
  ++spans;
}

}  // namespace fleet::exporters::a2a
