#include "slo/lint/interval.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fleet::lint {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// 0 * inf is 0 here: the bounds are limits that no value reaches.
double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

Interval spanned(const std::array<double, 4>& values) {
  auto const [least, most] = std::minmax_element(values.begin(), values.end());
  return {*least, *most};
}

Interval product(const Interval& a, const Interval& b) {
  return spanned(
      {times(a.least, b.least), times(a.least, b.most), times(a.most, b.least), times(a.most, b.most)});
}

Interval quotient(const Interval& a, const Interval& b) {
  Interval out;
  if (b.least > 0 || b.most < 0) {
    out = product(a, {1 / b.most, 1 / b.least});
  } else if (a.least >= 0 && b.least >= 0) {
    out = Interval::from(0);
  }
  out.nan = b.least <= 0 && b.most >= 0;
  return out;
}

}  // namespace

Interval hull(const Interval& a, const Interval& b) {
  Interval out{std::min(a.least, b.least), std::max(a.most, b.most)};
  out.nan = a.nan || b.nan;
  return out;
}

Interval intersection(const Interval& a, const Interval& b) {
  Interval out{std::max(a.least, b.least), std::min(a.most, b.most)};
  out.least_open = (a.least == out.least && a.least_open) || (b.least == out.least && b.least_open);
  out.most_open = (a.most == out.most && a.most_open) || (b.most == out.most && b.most_open);
  return out;
}

Interval arithmetic(std::string_view op, const Interval& a, const Interval& b) {
  Interval out;
  bool const point = a.is_point() && b.is_point();
  if (op == "+") {
    out = {a.least + b.least, a.most + b.most};
  } else if (op == "-") {
    out = {a.least - b.most, a.most - b.least};
  } else if (op == "*") {
    out = product(a, b);
  } else if (op == "/") {
    out = quotient(a, b);
  } else if (op == "^" && point) {
    out = Interval::exactly(std::pow(a.least, b.least));
  } else if (op == "^" && a.least >= 0) {
    out = Interval::from(0);
  } else if (op == "%" && a.least >= 0 && b.is_point() && b.least > 0) {
    out = {0, b.least, false, true};
  }
  if (std::isnan(out.least) || std::isnan(out.most)) return {-infinity, infinity, false, false, true};
  out.nan = out.nan || a.nan || b.nan;
  return out;
}

Verdict compare(std::string_view op, const Interval& a, const Interval& b) {
  if (op == "<" || op == "<=") return compare(mirrored(op), b, a);
  bool const below = a.most < b.least || (a.most == b.least && (a.most_open || b.least_open));
  bool const above = a.least > b.most || (a.least == b.most && (a.least_open || b.most_open));
  bool const certain = !a.nan && !b.nan;
  if (op == ">") {
    if (below || a.most == b.least) return Verdict::never;
    return above && certain ? Verdict::always : Verdict::sometimes;
  }
  if (op == ">=") {
    if (below) return Verdict::never;
    return (above || a.least == b.most) && certain ? Verdict::always : Verdict::sometimes;
  }
  bool const equal = a.is_point() && b.is_point() && a.least == b.least;
  if (op == "==") {
    if (below || above) return Verdict::never;
    return equal && certain ? Verdict::always : Verdict::sometimes;
  }
  if (equal) return certain ? Verdict::never : Verdict::sometimes;
  return (below || above) ? Verdict::always : Verdict::sometimes;
}

Interval filtered(std::string_view op, const Interval& a, const Interval& b) {
  if (op == ">") return intersection(a, {b.least, infinity, true});
  if (op == ">=") return intersection(a, Interval::from(b.least));
  if (op == "<") return intersection(a, {-infinity, b.most, false, true});
  if (op == "<=") return intersection(a, {-infinity, b.most});
  if (op == "==") return intersection(a, b);
  return a;
}

std::string_view mirrored(std::string_view op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

}  // namespace fleet::lint
