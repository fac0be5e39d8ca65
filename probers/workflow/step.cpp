#include "probers/workflow/step.hpp"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <set>

namespace fleet::probers::workflow {

bool Step::reads_body() const {
  auto const looks = [](const Assertion& assertion) {
    return std::holds_alternative<JsonAssertion>(assertion) || std::holds_alternative<BodyAssertion>(assertion);
  };
  return std::any_of(assertions.begin(), assertions.end(), looks) ||
         std::any_of(extractions.begin(), extractions.end(),
                     [](auto const& from) { return from.header.empty(); });
}

const std::vector<std::string_view>& built_in_variables() {
  static const std::vector<std::string_view> names{"trace_id", "unix_time", "uuid"};
  return names;
}

Variables built_in_values(const TraceContext& trace, std::chrono::system_clock::time_point now) {
  // As random as the trace id is, and another number than that.
  auto const random = TraceContext::make();
  char uuid[37];
  std::snprintf(
      uuid, sizeof uuid, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(random.trace_high >> 32),
      static_cast<unsigned>(random.trace_high >> 16 & 0xffff), static_cast<unsigned>(random.trace_high & 0xfff),
      static_cast<unsigned>(0x8000 | (random.trace_low >> 48 & 0x3fff)),
      static_cast<unsigned long long>(random.trace_low & 0xffffffffffff));
  Variables values;
  values["trace_id"] = trace.trace_id();
  values["unix_time"] =
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  values["uuid"] = uuid;
  return values;
}

std::string_view kept_step_name(std::string_view name) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> names;
  std::lock_guard const lock(mutex);
  return *names.emplace(name).first;
}

}  // namespace fleet::probers::workflow
