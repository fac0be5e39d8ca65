#include "probers/http/watched_file.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "core/config/file_text.hpp"

namespace fleet::probers {

namespace {

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

WatchedFile::WatchedFile(const config::Value& path, Kind kind) : path_(path.path()), kind_(kind) {
  auto const what = problem();
  if (!what.empty()) path.fail("expected a readable file, got `" + path_ + "`: " + what);
}

std::string WatchedFile::problem() {
  struct stat now {};
  if (stat(path_.c_str(), &now) != 0) return std::strerror(errno);
  if (is_same(now, seen_)) return {};
  std::string fresh;
  std::size_t const limit = kind_ == Kind::secret ? 64 * 1024 : 64 * 1024 * 1024;
  if (auto what = config::read_file(path_, limit, fresh)) return *what;
  if (kind_ == Kind::secret) {
    while (fresh.ends_with('\n') || fresh.ends_with('\r')) fresh.pop_back();
    if (fresh.empty()) return "it is empty";
  }
  text_ = std::move(fresh);
  seen_ = now;
  return {};
}

const std::string& WatchedFile::text() {
  auto const what = problem();
  if (!what.empty()) throw std::runtime_error("cannot read " + path_ + ": " + what);
  return text_;
}

SecretSource read_secret_source(const config::Mapping& mapping, std::string_view key) {
  auto const text = mapping.optional(key);
  auto const file_key = std::string(key) + "_file";
  auto const file = mapping.optional(file_key);
  if (text && file) file->fail("expected either `" + std::string(key) + "` or `" + file_key + "`, got both");
  if (file) return SecretSource(std::make_shared<WatchedFile>(*file, WatchedFile::Kind::secret));
  return text ? SecretSource(config::Secret(text->text())) : SecretSource();
}

}  // namespace fleet::probers
