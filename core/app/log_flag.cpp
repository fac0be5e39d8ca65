#include "core/app/log_flag.hpp"

#include <utility>

namespace fleet::app {

namespace {

logging::Level parse_level(const std::string& text) {
  using enum logging::Level;
  for (auto const& [name, level] : {std::pair("debug", debug), std::pair("info", info), std::pair("warn", warn),
                                    std::pair("error", error)}) {
    if (text == name) return level;
  }
  throw UsageError("expected debug, info, warn or error, got `" + text + "`");
}

}  // namespace

void add_log_level(Flags& flags, std::string help, logging::Level* target) {
  flags.add("log.level", "LEVEL", std::move(help),
            [target](const std::string& text) { *target = parse_level(text); });
}

}  // namespace fleet::app
