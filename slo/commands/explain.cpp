#include <cstdio>

#include "core/app/exit_status.hpp"
#include "core/config/document.hpp"
#include "slo/commands/commands.hpp"
#include "slo/commands/reading_flags.hpp"
#include "slo/explanation.hpp"

namespace fleet::slo {

int run_explain(int argc, const char* const* argv) {
  ReadingFlags reading;
  std::vector<double> outages;
  app::Flags flags(
      "slo_rules explain",
      "Says in words what each objective allows, what will page, how fast, and what an outage "
      "costs.\n\nExample:\n  "
      "slo_rules explain --outage=10m slo/legalllm.yml\n\nExit: 0 done, 2 bad usage or specification.");
  reading.register_on(flags);
  flags.add("outage", "LENGTH", "Tell what an outage of this length costs; repeatable (1m, 5m, 30m, 1h).",
            [&](const std::string& text) {
              auto const length = config::parse_duration(text);
              if (!length || length->count() == 0)
                throw app::UsageError("expected a duration such as 10m, got `" + text + "`");
              outages.push_back(std::chrono::duration<double>(*length).count());
            });
  if (!flags.parse(argc, argv)) return app::exit_met;
  if (outages.empty()) outages = {60, 300, 1800, 3600};
  bool first = true;
  for (const auto& specification : reading.read()) {
    for (const auto& objective : specification.objectives) {
      std::printf("%s%s", first ? "" : "\n", explanation(objective, outages).c_str());
      first = false;
    }
  }
  return app::exit_met;
}

}  // namespace fleet::slo
