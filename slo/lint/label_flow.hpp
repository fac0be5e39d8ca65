// Which labels the series of an expression carry.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "slo/lint/catalogue.hpp"
#include "slo/lint/promql.hpp"
#include "slo/lint/rule_file.hpp"

namespace fleet::lint {

/// What is known of the labels of a set of series. The name of the metric is not among them.
class LabelSet {
 public:
  struct Knowledge {
    bool always = false;               ///< no series lacks it
    std::optional<std::string> value;  ///< the one value that all which carry it have
  };

  static LabelSet anything();  ///< nothing is known
  bool may_have(const std::string& label) const;
  bool always_has(const std::string& label) const;
  std::optional<std::string> value(const std::string& label) const;
  bool open() const { return open_; }
  const std::map<std::string, Knowledge>& known() const { return known_; }

  void set(const std::string& label, Knowledge knowledge);
  void remove(const std::string& label);
  LabelSet only(const std::vector<std::string>& labels) const;
  LabelSet without(const std::vector<std::string>& labels) const;
  /// Of series that are in one set or the other.
  friend LabelSet either(const LabelSet& a, const LabelSet& b);

 private:
  bool open_ = false;  // there may be labels that are not in known_
  std::map<std::string, Knowledge> known_;
  std::set<std::string> removed_;  // labels that there are not, although open_
};

LabelSet either(const LabelSet& a, const LabelSet& b);

/// Why no series of `a` has the same value of the label as one of `b`; "" if some may. The names are for the
/// text: "only `a_name` has label `x`".
std::string obstacle(const std::string& label, const LabelSet& a, std::string_view a_name, const LabelSet& b,
                     std::string_view b_name);

class LabelFlow {
 public:
  /// Both must outlive this object.
  LabelFlow(const Catalogue& catalogue, const RuleSet& rules) : catalogue_(catalogue), rules_(rules) {}

  /// The labels of an instant or range vector; none for scalars and texts.
  LabelSet of(const promql::Expr& expr) const;
  /// Of the alerts or series that the rule makes.
  LabelSet of_rule(const Rule& rule) const;
  /// Those of the metric itself, before the selector's matchers narrow them.
  LabelSet of_metric(std::string_view name) const;

 private:
  LabelSet of_node(const promql::Selector& selector) const;
  LabelSet of_node(const promql::Call& call) const;
  LabelSet of_node(const promql::Aggregate& aggregate) const;
  LabelSet of_node(const promql::Binary& binary) const;

  const Catalogue& catalogue_;
  const RuleSet& rules_;
  mutable std::set<std::string, std::less<>>
      visiting_;  // recorded series, against rules that record in a circle
};

}  // namespace fleet::lint
