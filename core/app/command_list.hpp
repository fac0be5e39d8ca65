// Programs whose first word may be a command.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/app/flags.hpp"

namespace fleet::app {

/// argv[0] is the command's own word. Returns the exit status.
struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(int argc, const char* const* argv);
};

/// A line each for --help, the last without its end.
std::string list_of(std::span<const Command> commands);
/// Throws UsageError "unknown command `chekc`, did you mean check?"; `what` is "command".
const Command& find_command(std::span<const Command> commands, std::string_view name, const std::string& what);
/// The text between a command's usage line and its flags: what it does, examples and what its exit codes mean.
/// `example` is one or more lines without indentation; `exits` follows "Exit: ".
std::string command_help(const std::string& what, const std::string& example, const std::string& exits);

}  // namespace fleet::app
