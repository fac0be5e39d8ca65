// A text that no log line, error or page shows.
#pragma once

#include <string>
#include <string_view>

#include "core/config/document.hpp"

namespace fleet::config {

/// Holds a password or token. Has no stream operator and no formatter on purpose; reveal() marks each use.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

/// Reads `<key>` or `<key>_file` (exactly one may be given; neither gives an empty Secret). The file's trailing
/// newline is dropped; an unreadable or empty file is an Error at the key. Both names must be in the mapping's
/// known keys.
Secret read_secret(const Mapping& mapping, std::string_view key);

}  // namespace fleet::config
