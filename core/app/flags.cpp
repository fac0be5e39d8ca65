#include "core/app/flags.hpp"

#include <algorithm>
#include <cstdio>

#include "core/app/build_info.hpp"
#include "core/config/nearest.hpp"

namespace fleet::app {
namespace {

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

Flags::Flags(std::string program, std::string summary)
    : program_(std::move(program)), summary_(std::move(summary)) {}

void Flags::add(std::string name, std::string placeholder, std::string help,
                std::function<void(const std::string&)> set) {
  flags_.push_back({std::move(name), std::move(placeholder), std::move(help), std::move(set)});
}

void Flags::text(std::string name, std::string placeholder, std::string help, std::string* target) {
  add(std::move(name), std::move(placeholder), std::move(help),
      [target](const std::string& s) { *target = s; });
}

void Flags::toggle(std::string name, std::string help, bool* target) {
  add(std::move(name), "", std::move(help), [target](const std::string& s) { *target = s == "true"; });
}

void Flags::positionals(std::string name, std::vector<std::string>* target) {
  positional_name_ = std::move(name);
  positionals_ = target;
}

const Flags::Flag* Flags::find(std::string_view name) const {
  auto const found = std::find_if(flags_.begin(), flags_.end(), [&](const Flag& f) { return f.name == name; });
  return found == flags_.end() ? nullptr : &*found;
}

void Flags::fail_unknown(std::string_view name) const {
  std::vector<std::string_view> known{"help", "version"};
  for (const Flag& flag : flags_) known.push_back(flag.name);
  std::string message = "unknown flag --" + std::string(name);
  std::string_view const near = config::nearest(name, known);
  message += near.empty() ? ", see --help" : ", did you mean --" + std::string(near) + "?";
  throw UsageError(message);
}

void Flags::apply(const Flag& flag, const std::string& value) {
  try {
    flag.set(value);
  } catch (const UsageError& error) {
    throw UsageError("--" + flag.name + ": " + error.what());
  }
}

bool Flags::parse(int argc, const char* const* argv) {
  bool words_only = false;
  for (int i = 1; i < argc; ++i) {
    std::string const word = argv[i];
    bool const is_flag = !words_only && word.size() > 1 && word[0] == '-';
    if (!is_flag) {
      if (positionals_ == nullptr) throw UsageError("unexpected argument `" + word + "`, see --help");
      positionals_->push_back(word);
      continue;
    }
    if (word == "--") {
      words_only = true;
      continue;
    }
    if (word == "-h" || word == "--help") {
      print(help());
      return false;
    }
    if (word == "--version") {
      print(version_text(program_) + "\n");
      return false;
    }
    if (!word.starts_with("--")) throw UsageError("unknown flag " + word + ", see --help");
    std::size_t const equals = word.find('=');
    std::string const name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Flag* flag = find(name);
    bool const negated = flag == nullptr && name.starts_with("no-");
    if (negated) flag = find(std::string_view(name).substr(3));
    if (flag == nullptr || (negated && !flag->placeholder.empty())) fail_unknown(name);
    if (flag->placeholder.empty()) {
      if (equals != std::string::npos) throw UsageError("--" + name + ": expected no value, this is a switch");
      apply(*flag, negated ? "false" : "true");
    } else if (equals != std::string::npos) {
      apply(*flag, word.substr(equals + 1));
    } else if (i + 1 < argc && !std::string_view(argv[i + 1]).starts_with("--")) {
      apply(*flag, argv[++i]);
    } else {
      throw UsageError("--" + name + ": expected a value (" + flag->placeholder + ")");
    }
  }
  return true;
}

std::string Flags::help() const {
  std::string out = "usage: " + program_ + " [flags]";
  if (positionals_ != nullptr) out += " " + positional_name_;
  out += "\n\n" + summary_ + "\n\nFlags:\n";
  std::vector<std::pair<std::string, std::string>> rows{{"-h, --help", "Show this text."},
                                                        {"--version", "Show the version."}};
  for (const Flag& flag : flags_) {
    bool const is_switch = flag.placeholder.empty();
    rows.emplace_back(is_switch ? "--[no-]" + flag.name : "--" + flag.name + "=" + flag.placeholder, flag.help);
  }
  std::size_t width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, left.size());
  for (const auto& [left, right] : rows) {
    out += "  " + left + std::string(width - left.size() + 2, ' ') + right + "\n";
  }
  return out;
}

}  // namespace fleet::app
