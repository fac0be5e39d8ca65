// From YAML to the steps of a workflow.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/config/document.hpp"
#include "probers/workflow/step.hpp"

namespace fleet::probers::workflow {

using VariableNames = std::set<std::string, std::less<>>;
using Headers = std::vector<std::pair<std::string, Template>>;

/// The `headers` of the workflow or a step. Throws config::Error, also for a variable that is not among
/// `defined`.
Headers read_headers(const config::Value& value, const VariableNames& defined);

/// One entry of `steps`. `base` are the headers of every step; one of the same name replaces them. `given` are
/// the variables that no extraction may redefine, `defined` all that this step may use; those that it extracts
/// are added. Throws config::Error.
Step read_step(const config::Value& value, const Headers& base, const VariableNames& given,
               VariableNames& defined);

}  // namespace fleet::probers::workflow
