// Specifications of objectives, in every dialect, and the rules made of them.
#include "core/config/document.hpp"
#include "slo/rules/objective_rules.hpp"
#include "slo/rules/rule_yaml.hpp"
#include "slo/spec/specifications.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string const text(fuzz::text_of(data, size));
  try {
    for (auto const& specification : slo::parse_specifications(text, "fuzz.yml", {})) {
      for (auto const& objective : specification.objectives) {
        auto const groups = slo::objective_groups(objective, specification.origin);
        config::Document::parse(slo::rule_file(groups), "made.yml");
      }
    }
  } catch (const config::Error& error) {
    fuzz::require(std::string_view(error.what()).starts_with("fuzz.yml"), "a mistake has its place");
  }
  return 0;
}
