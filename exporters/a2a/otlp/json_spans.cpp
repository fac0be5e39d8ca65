#include <boost/json.hpp>
#include <new>
#include <optional>
#include <vector>

#include "core/io/parse_number.hpp"
#include "exporters/a2a/otlp/span_decoding.hpp"

namespace fleet::exporters::a2a {
namespace {

namespace json = boost::json;

/// Counts what the parsed body takes, so that a small body of many tiny values does not become a large tree.
class BoundedMemory final : public json::memory_resource {
 public:
  explicit BoundedMemory(std::size_t limit) : left_(limit) {}

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (bytes > left_) throw std::bad_alloc();
    left_ -= bytes;
    return ::operator new(bytes, std::align_val_t(alignment));
  }
  void do_deallocate(void* place, std::size_t bytes, std::size_t alignment) override {
    left_ += bytes;
    // monotonic_resource gives its blocks back without the size of their heads.
    ::operator delete(place, std::align_val_t(alignment));
  }
  bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }

  std::size_t left_;
};

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

const json::value* member(const json::object& object, std::string_view key) {
  auto const* const found = object.if_contains(key);
  return found && !found->is_null() ? found : nullptr;
}

/// Protobuf's JSON allows null for what is not there, and nothing of another type than its own.
const json::array& list(const json::object& object, std::string_view key) {
  static const json::array none;
  auto const* const found = member(object, key);
  if (!found) return none;
  auto const* const array = found->if_array();
  if (!array) throw DecodingError("`" + std::string(key) + "` is no list");
  return *array;
}

const json::object& object_in(const json::array& array, std::size_t index, const char* what) {
  auto const* const object = array[index].if_object();
  if (!object) throw DecodingError(std::string(what) + " that is no object");
  return *object;
}

std::string_view text(const json::object& object, std::string_view key) {
  auto const* const found = member(object, key);
  if (!found) return {};
  auto const* const string = found->if_string();
  if (!string) throw DecodingError("`" + std::string(key) + "` is no text");
  return view(*string);
}

template <class Integer>
std::optional<Integer> to_integer(const json::value& value) {
  if (auto const* const string = value.if_string()) {
    return parse_number<Integer>(view(*string));
  }
  boost::system::error_code error;
  auto const number = value.to_number<Integer>(error);
  return error ? std::nullopt : std::optional(number);
}

template <class Integer>
Integer integer(const json::object& object, std::string_view key) {
  auto const* const found = member(object, key);
  if (!found) return 0;
  auto const number = to_integer<Integer>(*found);
  if (!number) throw DecodingError("`" + std::string(key) + "` is no integer");
  return *number;
}

std::optional<std::uint64_t> hex(std::string_view digits) {
  return digits.size() == 16 ? parse_number<std::uint64_t>(digits, 16) : std::nullopt;
}

TraceId trace_id(std::string_view digits) {
  if (digits.size() != 32) return {};
  auto const high = hex(digits.substr(0, 16)), low = hex(digits.substr(16));
  return high && low ? TraceId{*high, *low} : TraceId();
}

void read_attributes(const json::object& owner, std::vector<Attribute>& into) {
  auto const& attributes = list(owner, "attributes");
  for (std::size_t n = 0; n < attributes.size(); ++n) {
    auto const& pair = object_in(attributes, n, "an attribute");
    Attribute attribute;
    attribute.key = text(pair, "key");
    auto const* const value = member(pair, "value");
    auto const* const any = value ? value->if_object() : nullptr;
    if (any && member(*any, "intValue")) {
      attribute.integer = integer<std::int64_t>(*any, "intValue");
      attribute.is_integer = true;
    } else if (any) {
      attribute.text = text(*any, "stringValue");
    }
    into.push_back(attribute);
  }
}

void read_span(const json::object& object, std::span<const Attribute> resource,
               std::vector<Attribute>& attributes, Rejected& rejected, const SpanSink& sink) {
  Span span;
  span.trace = trace_id(text(object, "traceId"));
  span.id = hex(text(object, "spanId")).value_or(0);
  span.parent = hex(text(object, "parentSpanId")).value_or(0);
  span.name = text(object, "name");
  auto const kind = integer<std::int32_t>(object, "kind");
  if (kind >= 0 && kind <= 5) span.kind = static_cast<SpanKind>(kind);
  span.start_ns = integer<std::uint64_t>(object, "startTimeUnixNano");
  span.end_ns = integer<std::uint64_t>(object, "endTimeUnixNano");
  if (auto const* const status = member(object, "status"); status && status->is_object()) {
    span.failed = integer<std::int32_t>(status->get_object(), "code") == 2;
  }
  attributes.clear();
  read_attributes(object, attributes);
  span.attributes = attributes;
  span.resource = resource;
  rejected.give(span, sink);
}

/// `memory` is for the tree, `scratch` for what the parser has not put into it yet.
json::value parse(std::string_view body, json::storage_ptr memory, json::storage_ptr scratch) {
  json::parse_options options;
  options.max_depth = 64;  // attributes may hold lists of lists
  json::parser parser(std::move(scratch), options);
  parser.reset(std::move(memory));
  boost::system::error_code error;
  parser.write(json::string_view(body.data(), body.size()), error);
  if (error) throw DecodingError("the body is not JSON: " + error.message());
  return parser.release();
}

void read_request(const json::object& request, Rejected& rejected, const SpanSink& sink) {
  std::vector<Attribute> resource, attributes;
  auto const& resources = list(request, "resourceSpans");
  for (std::size_t r = 0; r < resources.size(); ++r) {
    auto const& entry = object_in(resources, r, "an entry of `resourceSpans`");
    resource.clear();
    if (auto const* const described = member(entry, "resource"); described && described->is_object()) {
      read_attributes(described->get_object(), resource);
    }
    auto const& scopes = list(entry, "scopeSpans");
    for (std::size_t s = 0; s < scopes.size(); ++s) {
      auto const& spans = list(object_in(scopes, s, "an entry of `scopeSpans`"), "spans");
      for (std::size_t n = 0; n < spans.size(); ++n) {
        read_span(object_in(spans, n, "a span"), resource, attributes, rejected, sink);
      }
    }
  }
}

}  // namespace

Rejected decode_json_spans(std::string_view body, const SpanSink& sink) {
  constexpr std::size_t tree_ratio = 8, tree_least = 1 << 20;
  Rejected rejected;
  try {
    BoundedMemory bounded(tree_least + tree_ratio * body.size());
    json::monotonic_resource memory(4096, &bounded);
    auto const value = parse(body, &memory, &bounded);
    auto const* const request = value.if_object();
    if (!request) throw DecodingError("the body is no JSON object");
    read_request(*request, rejected, sink);
  } catch (const std::bad_alloc&) {
    throw DecodingError("the body holds too many values for its size");
  }
  return rejected;
}

}  // namespace fleet::exporters::a2a
