// Spans that anybody may send; the first byte chooses protobuf or JSON.
#include "exporters/a2a/otlp/hop_span.hpp"
#include "exporters/a2a/otlp/span_decoding.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;
using namespace fleet::exporters::a2a;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static OtlpSettings const settings = [] {
    OtlpSettings made;
    made.rules = default_hop_rules();
    return made;
  }();
  auto const sink = [](const Span& span) { read_hop_span(span, settings); };
  auto const body = fuzz::text_of(data + 1, size - 1);
  try {
    data[0] % 2 == 0 ? decode_protobuf_spans(body, sink) : decode_json_spans(body, sink);
  } catch (const DecodingError&) {
  }
  return 0;
}
