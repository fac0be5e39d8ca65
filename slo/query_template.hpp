// PromQL with {{.window}} in it.
#pragma once

#include <string>
#include <string_view>

#include "core/config/document.hpp"

namespace fleet::slo {

/// A query as it stands in a specification: not empty, with {{.window}} at least once and no other template,
/// brackets and quotes closed. Throws config::Error at `at`. It is not parsed as PromQL: promtool does that to
/// the rules.
std::string read_query(const config::Value& at);
/// The same without a window in it.
std::string read_expression(const config::Value& at);
/// `text` in double quotes, escaped as PromQL wants it.
std::string quoted_text(std::string_view text);
/// Fills in the window ("5m"). `query` has passed read_query().
std::string with_window(std::string_view query, std::string_view window);
/// Throws config::Error at `at` if `{{` and `}}` do not pair in an annotation or an alert's label.
void check_alert_template(const config::Value& at, std::string_view text);
/// Throws config::Error at `at` if brackets or quotes of this PromQL are not closed, or an operator has nothing
/// behind it.
void check_shape(const config::Value& at, std::string_view promql);

}  // namespace fleet::slo
