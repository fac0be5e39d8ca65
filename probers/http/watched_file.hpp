// Texts in files that may change while the program runs: rotated credentials, request bodies.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/config/document.hpp"
#include "core/config/secret.hpp"

namespace fleet::probers {

/// A file that is read again when its inode, size or time of change differ. One io thread.
class WatchedFile {
 public:
  enum class Kind : std::uint8_t {
    secret,  ///< at most 64 KiB, without the line break at its end, never empty
    body     ///< at most 64 MiB, as it is
  };
  /// Reads it at once; throws config::Error at `path` if that fails.
  WatchedFile(const config::Value& path, Kind kind);
  /// The text as of now. Throws std::runtime_error naming the file if it cannot be read any more.
  const std::string& text();

 private:
  std::string problem();

  std::string path_;
  Kind kind_;
  std::string text_;
  struct stat seen_ {};
};

/// A secret from the configuration or from a file. Copies share the file.
class SecretSource {
 public:
  SecretSource() = default;
  explicit SecretSource(config::Secret secret) : secret_(std::move(secret)) {}
  explicit SecretSource(std::shared_ptr<WatchedFile> file) : file_(std::move(file)) {}
  /// "" if there is none. Throws as WatchedFile::text().
  const std::string& reveal() const { return file_ ? file_->text() : secret_.reveal(); }
  bool empty() const { return !file_ && secret_.empty(); }

 private:
  config::Secret secret_;
  std::shared_ptr<WatchedFile> file_;
};

/// `key` or `key_file`, not both; empty if neither.
SecretSource read_secret_source(const config::Mapping& mapping, std::string_view key);

}  // namespace fleet::probers
