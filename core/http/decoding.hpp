// Bodies out of their compression, as they arrive.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace fleet::http {

/// `deflate` is the zlib format of RFC 9110 or the raw one that some servers send: the first bytes tell.
enum class Compression : std::uint8_t { identity, gzip, deflate, br };

/// Decodes in pieces of at most 16 KiB, so that its caller can stop a body that grows out of bounds.
class BodyDecoder {
 public:
  /// Takes a piece; false ends the decoding.
  using Sink = std::function<bool(std::string_view)>;
  enum class Fed : std::uint8_t { more, stopped, malformed };

  explicit BodyDecoder(Compression compression);
  ~BodyDecoder();
  BodyDecoder(const BodyDecoder&) = delete;

  Fed feed(std::string_view bytes, const Sink& sink);
  /// Whether what was fed is a whole body.
  bool is_complete() const;

  struct Codec;

 private:
  std::unique_ptr<Codec> codec_;
};

}  // namespace fleet::http
