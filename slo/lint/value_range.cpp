#include "slo/lint/value_range.hpp"

#include <algorithm>
#include <cmath>

#include "core/io/parse_number.hpp"

namespace fleet::lint {
namespace {

using namespace promql;

constexpr double infinity = std::numeric_limits<double>::infinity();

// Functions whose result lies within fixed bounds, whatever they are given.
const std::map<std::string_view, Interval>& fixed_ranges() {
  static const std::map<std::string_view, Interval> out{{"absent", {1, 1}},
                                                        {"absent_over_time", {1, 1}},
                                                        {"changes", {0, infinity}},
                                                        {"count_over_time", {1, infinity}},
                                                        {"cos", {-1, 1}},
                                                        {"day_of_month", {1, 31}},
                                                        {"day_of_week", {0, 6}},
                                                        {"day_of_year", {1, 366}},
                                                        {"days_in_month", {28, 31}},
                                                        {"exp", {0, infinity}},
                                                        {"hour", {0, 23}},
                                                        {"increase", {0, infinity}},
                                                        {"irate", {0, infinity}},
                                                        {"minute", {0, 59}},
                                                        {"month", {1, 12}},
                                                        {"pi", {M_PI, M_PI}},
                                                        {"present_over_time", {1, 1}},
                                                        {"rate", {0, infinity}},
                                                        {"resets", {0, infinity}},
                                                        {"sgn", {-1, 1}},
                                                        {"sin", {-1, 1}},
                                                        {"stddev_over_time", {0, infinity}},
                                                        {"stdvar_over_time", {0, infinity}},
                                                        {"tanh", {-1, 1}},
                                                        {"time", {0, infinity}},
                                                        {"timestamp", {0, infinity}},
                                                        {"sqrt", {0, infinity, false, false, true}}};
  return out;
}

// Functions that return values which they were given, or values between them.
bool is_within_argument(std::string_view name) {
  static const std::set<std::string_view> names{
      "avg_over_time", "label_join",         "label_replace", "last_over_time", "max_over_time",
      "min_over_time", "quantile_over_time", "sort",          "sort_desc",      "vector"};
  return names.contains(name);
}

Interval mapped(const Interval& in, double (*function)(double)) {
  Interval out{function(in.least), function(in.most)};
  out.nan = in.nan;
  return out;
}

Interval magnitude(const Interval& in) {
  double const a = std::fabs(in.least), b = std::fabs(in.most);
  Interval out{in.least <= 0 && in.most >= 0 ? 0 : std::min(a, b), std::max(a, b)};
  out.nan = in.nan;
  return out;
}

// A sum of one or more values.
Interval summed(const Interval& in) {
  Interval out;
  if (in.least >= 0) out.least = in.least;
  if (in.most <= 0) out.most = in.most;
  out.nan = in.nan;
  return out;
}

}  // namespace

Interval ValueRange::of_node(const Selector& selector) const {
  Interval out;
  const KnownMetric* metric = catalogue_.find(selector.name());
  auto const& recording = rules_.recording(selector.name());
  if (metric != nullptr && recording.empty()) {
    out.least = metric->least.value_or(out.least);
    out.most = metric->most.value_or(out.most);
  }
  if (metric != nullptr || recording.empty() || visiting_.contains(selector.name())) return out;
  auto const visit = visiting_.emplace(selector.name()).first;
  bool first = true;
  for (const Rule* rule : recording) {
    Interval const one = rule->expr ? of(*rule->expr) : Interval{};
    out = first ? one : hull(out, one);
    first = false;
  }
  visiting_.erase(visit);
  return out;
}

// What lies beyond the last bucket is reported as that bucket's bound.
Interval ValueRange::of_histogram_quantile(const Call& call) const {
  double most = -infinity;
  bool positive = true;
  walk(*call.arguments[1], [&](const Expr& expr) {
    const auto* selector = expr.as<Selector>();
    const KnownMetric* metric = selector == nullptr ? nullptr : catalogue_.find(selector->name());
    if (metric == nullptr) return;
    auto const bounds = metric->values.find("le");
    if (bounds == metric->values.end()) return;
    for (const std::string& bound : bounds->second) {
      double const value = parse_number<double>(bound).value_or(infinity);
      if (std::isfinite(value)) most = std::max(most, value);
      positive = positive && value > 0;
    }
  });
  Interval out;
  out.nan = true;
  Interval const quantile = of(*call.arguments[0]);
  if (std::isfinite(most) && quantile.least >= 0 && quantile.most <= 1) {
    out.most = most;
    if (positive) out.least = 0;
  }
  return out;
}

Interval ValueRange::of_node(const Call& call) const {
  std::string_view const name = call.function->name;
  if (auto const fixed = fixed_ranges().find(name); fixed != fixed_ranges().end()) return fixed->second;
  if (name == "histogram_quantile") return of_histogram_quantile(call);
  if (call.arguments.empty()) return {};
  Interval const first = of(*call.arguments[0]);
  if (is_within_argument(name)) return name == "quantile_over_time" ? of(*call.arguments[1]) : first;
  if (name == "scalar") {
    Interval out = first;
    out.nan = true;
    return out;
  }
  if (name == "abs") return magnitude(first);
  if (name == "ceil") return mapped(first, [](double x) { return std::ceil(x); });
  if (name == "floor") return mapped(first, [](double x) { return std::floor(x); });
  if (name == "sum_over_time") return summed(first);
  if (name == "clamp_max" || name == "clamp_min") {
    Interval const bound = of(*call.arguments[1]);
    bool const upper = name == "clamp_max";
    return {upper ? std::min(first.least, bound.least) : std::max(first.least, bound.least),
            upper ? std::min(first.most, bound.most) : std::max(first.most, bound.most)};
  }
  if (name == "clamp") return {of(*call.arguments[1]).least, of(*call.arguments[2]).most};
  return {};
}

Interval ValueRange::of_node(const Aggregate& aggregate) const {
  const std::string& op = aggregate.op;
  if (op == "group") return Interval::exactly(1);
  if (op == "count" || op == "count_values") return Interval::from(1);
  if (op == "stddev" || op == "stdvar") return Interval::from(0);
  Interval const inner = of(*aggregate.of);
  if (op == "sum") return summed(inner);
  if (op != "quantile") return inner;
  Interval const parameter = of(*aggregate.parameter);
  return parameter.least >= 0 && parameter.most <= 1 ? inner : Interval{};
}

Interval ValueRange::of_node(const Binary& binary) const {
  if (binary.return_bool) return {0, 1};
  Interval const left = of(*binary.left), right = of(*binary.right);
  if (binary.op == "and" || binary.op == "unless") return left;
  if (binary.op == "or") return hull(left, right);
  if (binary.is_comparison()) {
    // A comparison returns the samples of its vector, which may stand on the right.
    bool const swapped = type_of(*binary.left) == Type::scalar;
    return swapped ? filtered(mirrored(binary.op), right, left) : filtered(binary.op, left, right);
  }
  Interval out = arithmetic(binary.op, left, right);
  bool const counts = left.least >= 0 || unwrapped(*binary.left).as<Binary>() != nullptr;
  if (binary.op == "/" && right.least >= 0 && counts && is_part_of(*binary.left, *binary.right)) {
    out = {0, 1};
    out.nan = true;
  }
  return out;
}

Interval ValueRange::of(const Expr& expr) const {
  if (const auto* number = expr.as<Number>()) {
    if (std::isnan(number->value)) return {-infinity, infinity, false, false, true};
    return Interval::exactly(number->value);
  }
  if (const auto* selector = expr.as<Selector>()) return of_node(*selector);
  if (const auto* call = expr.as<Call>()) return of_node(*call);
  if (const auto* aggregate = expr.as<Aggregate>()) return of_node(*aggregate);
  if (const auto* binary = expr.as<Binary>()) return of_node(*binary);
  if (const auto* unary = expr.as<Unary>()) {
    Interval const inner = of(*unary->operand);
    return unary->sign == '-' ? arithmetic("-", Interval::exactly(0), inner) : inner;
  }
  if (expr.as<Text>()) return {};
  return of(*children(expr).front());  // ranges, subqueries, parentheses
}

}  // namespace fleet::lint
