// The flags of every command that say which specifications are read, and how.
#pragma once

#include <string>
#include <vector>

#include "core/app/flags.hpp"
#include "slo/objective.hpp"
#include "slo/spec/reading_options.hpp"

namespace fleet::slo {

/// Flag names are Sloth's, where it has the flag.
class ReadingFlags {
 public:
  /// Must outlive `flags`.
  void register_on(app::Flags& flags);
  /// After parsing: all specifications, with the labels of --extra-labels. Throws app::UsageError,
  /// config::Error.
  std::vector<Specification> read() const;
  /// The same options, for files one by one.
  ReadingOptions options() const;
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  std::vector<std::string> paths_;
  std::string windows_path_, period_ = "30d";
  bool whole_period_ = false, absent_when_idle_ = false;
  Labels extra_labels_;
};

}  // namespace fleet::slo
