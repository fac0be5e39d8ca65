#include "core/config/file_text.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace fleet::config {

std::optional<std::string> read_file(const std::string& path, std::size_t max_bytes, std::string& text) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> const file(std::fopen(path.c_str(), "rbe"));
  if (!file) return std::strerror(errno);
  text.clear();
  char buffer[16384];
  while (std::size_t const got = std::fread(buffer, 1, sizeof buffer, file.get())) {
    text.append(buffer, got);
    if (text.size() > max_bytes) return "larger than " + std::to_string(max_bytes) + " bytes";
  }
  if (std::ferror(file.get())) return std::strerror(errno);
  return std::nullopt;
}

}  // namespace fleet::config
