#include "slo/lint/check_regexp.hpp"

namespace fleet::lint {
namespace {

using namespace promql;

bool is_plain(std::string_view pattern) {
  return pattern.find_first_of(".*+?()[]{}|^$\\") == std::string_view::npos;
}

std::string complaint(const Matcher& matcher) {
  const std::string& pattern = matcher.value;
  bool const positive = matcher.op == MatchOperator::regex;
  if (pattern == ".*") {
    return positive ? "`.*` accepts every series, with the label or without: leave it out, or use `.+`"
                    : "!~`.*` accepts no series";
  }
  if (is_plain(pattern)) return backquoted(pattern) + " is no pattern: use " + (positive ? "=" : "!=");
  if (pattern.starts_with('^') || (pattern.ends_with('$') && !pattern.ends_with("\\$"))) {
    return backquoted(pattern) + ": patterns are anchored on both sides anyway";
  }
  std::string_view const inside = std::string_view(pattern).substr(1);
  bool const caret = inside.find('^') != std::string_view::npos && pattern.find('[') == std::string::npos &&
                     pattern.find('\\') == std::string::npos && pattern.find('|') == std::string::npos &&
                     pattern.find('(') == std::string::npos;
  if (caret) return backquoted(pattern) + " matches nothing: `^` stands behind other characters";
  if (pattern.starts_with('|') || pattern.ends_with('|') || pattern.find("||") != std::string::npos) {
    return backquoted(pattern) + " has an empty alternative, which accepts series without the label";
  }
  return "";
}

}  // namespace

void check_regexp(const Scope&, const Rule& rule, Report& report) {
  walk(*rule.expr, [&](const Expr& expr) {
    const auto* selector = expr.as<Selector>();
    if (selector == nullptr) return;
    for (const Matcher& matcher : selector->matchers) {
      if (!matcher.pattern) continue;
      if (std::string message = complaint(matcher); !message.empty()) {
        report.expression(matcher.span.begin, std::move(message));
      }
    }
  });
}

}  // namespace fleet::lint
