#include "slo/commands/reading_flags.hpp"

#include <re2/re2.h>

#include <stdexcept>

#include "core/config/document.hpp"
#include "slo/spec/specifications.hpp"

namespace fleet::slo {

void ReadingFlags::register_on(app::Flags& flags) {
  flags.positionals("FILE|FOLDER...", &paths_);
  flags.text("default-slo-period", "LENGTH", "Period of objectives that do not name one (30d).", &period_);
  flags.text("slo-period-windows-path", "PATH",
             "AlertWindows files that replace the built-in ones (30d and 28d).", &windows_path_);
  flags.toggle("disable-optimized-rules",
               "Take the period's ratio from raw samples, not from the recorded 5 minutes.", &whole_period_);
  flags.toggle("absent-when-idle",
               "Without events there is no ratio, rather than NaN, which would spoil the period's mean; so "
               "does Sloth after 0.16.",
               &absent_when_idle_);
  flags.add("extra-labels", "NAME=VALUE", "A label for every recording rule; repeatable.",
            [this](const std::string& text) {
              static const re2::RE2 pattern("([a-zA-Z_][a-zA-Z0-9_]*)=(.+)");
              std::string name, value;
              if (!re2::RE2::FullMatch(text, pattern, &name, &value))
                throw app::UsageError("expected NAME=VALUE, got `" + text + "`");
              extra_labels_[name] = value;
            });
}

ReadingOptions ReadingFlags::options() const {
  if (paths_.empty()) throw app::UsageError("expected at least one specification, see --help");
  ReadingOptions out;
  if (!windows_path_.empty()) out.catalog = WindowCatalog::load(windows_path_);
  auto const period = config::parse_duration(period_);
  if (!period)
    throw app::UsageError("--default-slo-period: expected a duration such as 30d, got `" + period_ + "`");
  out.default_period = *period;
  out.period_from_recordings = !whole_period_;
  out.absent_when_idle = absent_when_idle_;
  try {
    (void)out.catalog.of(out.default_period);
  } catch (const std::invalid_argument& error) {
    throw app::UsageError(std::string("--default-slo-period: ") + error.what());
  }
  return out;
}

std::vector<Specification> ReadingFlags::read() const {
  auto out = read_specifications(paths_, options());
  for (auto& specification : out) {
    for (auto& objective : specification.objectives)
      objective.labels = merged(std::move(objective.labels), extra_labels_);
  }
  return out;
}

}  // namespace fleet::slo
