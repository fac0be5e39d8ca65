// A report as a table for people, JSON for programs, JUnit XML for pipelines. Pure.
#pragma once

#include <string>

#include "core/report/figures.hpp"
#include "core/report/text_table.hpp"
#include "probers/commands/report.hpp"

namespace fleet::probers {

/// Rows with what failed on top, one line each (labels, step and measures in columns of their own where any row
/// has them) and totals, or Report::text; then remarks and the summary. Control characters of a target's making
/// are shown as '?'.
std::string render_table(const Report& report);

/// One object, two blanks of indentation, in this order; new keys may be added, these stay:
///   command, version (1), began (RFC 3339, UTC), duration_seconds, exit_status, success, summary, remarks
///   [text], totals {measure: number or null}, rows [{probe, target, kind, labels {}, outcome (good, bad,
///   unknown), reason, step, detail, duration_seconds,
///          timeout_seconds (null: none), trace_id, attempts {good, bad, unknown}, results [{outcome, reason,
///          count}], measures {}, phases {name: seconds}, facts [{name, labels {}, value}], notes [{at_seconds,
///          text}]}].
/// Every number of JSON's; what is not finite is null.
std::string render_json(const Report& report);

/// A testsuite a probe, a testcase a target; bad is a failure, unknown an error, of type = reason; measures are
/// properties.
std::string render_junit(const Report& report);

using report::align;
using report::human_seconds;
using report::printable;
/// A measure's value by the end of its name: _seconds as above, _ratio as a percentage, else a number.
std::string human_value(const Measure& measure);

}  // namespace fleet::probers
