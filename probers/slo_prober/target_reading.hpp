// Reads the targets of a probe and the labels of their series.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.hpp"
#include "probers/slo_prober/config.hpp"
#include "probers/slo_prober/module_table.hpp"

namespace fleet::probers {

/// Why no series of ours may have a label of that name; "" if one may: not a Prometheus label name, begins with
/// two underscores, or is a label that the prober sets itself.
std::string label_name_problem(std::string_view name);

/// A mapping of label names to values. Throws config::Error.
TargetLabels read_labels(const config::Value& value);

/// `targets`: texts, or {name, url | address | target, hostname, labels}. Each is tried on the module, which
/// may refuse it. Throws config::Error, also for a target named twice, and for one at which no attempt can be
/// good.
std::vector<TargetEntry> read_targets(const config::Value& list, const ModuleWithOptions& module);

}  // namespace fleet::probers
