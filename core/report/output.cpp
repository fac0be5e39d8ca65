#include "core/report/output.hpp"

namespace fleet::report {

namespace {

Output parse_output(const std::string& text) {
  if (text == "table") return Output::table;
  if (text == "json") return Output::json;
  if (text == "junit") return Output::junit;
  throw app::UsageError("expected table, json or junit, got `" + text + "`");
}

}  // namespace

void add_output(app::Flags& flags, Output* target) {
  flags.add("output", "STYLE", "table, json or junit (table).",
            [target](const std::string& text) { *target = parse_output(text); });
}

}  // namespace fleet::report
