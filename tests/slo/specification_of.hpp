// Objectives from text, for tests.
#pragma once

#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "slo/spec/specifications.hpp"

namespace fleet::slo::testing {

/// A prometheus/v1 file with one objective: `percent`, `sli` and whatever else, each line at its own
/// indentation of four.
inline std::string sloth_file(const std::string& percent, const std::string& rest = "",
                              const std::string& sli = "") {
  return "version: prometheus/v1\nservice: web\nslos:\n  - name: pages\n    objective: " + percent +
         "\n    sli:\n" +
         (sli.empty() ? "      events:\n        error_query: sum(rate(bad_total[{{.window}}]))\n"
                        "        total_query: sum(rate(all_total[{{.window}}]))\n"
                      : sli) +
         "    alerting:\n      name: PagesFail\n" + rest;
}

inline Objective objective_of(const std::string& text, const ReadingOptions& options = {}) {
  return parse_specifications(text, "slo.yml", options).at(0).objectives.at(0);
}

/// What is wrong with it, or "".
inline std::string error_of(const std::string& text, const ReadingOptions& options = {}) {
  try {
    (void)parse_specifications(text, "slo.yml", options);
  } catch (const config::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace fleet::slo::testing
