// The parts of a check, each of which reads one source.
#pragma once

#include <exception>
#include <iterator>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/deadline.hpp"
#include "exporters/checks/finding.hpp"

namespace fleet::exporters {

/// `Run` is what the parts of one run share: sources, limits.
template <class Run>
struct CheckPart {
  std::string_view check;    ///< its name on the command line
  std::string_view source;   ///< Run::has() says whether the configuration has it
  std::string_view subject;  ///< of the finding that it could not be read
  awaitable<std::vector<Finding>> (*judge)(std::shared_ptr<Run>, Deadline);
};

/// One part after the other; `only` empty: all whose source there is. A part that throws, or was asked for and
/// has no source, is one unmeasured finding.
template <class Run>
awaitable<std::vector<Finding>> judge_parts(std::span<const CheckPart<Run>> parts, std::shared_ptr<Run> run,
                                            std::set<std::string> only, Deadline deadline) {
  std::vector<Finding> all;
  for (auto const& part : parts) {
    std::string const check(part.check), subject(part.subject);
    bool const asked = only.contains(check);
    if (!only.empty() && !asked) continue;
    if (!run->has(part.source)) {
      if (asked) all.push_back(unmeasured(check, subject, "switched off in the configuration"));
      continue;
    }
    try {
      auto findings = co_await part.judge(run, deadline);
      std::move(findings.begin(), findings.end(), std::back_inserter(all));
    } catch (const std::exception& error) {
      all.push_back(unmeasured(check, subject, error.what()));
    }
  }
  co_return all;
}

}  // namespace fleet::exporters
