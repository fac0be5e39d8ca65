// Pages of metrics, as the check of rules reads what is exported.
#include "core/config/document.hpp"
#include "slo/lint/catalogue.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lint::Catalogue catalogue({"job", "instance"});
  try {
    catalogue.add_page_text(std::string(fuzz::text_of(data, size)), "fuzz.prom");
  } catch (const config::Error& error) {
    fuzz::require(std::string_view(error.what()).starts_with("fuzz.prom"), "a mistake has its place");
  }
  return 0;
}
