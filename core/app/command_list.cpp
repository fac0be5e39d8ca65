#include "core/app/command_list.hpp"

#include <algorithm>
#include <vector>

#include "core/config/nearest.hpp"

namespace fleet::app {

std::string list_of(std::span<const Command> commands) {
  std::size_t width = 0;
  for (auto const& command : commands) width = std::max(width, command.name.size());
  std::string out;
  for (auto const& command : commands) {
    out += (out.empty() ? "  " : "\n  ") + std::string(command.name) +
           std::string(width - command.name.size() + 4, ' ') + std::string(command.summary);
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

std::string command_help(const std::string& what, const std::string& example, const std::string& exits) {
  std::string out = what + "\n\nExample:\n  ";
  for (char const c : example) out += c == '\n' ? std::string("\n  ") : std::string(1, c);
  return out + "\n\nExit: " + exits;
}

}  // namespace fleet::app
