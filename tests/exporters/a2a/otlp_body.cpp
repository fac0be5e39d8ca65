#include "tests/exporters/a2a/otlp_body.hpp"

namespace fleet::testing {
namespace {

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
  return out;
}

std::string raw(const std::string& hex) {
  std::string out;
  for (std::size_t n = 0; n + 1 < hex.size(); n += 2) {
    out += static_cast<char>(std::stoi(hex.substr(n, 2), nullptr, 16));
  }
  return out;
}

std::string protobuf_attribute(const MadeAttribute& attribute) {
  auto const value = attribute.text.empty() ? protobuf_number(3, static_cast<std::uint64_t>(attribute.integer))
                                            : protobuf_bytes(1, attribute.text);
  return protobuf_bytes(1, attribute.key) + protobuf_bytes(2, value);
}

std::string protobuf_span(const MadeSpan& span) {
  auto out =
      protobuf_bytes(1, raw(span.trace)) + protobuf_bytes(2, raw(span.id)) + protobuf_bytes(3, "vendor=state");
  if (!span.parent.empty()) out += protobuf_bytes(4, raw(span.parent));
  out += protobuf_bytes(5, span.name) + protobuf_number(6, static_cast<std::uint64_t>(span.kind)) +
         protobuf_fixed64(7, span.start_ns) + protobuf_fixed64(8, span.end_ns);
  for (auto const& attribute : span.attributes) out += protobuf_bytes(9, protobuf_attribute(attribute));
  // An event, a link, and flags (fixed32), which are skipped.
  out += protobuf_bytes(11, protobuf_fixed64(1, span.start_ns) + protobuf_bytes(2, "exception"));
  out += protobuf_bytes(13, protobuf_bytes(1, raw(span.trace)));
  out += protobuf_bytes(15, protobuf_bytes(2, "why") + protobuf_number(3, static_cast<unsigned>(span.status)));
  return out + varint(16 << 3 | 5) + std::string("\x01\x00\x00\x00", 4);
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string json_attribute(const MadeAttribute& attribute) {
  auto const value = attribute.text.empty() ? "\"intValue\":" + quoted(std::to_string(attribute.integer))
                                            : "\"stringValue\":" + quoted(attribute.text);
  return "{\"key\":" + quoted(attribute.key) + ",\"value\":{" + value + "}}";
}

std::string json_span(const MadeSpan& span) {
  std::string out = "{\"traceId\":" + quoted(span.trace) + ",\"spanId\":" + quoted(span.id);
  if (!span.parent.empty()) out += ",\"parentSpanId\":" + quoted(span.parent);
  out += ",\"name\":" + quoted(span.name) + ",\"kind\":" + std::to_string(span.kind) +
         ",\"startTimeUnixNano\":" + quoted(std::to_string(span.start_ns)) +
         ",\"endTimeUnixNano\":" + quoted(std::to_string(span.end_ns)) + ",\"attributes\":[";
  for (auto const& attribute : span.attributes) {
    out += (out.ends_with('[') ? "" : ",") + json_attribute(attribute);
  }
  return out + "],\"status\":{\"code\":" + std::to_string(span.status) + "},\"flags\":257}";
}

}  // namespace

std::string protobuf_number(unsigned field, std::uint64_t value) { return varint(field << 3) + varint(value); }

std::string protobuf_bytes(unsigned field, const std::string& bytes) {
  return varint(field << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string protobuf_fixed64(unsigned field, std::uint64_t value) {
  auto out = varint(field << 3 | 1);
  for (int n = 0; n < 8; ++n) out += static_cast<char>(value >> (8 * n) & 0xff);
  return out;
}

std::string protobuf_body(const std::vector<MadeResource>& resources, bool resource_last) {
  std::string body;
  for (auto const& resource : resources) {
    auto const attribute = protobuf_attribute({"service.name", resource.service});
    auto const described = protobuf_bytes(1, protobuf_bytes(1, attribute));
    std::string scope = protobuf_bytes(1, protobuf_bytes(1, "tracer"));
    for (auto const& span : resource.spans) scope += protobuf_bytes(2, protobuf_span(span));
    auto const scopes = protobuf_bytes(2, scope);
    body += protobuf_bytes(1, resource_last ? scopes + described : described + scopes);
  }
  return body;
}

std::string json_body(const std::vector<MadeResource>& resources) {
  std::string body = "{\"resourceSpans\":[";
  for (auto const& resource : resources) {
    body += (body.ends_with('[') ? "" : ",") + std::string("{\"resource\":{\"attributes\":[") +
            json_attribute({"service.name", resource.service}) +
            "]},\"scopeSpans\":[{\"scope\":{\"name\":\"tracer\"},\"spans\":[";
    for (auto const& span : resource.spans) body += (body.ends_with('[') ? "" : ",") + json_span(span);
    body += "]}]}";
  }
  return body + "]}";
}

}  // namespace fleet::testing
