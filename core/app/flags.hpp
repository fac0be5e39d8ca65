// Command-line flags as Prometheus programs spell them: --config.file=x or --config.file x.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fleet::app {

/// A command line that cannot be used; what() says which flag and what was expected. Exit 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Flags {
 public:
  Flags(std::string program, std::string summary);
  /// `placeholder` is shown in --help; `set` may throw UsageError. With an empty placeholder the flag is a
  /// switch: set("true") for --name, set("false") for --no-name.
  void add(std::string name, std::string placeholder, std::string help,
           std::function<void(const std::string&)> set);
  void text(std::string name, std::string placeholder, std::string help, std::string* target);
  void toggle(std::string name, std::string help, bool* target);
  /// Positional words allowed, and what they are called in --help ("[TARGET]"); none by default.
  void positionals(std::string name, std::vector<std::string>* target);
  /// Throws UsageError. Returns false if --help or --version was printed and the program should exit 0.
  bool parse(int argc, const char* const* argv);
  std::string help() const;

 private:
  struct Flag {
    std::string name, placeholder, help;
    std::function<void(const std::string&)> set;
  };
  const Flag* find(std::string_view name) const;
  [[noreturn]] void fail_unknown(std::string_view name) const;
  static void apply(const Flag& flag, const std::string& value);

  std::string program_, summary_;
  std::vector<Flag> flags_;
  std::string positional_name_;
  std::vector<std::string>* positionals_ = nullptr;
};

}  // namespace fleet::app
