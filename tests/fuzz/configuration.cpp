// YAML as configurations are read, and every kind of value in it.
#include "core/config/document.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;

namespace {

template <class Read>
void try_to(Read read) {
  try {
    read();
  } catch (const config::Error& error) {
    fuzz::require(std::string_view(error.what()).starts_with("fuzz.yml"), "a mistake has its place");
  }
}

void walk(const config::Value& value) {
  if (value.is_list()) {
    for (auto const& element : value.list()) walk(element);
    return;
  }
  if (value.is_mapping()) {
    for (auto const& [key, inner] : value.entries()) {
      walk(key);
      walk(inner);
    }
    return;
  }
  using std::chrono::milliseconds;
  try_to([&] { value.text(); });
  try_to([&] { value.verbatim(); });
  try_to([&] { value.integer(-1000, 1000); });
  try_to([&] { value.number(-1e9, 1e9); });
  try_to([&] { value.boolean(); });
  try_to([&] { value.duration(milliseconds(0)); });
  try_to([&] { value.regex(); });
  try_to([&] { value.http_url(); });
  try_to([&] { value.mapping({"known"}); });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_to([&] {
    std::string text(fuzz::text_of(data, size));
    for (auto const& document : config::Document::parse_all(std::move(text), "fuzz.yml")) walk(document.root());
  });
  return 0;
}
