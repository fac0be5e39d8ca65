// What the process writes to stderr while this lives.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace fleet::testing {

/// Redirects descriptor 2 to a temporary file; opens its descriptors at once, so it also works when none are
/// left.
class CapturedLog {
 public:
  CapturedLog() : file_(std::tmpfile()), original_(dup(2)) {
    if (!file_ || original_ < 0 || dup2(fileno(file_), 2) < 0)
      throw std::runtime_error("cannot capture stderr");
  }
  ~CapturedLog() {
    dup2(original_, 2);
    close(original_);
    std::fclose(file_);
  }
  CapturedLog(const CapturedLog&) = delete;

  std::string text() const {
    std::fflush(stderr);
    std::string text(64 * 1024, '\0');
    auto const count = pread(fileno(file_), text.data(), text.size(), 0);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }

 private:
  std::FILE* file_;
  int original_;
};

}  // namespace fleet::testing
