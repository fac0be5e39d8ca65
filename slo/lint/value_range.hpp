// What the value of an expression can be.
#pragma once

#include "slo/lint/catalogue.hpp"
#include "slo/lint/interval.hpp"
#include "slo/lint/promql.hpp"
#include "slo/lint/rule_file.hpp"

namespace fleet::lint {

class ValueRange {
 public:
  /// Both must outlive this object.
  ValueRange(const Catalogue& catalogue, const RuleSet& rules) : catalogue_(catalogue), rules_(rules) {}

  /// Of every sample that the expression can return.
  Interval of(const promql::Expr& expr) const;

 private:
  Interval of_node(const promql::Selector& selector) const;
  Interval of_node(const promql::Call& call) const;
  Interval of_node(const promql::Aggregate& aggregate) const;
  Interval of_node(const promql::Binary& binary) const;
  Interval of_histogram_quantile(const promql::Call& call) const;

  const Catalogue& catalogue_;
  const RuleSet& rules_;
  mutable std::set<std::string, std::less<>> visiting_;
};

/// Whether `part` counts some of what `whole` counts, so that part/whole is at most 1: the same series with
/// more matchers, the buckets of a histogram and its count, under the same functions and aggregations.
bool is_part_of(const promql::Expr& part, const promql::Expr& whole);

}  // namespace fleet::lint
