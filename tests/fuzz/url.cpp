// URLs of configurations, agents' cards and redirections; on two lines a reference against the first.
#include "core/http/url.hpp"

#include "tests/fuzz/target.hpp"

using namespace fleet;

namespace {

void stands(const http::Url& url) {
  auto const text = url.to_string();
  auto const again = http::Url::parse(text);
  fuzz::require(again.has_value(), "what is printed is a URL");
  fuzz::require(again->to_string() == text, "what is printed reads back the same");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const text = fuzz::text_of(data, size);
  auto const line = text.find('\n');
  auto const url = http::Url::parse(text.substr(0, line));
  if (!url) return 0;
  stands(*url);
  if (line == std::string_view::npos) return 0;
  auto const target = url->resolve(text.substr(line + 1));
  if (target) stands(*target);
  return 0;
}
