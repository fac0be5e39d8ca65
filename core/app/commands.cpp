#include "core/app/commands.hpp"

#include <vector>

#include "core/app/flags.hpp"
#include "core/config/nearest.hpp"

namespace fleet::app {

std::string list_of(std::span<const Command> commands) {
  std::string out;
  for (auto const& command : commands) {
    out += (out.empty() ? "  " : "\n  ") + std::string(command.name) +
           std::string(12 - command.name.size(), ' ') + std::string(command.summary);
  }
  return out;
}

const Command& find_command(std::span<const Command> commands, std::string_view name, const std::string& what) {
  std::vector<std::string_view> names;
  for (auto const& command : commands) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  auto const near = config::nearest(name, names);
  throw UsageError("unknown " + what + " `" + std::string(name) + "`" +
                   (near.empty() ? ", see --help" : ", did you mean " + std::string(near) + "?"));
}

}  // namespace fleet::app
