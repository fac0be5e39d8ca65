// The functions of Prometheus 2.42 and what they take.
// https://prometheus.io/docs/prometheus/2.42/querying/functions/
#include <algorithm>
#include <array>

#include "slo/lint/promql.hpp"

namespace fleet::promql {
namespace {

using enum Type;

constexpr auto of_vector = std::to_array<std::string_view>(
    {"abs",  "absent",   "acos", "acosh", "asin",  "asinh",         "atan",      "atanh", "ceil",
     "cos",  "cosh",     "deg",  "exp",   "floor", "histogram_sum", "ln",        "log10", "histogram_count",
     "log2", "rad",      "sgn",  "sin",   "sinh",  "sort",          "sort_desc", "sqrt",  "tan",
     "tanh", "timestamp"});
constexpr auto of_time = std::to_array<std::string_view>(
    {"day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year"});
constexpr auto of_range = std::to_array<std::string_view>(
    {"absent_over_time", "avg_over_time", "changes", "count_over_time", "delta", "deriv", "idelta", "increase",
     "irate", "last_over_time", "max_over_time", "min_over_time", "present_over_time", "rate", "resets",
     "stddev_over_time", "stdvar_over_time", "sum_over_time"});

std::vector<Function> make_functions() {
  std::vector<Function> out{
      {"clamp", vector, {vector, scalar, scalar}},
      {"clamp_max", vector, {vector, scalar}},
      {"clamp_min", vector, {vector, scalar}},
      {"histogram_fraction", vector, {scalar, scalar, vector}},
      {"histogram_quantile", vector, {scalar, vector}},
      {"holt_winters", vector, {range, scalar, scalar}},
      {"label_join", vector, {vector, text, text, text}, -1},
      {"label_replace", vector, {vector, text, text, text, text}},
      {"pi", scalar, {}},
      {"predict_linear", vector, {range, scalar}},
      {"quantile_over_time", vector, {scalar, range}},
      {"round", vector, {vector, scalar}, 1},
      {"scalar", scalar, {vector}},
      {"time", scalar, {}},
      {"vector", vector, {scalar}},
  };
  auto const add = [&](const auto& names, Type argument, int optional) {
    for (std::string_view const name : names) out.push_back({name, vector, {argument}, optional});
  };
  add(of_vector, vector, 0);
  add(of_time, vector, 1);
  add(of_range, range, 0);
  std::sort(out.begin(), out.end(), [](const Function& a, const Function& b) { return a.name < b.name; });
  return out;
}

}  // namespace

const Function* find_function(std::string_view name) {
  static const std::vector<Function> functions = make_functions();
  auto const found = std::lower_bound(functions.begin(), functions.end(), name,
                                      [](const Function& f, std::string_view n) { return f.name < n; });
  return found != functions.end() && found->name == name ? &*found : nullptr;
}

}  // namespace fleet::promql
