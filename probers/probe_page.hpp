// One attempt as a page of metrics, and its explanation.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/metrics/families.hpp"
#include "probers/probe.hpp"

namespace fleet::probers {

/// The step of an attempt that did not begin, because the module cannot take the target.
inline constexpr std::string_view target_step = "target";

/// probe_success, probe_duration_seconds, probe_timeout_seconds, the phases and facts under blackbox_exporter's
/// names, and probe_result_info{result,reason,step} 1. An unknown outcome is no success. What an attempt of
/// `kind` did not get to learn is there as 0 where blackbox_exporter has it so, for rules that expect the
/// series.
Families probe_page(const ProbeResult& result, std::string_view kind, std::chrono::milliseconds timeout);

/// Which module an attempt was made with, and at what. `target` as shown_target() has it.
struct AttemptedModule {
  std::string module, kind, place, target;
};

/// What `debug=true` answers: the notes with their times, the verdict, `page` (text 0.0.4), and where the
/// module's options stand. Its options are not shown: they may hold secrets.
std::string explanation(const AttemptedModule& attempted, const ProbeResult& result, const Notes& notes,
                        std::chrono::milliseconds timeout, std::string_view page);

}  // namespace fleet::probers
