// Combinations of options, or of options and target, that can have no effect or no good answer.
#pragma once

#include <string>
#include <string_view>

#include "core/config/document.hpp"
#include "probers/slo_prober/module_table.hpp"

namespace fleet::probers {

/// Refuses, beyond what a kind's own reader does, options of a probe of `kind` that contradict each other or
/// that nothing will ever use. Not for `modules:`, where blackbox_exporter lets them pass. Throws
/// config::Error.
void refuse_impossible_options(std::string_view kind, const config::Value& options);

/// What is expected of the target instead, if no attempt at it can ever be good; else "". A target of /probe is
/// not checked: there the attempt fails and says so.
std::string why_never_good(const ModuleWithOptions& module, const TargetSpec& target);

}  // namespace fleet::probers
