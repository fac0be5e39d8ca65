// Server-sent events: from bytes as they arrive to events.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace fleet::probers::a2a {

struct SseEvent {
  std::string type = "message";  ///< the `event:` line, if there was one
  std::string data;              ///< `data:` lines joined by line feeds
};

/// Decodes a stream of server-sent events (WHATWG HTML, section 9.2.6) incrementally: line ends CR, LF and
/// CRLF, a byte order mark, comments, `id:` and `retry:` lines, several `data:` lines, cuts anywhere. Events
/// without data are none. Memory is bounded by the limit on an event.
class SseDecoder {
 public:
  explicit SseDecoder(std::size_t max_event_bytes) : max_event_bytes_(max_event_bytes) {}

  /// Takes the next bytes of the stream; read events with next() before the next call.
  void feed(std::string_view bytes);
  /// The next complete event, or nothing until more is fed. What the stream's end cut off is no event.
  std::optional<SseEvent> next();
  /// An event exceeded the limit; next() gives nothing any more.
  bool too_large() const { return too_large_; }

 private:
  std::optional<std::string_view> line();
  void take_field(std::string_view line);

  std::size_t max_event_bytes_;
  std::string buffer_;
  std::size_t used_ = 0;     // of buffer_
  std::size_t scanned_ = 0;  // of the unfinished line, so that no byte is looked at twice
  SseEvent event_;
  bool has_data_ = false;
  bool after_cr_ = false;  // a line feed that comes now belongs to the line before
  bool at_begin_ = true;
  bool too_large_ = false;
};

}  // namespace fleet::probers::a2a
