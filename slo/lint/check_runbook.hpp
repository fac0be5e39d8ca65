// alerts/runbook: a runbook_url whose page nobody wrote.
#pragma once

#include "slo/lint/check.hpp"

namespace fleet::lint {

/// The page is what stands behind the last `/` or `#` of the URL.
void check_runbook(const Scope& scope, const Rule& rule, Report& report);

/// The names of the pages in a folder: its files less ".md". Throws config::Error if it cannot be read.
std::set<std::string> runbook_pages(const std::string& folder);

}  // namespace fleet::lint
