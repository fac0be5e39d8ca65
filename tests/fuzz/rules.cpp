// Files of Prometheus rules, as the check of rules reads them; their expressions are promql.cpp's.
#include "core/config/document.hpp"
#include "slo/lint/rule_file.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    lint::parse_rules(std::string(fuzz::text_of(data, size)), "fuzz.yml");
  } catch (const config::Error& error) {
    fuzz::require(std::string_view(error.what()).starts_with("fuzz.yml"), "a mistake has its place");
  }
  return 0;
}
