#include <algorithm>
#include <set>

#include "slo/lint/value_range.hpp"

namespace fleet::lint {
namespace {

using namespace promql;

std::set<std::string> matcher_texts(const Selector& selector) {
  std::set<std::string> out;
  for (const Matcher& matcher : selector.matchers) {
    out.insert(matcher.label + "\n" + std::to_string(static_cast<int>(matcher.op)) + "\n" + matcher.value);
  }
  return out;
}

bool same_moment(const Moment& a, const Moment& b) {
  return a.offset == b.offset && a.at == b.at && a.anchor == b.anchor;
}

bool is_part(const Selector& part, const Selector& whole) {
  std::string const bucket = "_bucket", count = "_count", name = part.metric;
  std::string const family = name.ends_with(bucket) ? name.substr(0, name.size() - bucket.size()) : "";
  bool const of_histogram = !family.empty() && whole.metric == family + count;
  if (name.empty() || (name != whole.metric && !of_histogram) || !same_moment(part.moment, whole.moment))
    return false;
  auto const fewer = matcher_texts(whole), more = matcher_texts(part);
  return std::includes(more.begin(), more.end(), fewer.begin(), fewer.end());
}

bool is_part(const Call& part, const Call& whole) {
  static const std::set<std::string_view> growing{"rate", "increase", "irate", "sum_over_time",
                                                  "count_over_time"};
  if (part.function != whole.function || !growing.contains(part.function->name)) return false;
  return is_part_of(*part.arguments[0], *whole.arguments[0]);
}

bool is_part(const Aggregate& part, const Aggregate& whole) {
  if (part.op != whole.op || (part.op != "sum" && part.op != "count") || part.without != whole.without)
    return false;
  return std::set(part.labels.begin(), part.labels.end()) ==
             std::set(whole.labels.begin(), whole.labels.end()) &&
         is_part_of(*part.of, *whole.of);
}

}  // namespace

bool is_part_of(const Expr& part, const Expr& whole) {
  const Expr &a = unwrapped(part), &b = unwrapped(whole);
  if (print(a) == print(b)) return true;
  if (const auto* sum = b.as<Binary>(); sum != nullptr && sum->op == "+") {
    return is_part_of(a, *sum->left) || is_part_of(a, *sum->right);
  }
  if (const auto* difference = a.as<Binary>(); difference != nullptr && difference->op == "-") {
    return is_part_of(*difference->left, b) && is_part_of(*difference->right, *difference->left);
  }
  if (const auto* selector = a.as<Selector>()) return b.as<Selector>() && is_part(*selector, *b.as<Selector>());
  if (const auto* call = a.as<Call>()) return b.as<Call>() && is_part(*call, *b.as<Call>());
  if (const auto* aggregate = a.as<Aggregate>())
    return b.as<Aggregate>() && is_part(*aggregate, *b.as<Aggregate>());
  if (const auto* range = a.as<RangeSelector>()) {
    const auto* other = b.as<RangeSelector>();
    return other != nullptr && range->length == other->length && is_part_of(*range->selector, *other->selector);
  }
  return false;
}

}  // namespace fleet::lint
