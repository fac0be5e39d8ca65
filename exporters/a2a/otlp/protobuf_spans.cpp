// Field numbers: opentelemetry/proto/{collector/trace,trace,resource,common}/v1.
#include <array>
#include <optional>
#include <vector>

#include "exporters/a2a/otlp/protobuf_reader.hpp"
#include "exporters/a2a/otlp/span_decoding.hpp"

namespace fleet::exporters::a2a {
namespace {

using Wire = ProtobufReader::Wire;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char const c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

Attribute read_attribute(std::string_view message) {
  Attribute attribute;
  std::string_view value;
  ProtobufReader pair(message);
  while (pair.next()) {
    if (pair.is(1, Wire::bytes)) attribute.key = pair.bytes();
    if (pair.is(2, Wire::bytes)) value = pair.bytes();
  }
  ProtobufReader any(value);  // lists and maps in it are not entered: nothing here recurses
  while (any.next()) {
    if (any.is(1, Wire::bytes)) attribute.text = any.bytes();
    if (any.is(3, Wire::varint)) {
      attribute.integer = static_cast<std::int64_t>(any.number());
      attribute.is_integer = true;
    }
  }
  return attribute;
}

/// Whose attributes are in use; kept from span to span for its storage.
struct Attributes {
  std::vector<Attribute> resource, span;
};

bool is_failed(std::string_view status) {
  constexpr std::uint64_t error = 2;
  std::uint64_t code = 0;
  ProtobufReader reader(status);
  while (reader.next()) {
    if (reader.is(3, Wire::varint)) code = reader.number();
  }
  return code == error;
}

void read_span(std::string_view message, Attributes& attributes, Rejected& rejected, const SpanSink& sink) {
  Span span;
  std::string_view trace, id, parent;
  attributes.span.clear();
  ProtobufReader reader(message);
  while (reader.next()) {
    if (reader.is(1, Wire::bytes)) trace = reader.bytes();
    if (reader.is(2, Wire::bytes)) id = reader.bytes();
    if (reader.is(4, Wire::bytes)) parent = reader.bytes();
    if (reader.is(5, Wire::bytes)) span.name = reader.bytes();
    if (reader.is(6, Wire::varint) && reader.number() <= 5) span.kind = static_cast<SpanKind>(reader.number());
    if (reader.is(7, Wire::fixed64)) span.start_ns = reader.number();
    if (reader.is(8, Wire::fixed64)) span.end_ns = reader.number();
    if (reader.is(9, Wire::bytes)) attributes.span.push_back(read_attribute(reader.bytes()));
    if (reader.is(15, Wire::bytes)) span.failed = is_failed(reader.bytes());
  }
  if (trace.size() == 16) span.trace = {big_endian(trace.substr(0, 8)), big_endian(trace.substr(8))};
  if (id.size() == 8) span.id = big_endian(id);
  if (parent.size() == 8) span.parent = big_endian(parent);
  span.attributes = attributes.span;
  span.resource = attributes.resource;
  rejected.give(span, sink);
}

void read_resource(std::string_view message, Attributes& attributes) {
  ProtobufReader reader(message);
  while (reader.next()) {
    if (reader.is(1, Wire::bytes)) attributes.resource.push_back(read_attribute(reader.bytes()));
  }
}

void read_scope(std::string_view message, Attributes& attributes, Rejected& rejected, const SpanSink& sink) {
  ProtobufReader reader(message);
  while (reader.next()) {
    if (reader.is(2, Wire::bytes)) read_span(reader.bytes(), attributes, rejected, sink);
  }
}

}  // namespace

Rejected decode_protobuf_spans(std::string_view body, const SpanSink& sink) {
  Rejected rejected;
  Attributes attributes;
  ProtobufReader request(body);
  while (request.next()) {
    if (!request.is(1, Wire::bytes)) continue;
    attributes.resource.clear();
    // Fields may come in any order, and the spans need their resource.
    ProtobufReader resource(request.bytes());
    while (resource.next()) {
      if (resource.is(1, Wire::bytes)) read_resource(resource.bytes(), attributes);
    }
    ProtobufReader scopes(request.bytes());
    while (scopes.next()) {
      if (scopes.is(2, Wire::bytes)) read_scope(scopes.bytes(), attributes, rejected, sink);
    }
  }
  return rejected;
}

}  // namespace fleet::exporters::a2a
