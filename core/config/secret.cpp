#include "core/config/secret.hpp"

#include "core/config/file_text.hpp"

namespace fleet::config {

Secret read_secret(const Mapping& mapping, std::string_view key) {
  auto const inline_text = mapping.optional(key);
  std::string const file_key = std::string(key) + "_file";
  auto const file = mapping.optional(file_key);
  if (inline_text && file) {
    file->fail("expected either `" + std::string(key) + "` or `" + file_key + "`, got both");
  }
  if (inline_text) return Secret(inline_text->non_empty_text());
  if (!file) return {};
  std::string const path = file->path();
  std::string text;
  constexpr std::size_t max_bytes = 64 * 1024;
  if (auto const problem = read_file(path, max_bytes, text)) {
    file->fail("expected a readable file, got `" + path + "`: " + *problem);
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) file->fail("expected a file with a secret, but `" + path + "` is empty");
  return Secret(std::move(text));
}

}  // namespace fleet::config
