// Programs whose first word is a command.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fleet::app {

/// `run` gets the command's own word as argv[0]; it returns the exit status and may throw UsageError.
struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(int argc, const char* const* argv);
};

/// For --help: a line each, the last without its end.
std::string list_of(std::span<const Command> commands);
/// Throws UsageError, with the nearest name, if there is none. `what`: "command".
const Command& find_command(std::span<const Command> commands, std::string_view name, const std::string& what);

}  // namespace fleet::app
