// Who hears of which alert: the routes and inhibitions of an Alertmanager configuration.
#pragma once

#include <string>
#include <vector>

#include "slo/lint/label_flow.hpp"
#include "slo/lint/placed_text.hpp"
#include "slo/lint/promql.hpp"

namespace fleet::lint {

struct AlertMatcher {
  promql::Matcher matcher;
  Place place;
  /// The values that it names: one, or the alternatives of a pattern that is nothing but a list of them.
  std::vector<std::string> values() const;
};
/// All of them must hold.
using AlertMatchers = std::vector<AlertMatcher>;

/// Whether some alert whose labels are known this far satisfies all matchers.
bool may_satisfy(const AlertMatchers& matchers, const LabelSet& labels);

struct Route {
  Place place;
  std::string receiver;  ///< "" if it is the parent's
  AlertMatchers matchers;
  std::vector<Route> routes;
};

struct Inhibition {
  Place place;
  AlertMatchers source, target;
  std::vector<PlacedText> equal;
};

struct RoutingTree {
  Route root;
  std::vector<Inhibition> inhibitions;
};

/// Reads the configuration of Alertmanager 0.25; what is neither a route nor an inhibition is not looked at.
/// Throws config::Error.
RoutingTree load_routing(const std::string& path);
RoutingTree parse_routing(std::string text, const std::string& name);

}  // namespace fleet::lint
