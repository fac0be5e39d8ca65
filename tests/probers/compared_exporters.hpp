// Debian's blackbox_exporter and slo_prober side by side, on one blackbox.yml.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "tests/servers/process.hpp"

namespace fleet::testing {

/// What one of them answered to /probe.
struct ProbedPage {
  int status = 0;
  std::string text;  ///< without comments
  /// Sample values by series, `name` or `name{phase="x"}`; of other labels the page keeps nothing but that the
  /// series is there: `name{}`.
  std::map<std::string, double> samples;
};

/// Both run until this dies.
class ComparedExporters {
 public:
  /// Throws if one of them does not get ready.
  explicit ComparedExporters(const std::string& blackbox_yml);
  ProbedPage theirs(const std::string& module, const std::string& target, const std::string& more = "") const;
  ProbedPage ours(const std::string& module, const std::string& target, const std::string& more = "") const;
  std::string our_log() const { return ours_->output(); }

 private:
  TemporaryDirectory directory_;
  std::uint16_t their_port_, our_port_;
  std::unique_ptr<Process> theirs_, ours_;
};

}  // namespace fleet::testing
