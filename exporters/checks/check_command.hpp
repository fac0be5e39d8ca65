// The command `check`, as every exporter of a register has it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.hpp"
#include "core/io/deadline.hpp"
#include "exporters/checks/finding.hpp"

namespace fleet::exporters {

/// A part of the whole check, asked for by --only=NAME.
struct CheckSubject {
  std::string_view name;
  std::string_view summary;
};

/// Reads the sources once and judges. A source that cannot be read is a finding, not an exception.
using Judge =
    std::function<awaitable<std::vector<Finding>>(asio::any_io_executor, std::set<std::string>, Deadline)>;

struct CheckDescription {
  std::string program;         ///< "compliance_exporter"
  std::string what;            ///< first paragraph of --help
  std::string example;         ///< one or more lines
  std::string default_config;  ///< "compliance.yml"
  std::span<const CheckSubject> subjects;
  /// Checks the whole file and returns how to judge by it; opens nothing.
  std::function<Judge(const config::Document&)> parse;
};

/// Returns app::ExitStatus. Throws app::UsageError and config::Error.
int run_check(int argc, const char* const* argv, const CheckDescription& description);

}  // namespace fleet::exporters
