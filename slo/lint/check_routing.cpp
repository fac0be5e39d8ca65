#include "slo/lint/check_routing.hpp"

#include <algorithm>

namespace fleet::lint {
namespace {

/// A suggestion for a word shorter than this would be a guess: "5" is as near to "1" as to "4".
constexpr std::size_t least_letters = 3;

void add_values(const Route& route, const std::string& label, std::set<std::string>& out) {
  for (const AlertMatcher& matcher : route.matchers) {
    if (matcher.matcher.label != label) continue;
    for (std::string& value : matcher.values()) out.insert(std::move(value));
  }
  for (const Route& child : route.routes) add_values(child, label, out);
}

void check_spelling(const Route& root, const Rule& rule, Report& report) {
  for (const auto& [label, text] : rule.labels) {
    std::set<std::string> known;
    add_values(root, label, known);
    if (text.is_template() || text.text().size() < least_letters || known.contains(text.text())) continue;
    std::vector<std::string_view> const candidates(known.begin(), known.end());
    std::string const near = suggestion(text.text(), candidates);
    if (near.empty()) continue;
    report.at(text.begin(), "no route asks for " + label + " " + backquoted(text.text()) + near);
  }
}

struct KnownAlert {
  const Rule* rule;
  LabelSet labels;
};

/// Looks at a whole configuration, knowing all alerts.
class TreeCheck {
 public:
  TreeCheck(const Scope& scope, std::vector<Finding>& findings) : scope_(scope), findings_(findings) {
    for (const RuleFile& file : scope.rules.files()) {
      for (const Rule& rule : file.rules) {
        if (rule.alert) alerts_.push_back({&rule, scope.labels.of_rule(rule)});
      }
    }
  }

  void check_routes(const Route& parent) {
    for (const Route& route : parent.routes) {
      bool const named = names(route.matchers);
      if (named && satisfying(route.matchers).empty())
        add(route.place, "", "no alert satisfies the matchers of this route");
      check_routes(route);
    }
  }

  void check_inhibition(const Inhibition& inhibition) {
    bool const sources_named = names(inhibition.source), targets_named = names(inhibition.target);
    auto const sources = satisfying(inhibition.source), targets = satisfying(inhibition.target);
    if (sources_named && sources.empty())
      add(inhibition.place, "", "no alert satisfies the source matchers of this inhibition");
    if (targets_named && targets.empty())
      add(inhibition.place, "", "no alert satisfies the target matchers of this inhibition");
    for (const KnownAlert* target : targets) equal_labels(inhibition, sources, *target);
  }

 private:
  /// False if an alert is named that does not exist; that is a finding.
  bool names(const AlertMatchers& matchers) {
    bool out = true;
    for (const AlertMatcher& one : matchers) {
      if (one.matcher.label != "alertname") continue;
      for (const std::string& name : one.values()) {
        if (scope_.rules.has_alert(name)) continue;
        out = false;
        add(one.place, name,
            "there is no alert " + backquoted(name) + suggestion(name, scope_.rules.alert_names()));
      }
    }
    return out;
  }

  std::vector<const KnownAlert*> satisfying(const AlertMatchers& matchers) const {
    std::vector<const KnownAlert*> out;
    for (const KnownAlert& alert : alerts_) {
      if (may_satisfy(matchers, alert.labels)) out.push_back(&alert);
    }
    return out;
  }

  // A target that no source can ever hold back. An external label is the same on all of them.
  void equal_labels(const Inhibition& inhibition, const std::vector<const KnownAlert*>& sources,
                    const KnownAlert& target) {
    const PlacedText* at = nullptr;
    std::string why;
    for (const KnownAlert* source : sources) {
      if (source->rule == target.rule) continue;
      const PlacedText* unequal = nullptr;
      for (const PlacedText& label : inhibition.equal) {
        if (scope_.catalogue.external_labels().contains(label.text())) continue;
        std::string const reason = obstacle(label.text(), source->labels, backquoted(source->rule->name.text()),
                                            target.labels, backquoted(target.rule->name.text()));
        if (reason.empty()) continue;
        unequal = &label;
        why = reason;
        break;
      }
      if (unequal == nullptr) return;
      at = unequal;
    }
    if (at == nullptr) return;
    std::string const name = target.rule->name.text();
    add(at->begin(), name, backquoted(name) + " is never held back by this: " + why);
  }

  void add(const Place& place, const std::string& alert, std::string message) {
    findings_.push_back({place, "alerts/routing", alert, std::move(message)});
  }

  const Scope& scope_;
  std::vector<Finding>& findings_;
  std::vector<KnownAlert> alerts_;
};

}  // namespace

void check_routing(const Scope& scope, const Rule& rule, Report& report) {
  if (!rule.alert || !scope.demands.routing) return;
  const Route& root = scope.demands.routing->root;
  LabelSet const labels = scope.labels.of_rule(rule);
  bool const taken = root.routes.empty() ||
                     std::any_of(root.routes.begin(), root.routes.end(),
                                 [&](const Route& route) { return may_satisfy(route.matchers, labels); });
  if (!taken) {
    report.at(rule.name.begin(), "no route takes an alert with these labels; it goes to " +
                                     backquoted(root.receiver) + ", where what nobody thought of goes");
  }
  check_spelling(root, rule, report);
}

void check_routing_tree(const Scope& scope, std::vector<Finding>& findings) {
  if (!scope.demands.routing) return;
  TreeCheck tree(scope, findings);
  tree.check_routes(scope.demands.routing->root);
  for (const Inhibition& inhibition : scope.demands.routing->inhibitions) tree.check_inhibition(inhibition);
}

}  // namespace fleet::lint
