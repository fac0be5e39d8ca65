#include <cstdio>

#include "core/app/exit_status.hpp"
#include "slo/commands/commands.hpp"
#include "slo/commands/reading_flags.hpp"
#include "slo/rules/objective_rules.hpp"

namespace fleet::slo {

int run_validate(int argc, const char* const* argv) {
  ReadingFlags reading;
  app::Flags flags(
      "slo_rules validate",
      "Reads specifications as `generate` would and says what is wrong with them: FILE:LINE:COLUMN: what was "
      "expected.\n\nExit: 0 all are good, 2 bad usage or specification.");
  reading.register_on(flags);
  if (!flags.parse(argc, argv)) return app::exit_met;
  auto const specifications = reading.read();
  std::size_t objectives = 0, rules = 0;
  for (const auto& specification : specifications) {
    for (const auto& objective : specification.objectives) {
      ++objectives;
      for (const auto& group : objective_groups(objective, specification.origin)) rules += group.rules.size();
    }
  }
  std::printf("OK, %zu objectives, %zu rules\n", objectives, rules);
  return app::exit_met;
}

}  // namespace fleet::slo
