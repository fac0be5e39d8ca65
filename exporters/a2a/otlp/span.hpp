// A span as OTLP carries it: what of it matters here, as views into the request.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace fleet::exporters::a2a {

/// OTLP's numbers.
enum class SpanKind : std::uint8_t { unspecified, internal, server, client, producer, consumer };

struct TraceId {
  std::uint64_t high = 0, low = 0;

  bool is_valid() const { return high != 0 || low != 0; }
  /// 32 lower-case hex digits.
  std::string text() const;
  friend bool operator==(const TraceId&, const TraceId&) = default;
};

/// A value that is neither text nor integer (bool, double, bytes, list) is there, but empty.
struct Attribute {
  std::string_view key;
  std::string_view text;
  std::int64_t integer = 0;
  bool is_integer = false;
};

/// Valid while its sink runs.
struct Span {
  TraceId trace;
  std::uint64_t id = 0;
  std::uint64_t parent = 0;  ///< 0: none
  SpanKind kind = SpanKind::unspecified;
  std::string_view name;
  std::uint64_t start_ns = 0, end_ns = 0;  ///< of its host's clock
  bool failed = false;                     ///< status ERROR
  std::span<const Attribute> attributes;
  std::span<const Attribute> resource;

  /// Of the span, else of its resource; null if neither has it.
  const Attribute* find(std::string_view key) const;
};

using SpanSink = std::function<void(const Span&)>;

}  // namespace fleet::exporters::a2a
