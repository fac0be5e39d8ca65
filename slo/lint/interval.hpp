// What a value can be.
#pragma once

#include <limits>
#include <string_view>

namespace fleet::lint {

/// All numbers from `least` to `most`; an open end is not reached. NaN may come beside them if `nan`.
struct Interval {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool least_open = false, most_open = false;
  bool nan = false;

  static Interval exactly(double value) { return {value, value}; }
  static Interval from(double least) { return {least, std::numeric_limits<double>::infinity()}; }
  bool is_point() const { return least == most; }
  bool is_empty() const { return least > most || (least == most && (least_open || most_open)); }
};

Interval hull(const Interval& a, const Interval& b);
Interval intersection(const Interval& a, const Interval& b);
/// The results of + - * / % ^; anything for other operators.
Interval arithmetic(std::string_view op, const Interval& a, const Interval& b);

enum class Verdict { never, sometimes, always };
/// Whether `a OP b` can be true, for one of the six comparisons.
Verdict compare(std::string_view op, const Interval& a, const Interval& b);
/// The values of `a` for which `a OP b` can be true.
Interval filtered(std::string_view op, const Interval& a, const Interval& b);
/// "<" for ">", and so on: `a OP b` is `b mirrored(OP) a`.
std::string_view mirrored(std::string_view op);

}  // namespace fleet::lint
