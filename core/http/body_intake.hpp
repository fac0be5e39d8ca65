// Where the body of the response that counts goes: decoded, counted, limited, and held if it will be judged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/http/decoding.hpp"

namespace fleet::http {

class BodyIntake {
 public:
  enum class State : std::uint8_t { good, too_large, malformed };

  /// `limit` counts decoded bytes. A body is held only if `hold`.
  BodyIntake(std::optional<Compression> compression, std::optional<std::uint64_t> limit, bool hold)
      : limit_(limit), hold_(hold) {
    if (compression) decoder_.emplace(*compression);
  }

  /// False ends the response.
  bool take(std::string_view bytes) {
    if (!decoder_) return keep(bytes);
    auto const fed = decoder_->feed(bytes, [this](std::string_view piece) { return keep(piece); });
    if (fed == BodyDecoder::Fed::malformed) state_ = State::malformed;
    return fed == BodyDecoder::Fed::more;
  }

  /// After the last byte.
  void finish() {
    if (decoder_ && state_ == State::good && !decoder_->is_complete()) state_ = State::malformed;
  }

  State state() const { return state_; }
  const std::string& body() const { return body_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  bool keep(std::string_view piece) {
    if (limit_ && piece.size() > *limit_ - bytes_) {
      state_ = State::too_large;
      bytes_ = *limit_;
      return false;
    }
    bytes_ += piece.size();
    if (hold_) body_ += piece;
    return true;
  }

  std::optional<BodyDecoder> decoder_;
  std::optional<std::uint64_t> limit_;
  bool hold_;
  State state_ = State::good;
  std::string body_;
  std::uint64_t bytes_ = 0;
};

}  // namespace fleet::http
