#include "slo/lint/label_flow.hpp"

#include <algorithm>

namespace fleet::lint {
namespace {

using namespace promql;

std::string text_argument(const Call& call, std::size_t index) {
  const auto* text = unwrapped(*call.arguments[index]).as<Text>();
  return text == nullptr ? "" : text->value;
}

// absent() invents a series from the matchers that say which one was meant.
LabelSet labels_of_absent(const Call& call) {
  LabelSet out;
  const Expr* argument = &unwrapped(*call.arguments[0]);
  if (const auto* range = argument->as<RangeSelector>()) argument = range->selector.get();
  const auto* selector = argument->as<Selector>();
  if (selector == nullptr) return out;
  std::set<std::string> twice;
  for (const Matcher& matcher : selector->matchers) {
    if (matcher.label == "__name__") continue;
    bool const usable =
        matcher.op == MatchOperator::equal && !out.may_have(matcher.label) && !twice.contains(matcher.label);
    if (usable && !matcher.value.empty()) {
      out.set(matcher.label, {true, matcher.value});
    } else {
      out.remove(matcher.label);
      twice.insert(matcher.label);
    }
  }
  return out;
}

}  // namespace

LabelSet LabelSet::anything() {
  LabelSet out;
  out.open_ = true;
  return out;
}

bool LabelSet::may_have(const std::string& label) const {
  return known_.contains(label) || (open_ && !removed_.contains(label));
}

bool LabelSet::always_has(const std::string& label) const {
  auto const found = known_.find(label);
  return found != known_.end() && found->second.always;
}

std::optional<std::string> LabelSet::value(const std::string& label) const {
  auto const found = known_.find(label);
  return found == known_.end() ? std::nullopt : found->second.value;
}

void LabelSet::set(const std::string& label, Knowledge knowledge) {
  known_[label] = std::move(knowledge);
  removed_.erase(label);
}

void LabelSet::remove(const std::string& label) {
  known_.erase(label);
  if (open_) removed_.insert(label);
}

LabelSet LabelSet::only(const std::vector<std::string>& labels) const {
  LabelSet out;
  for (const std::string& label : labels) {
    auto const found = known_.find(label);
    if (found != known_.end()) {
      out.known_[label] = found->second;
    } else if (may_have(label)) {
      out.known_[label] = {};
    }
  }
  return out;
}

LabelSet LabelSet::without(const std::vector<std::string>& labels) const {
  LabelSet out = *this;
  for (const std::string& label : labels) out.remove(label);
  return out;
}

LabelSet either(const LabelSet& a, const LabelSet& b) {
  LabelSet out;
  out.open_ = a.open_ || b.open_;
  for (const LabelSet* side : {&a, &b}) {
    for (const auto& [label, knowledge] : side->known_) {
      bool const always = a.always_has(label) && b.always_has(label);
      bool const same = always && a.value(label) == b.value(label);
      out.known_[label] = {always, same ? knowledge.value : std::nullopt};
    }
    for (const std::string& label : side->removed_) {
      if (!a.may_have(label) && !b.may_have(label)) out.removed_.insert(label);
    }
  }
  return out;
}

std::string obstacle(const std::string& label, const LabelSet& a, std::string_view a_name, const LabelSet& b,
                     std::string_view b_name) {
  auto const only = [&](std::string_view side) {
    return "only " + std::string(side) + " has label " + backquoted(label);
  };
  if (a.always_has(label) && !b.may_have(label)) return only(a_name);
  if (b.always_has(label) && !a.may_have(label)) return only(b_name);
  auto const one = a.value(label), other = b.value(label);
  if (!a.always_has(label) || !b.always_has(label) || !one || !other || *one == *other) return "";
  return "label " + backquoted(label) + " is " + backquoted(*one) + " on " + std::string(a_name) + " and " +
         backquoted(*other) + " on " + std::string(b_name);
}

LabelSet LabelFlow::of_metric(std::string_view name) const {
  std::optional<LabelSet> out;
  auto const add = [&](const LabelSet& labels) { out = out ? either(*out, labels) : labels; };
  if (const KnownMetric* metric = catalogue_.find(name)) {
    LabelSet labels = metric->open ? LabelSet::anything() : LabelSet();
    for (const auto& shape : metric->shapes) {
      for (const std::string& label : shape) labels.set(label, {metric->always_has(label), std::nullopt});
    }
    for (const std::string& label : catalogue_.optional_labels(name)) {
      if (!labels.may_have(label)) labels.set(label, {false, std::nullopt});
    }
    add(labels);
  }
  if (visiting_.contains(name)) return LabelSet::anything();
  auto const visit = visiting_.emplace(name).first;
  for (const Rule* rule : rules_.recording(name)) add(of_rule(*rule));
  visiting_.erase(visit);
  return out ? *out : LabelSet::anything();
}

LabelSet LabelFlow::of_rule(const Rule& rule) const {
  LabelSet out = rule.expr ? of(*rule.expr) : LabelSet::anything();
  for (const auto& [label, value] : rule.labels) {
    if (value.text().empty()) {
      out.remove(label);
    } else if (value.is_template()) {
      out.set(label, {false, std::nullopt});
    } else {
      out.set(label, {true, value.text()});
    }
  }
  if (rule.alert) out.set("alertname", {true, rule.name.text()});
  return out;
}

LabelSet LabelFlow::of_node(const Selector& selector) const {
  LabelSet out = selector.name().empty() ? LabelSet::anything() : of_metric(selector.name());
  for (const Matcher& matcher : selector.matchers) {
    if (matcher.label == "__name__") continue;
    bool const exact = matcher.op == MatchOperator::equal;
    if (exact && matcher.value.empty()) {
      out.remove(matcher.label);
    } else if (exact) {
      out.set(matcher.label, {true, matcher.value});
    } else if (!matcher.accepts("")) {
      out.set(matcher.label, {true, out.value(matcher.label)});
    }
  }
  return out;
}

LabelSet LabelFlow::of_node(const Call& call) const {
  std::string_view const name = call.function->name;
  if (name == "absent" || name == "absent_over_time") return labels_of_absent(call);
  if (name == "vector" || call.function->result == Type::scalar) return {};
  LabelSet out;
  for (const ExprPtr& argument : call.arguments) {
    Type const type = type_of(*argument);
    if (type == Type::vector || type == Type::range) out = of(*argument);
  }
  if (name == "histogram_quantile") out.remove("le");
  if (name == "label_replace" || name == "label_join") {
    // Whether it is set depends on what the source holds.
    std::string const target = text_argument(call, 1);
    if (!target.empty())
      out.set(target, {out.always_has(target) && name == "label_replace" && text_argument(call, 2) != "",
                       std::nullopt});
  }
  return out;
}

LabelSet LabelFlow::of_node(const Aggregate& aggregate) const {
  LabelSet out = of(*aggregate.of);
  if (aggregate.op == "topk" || aggregate.op == "bottomk") return out;
  out = aggregate.without ? out.without(aggregate.labels) : out.only(aggregate.labels);
  if (aggregate.op == "count_values") {
    if (const auto* label = unwrapped(*aggregate.parameter).as<Text>())
      out.set(label->value, {true, std::nullopt});
  }
  return out;
}

LabelSet LabelFlow::of_node(const Binary& binary) const {
  bool const left_vector = type_of(*binary.left) == Type::vector;
  if (!left_vector || type_of(*binary.right) != Type::vector) {
    return of(left_vector ? *binary.left : *binary.right);
  }
  LabelSet const left = of(*binary.left), right = of(*binary.right);
  if (binary.op == "or") return either(left, right);
  if (binary.is_set()) return left;
  if (binary.group == Group::none) {
    if (!binary.on) return left.without(binary.labels);
    // What one side always has, the other must have for a match.
    LabelSet out = left.only(binary.labels);
    for (const std::string& label : binary.labels) {
      if (right.always_has(label) && left.may_have(label))
        out.set(label, {true, left.value(label) ? left.value(label) : right.value(label)});
    }
    return out;
  }
  bool const many_left = binary.group == Group::left;
  LabelSet out = many_left ? left : right;
  const LabelSet& one = many_left ? right : left;
  for (const std::string& label : binary.include) {
    if (one.may_have(label)) {
      out.set(label, {one.always_has(label), one.value(label)});
    } else {
      out.remove(label);
    }
  }
  return out;
}

LabelSet LabelFlow::of(const Expr& expr) const {
  if (const auto* selector = expr.as<Selector>()) return of_node(*selector);
  if (const auto* call = expr.as<Call>()) return of_node(*call);
  if (const auto* aggregate = expr.as<Aggregate>()) return of_node(*aggregate);
  if (const auto* binary = expr.as<Binary>()) return of_node(*binary);
  if (expr.as<Number>() || expr.as<Text>()) return {};
  return of(*children(expr).front());  // ranges, subqueries, signs, parentheses
}

}  // namespace fleet::lint
