// One request of a workflow, as it is configured.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/http/client.hpp"
#include "probers/workflow/assertion.hpp"
#include "probers/workflow/extraction.hpp"
#include "probers/workflow/json_template.hpp"
#include "probers/workflow/template.hpp"

namespace fleet::probers::workflow {

/// Repeats a step whose expectations or extractions do not hold yet. A request that gets no answer is not
/// repeated.
struct Retry {
  std::chrono::milliseconds interval;  ///< from the end of one try to the next
  std::chrono::milliseconds within;    ///< from the beginning of the step to the end of its last try
};

struct Step {
  std::string_view name;  ///< from kept_step_name()
  std::string method = "GET";
  Template url;  ///< a reference against the target's URL, or absolute
  std::vector<std::pair<std::string, Template>> headers;
  std::variant<std::monostate, Template, JsonTemplate> body;
  bool follow_redirects = true;  ///< at most 10
  /// In this order; then the extractions; max_duration last.
  std::vector<Assertion> assertions;
  std::vector<Extraction> extractions;
  std::optional<std::chrono::milliseconds>
      max_duration;  ///< of the whole step, repetitions and redirects included
  std::optional<Retry> retry;

  /// Whether anything looks into the body.
  bool reads_body() const;
};

/// Everything that a module's probes share.
struct Workflow {
  std::vector<Step> steps;
  std::map<std::string, config::Secret> variables;  ///< given in the configuration
  std::size_t body_size_limit = 4 * 1024 * 1024;
};

/// Variables that are there without being defined: "trace_id" (of the attempt, 32 hex digits), "unix_time"
/// (seconds, at the attempt's beginning), "uuid" (random, version 4). One value each for the whole attempt.
const std::vector<std::string_view>& built_in_variables();
/// Their values.
Variables built_in_values(const TraceContext& trace, std::chrono::system_clock::time_point now);

/// The same text with static storage: names of steps become names of phases, and results outlive the probe that
/// a reload replaced. The table keeps every name that was ever configured. Any thread.
std::string_view kept_step_name(std::string_view name);

}  // namespace fleet::probers::workflow
