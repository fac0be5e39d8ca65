// Child processes of tests, their directories and their ports.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fleet::testing {

/// A new directory below $TMPDIR (or /tmp), removed with all it holds by the destructor.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  /// Writes a file below the directory and returns its full name.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

/// A TCP port of 127.0.0.1 that nothing listens on, below the kernel's ephemeral range so that no outgoing
/// connection takes it meanwhile; never the same twice in one process. Any thread.
std::uint16_t free_port();

/// True if something accepts on 127.0.0.1:port.
bool accepts(std::uint16_t port);

/// How to start a process.
struct Launch {
  std::vector<std::string> command;                ///< program (looked up in PATH) and arguments
  std::filesystem::path output;                    ///< stdout and stderr are appended here; empty: /dev/null
  std::map<std::string, std::string> environment;  ///< added to ours
  std::string user;                                ///< to run as, if we are root; empty: as we are
  std::filesystem::path directory;                 ///< working directory; empty: ours
};

/// A child process. Inherits no descriptor but its output, gets SIGKILL if the thread that started it dies, and
/// is ended by the destructor (SIGTERM, after 5 s SIGKILL). Not thread-safe.
class Process {
 public:
  /// Throws std::runtime_error if the fork fails; a program that cannot be executed is an exit code 127.
  explicit Process(Launch launch);
  ~Process();
  Process(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  /// Sends it to this process alone; nothing if it has ended. After SIGSTOP it stands still when this returns.
  void signal(int number);
  /// Sends it to this process and to every descendant it has at this moment, parents first. After SIGSTOP they
  /// all stand still when this returns.
  void signal_tree(int number);
  /// The exit code, or 128 + the signal that ended it; nothing while it runs.
  std::optional<int> exit_code();
  /// Waits for the end; throws std::runtime_error with the end of its output if it outlives `limit`.
  int wait(std::chrono::milliseconds limit = std::chrono::seconds(10));
  /// SIGTERM, then SIGKILL after `patience`; returns the exit code.
  int stop(std::chrono::milliseconds patience = std::chrono::seconds(5));
  /// SIGKILL, and waits for the end.
  void kill9();
  /// What it has written so far; "" without an output file.
  std::string output() const;

 private:
  void reap();

  Launch launch_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

/// Starts a command, waits for its end and returns the output; throws std::runtime_error with it if the exit
/// code is not 0.
std::string run_command(std::vector<std::string> command, std::string user = "",
                        std::chrono::milliseconds limit = std::chrono::seconds(60));

/// The text of a file; "" if it cannot be read.
std::string read_text(const std::filesystem::path& path);

}  // namespace fleet::testing
