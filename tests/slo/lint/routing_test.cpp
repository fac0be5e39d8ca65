#include <catch2/catch.hpp>

#include "slo/lint/lint.hpp"
#include "tests/message_of.hpp"
#include "tests/servers/process.hpp"
#include "tests/slo/lint/known_metrics.hpp"

using namespace fleet;
using namespace fleet::lint;
using fleet::testing::message_of;

namespace {

const char* const page = "# TYPE a gauge\na{x=\"1\"} 1\n# TYPE b gauge\nb{y=\"1\"} 1\n";
const char* const rules =
    "groups:\n  - name: g\n    rules:\n"
    "      - {alert: Wide, expr: max(a) > 1, labels: {sev: \"1\", team: web}}\n"
    "      - {alert: One, expr: a > 1, labels: {sev: \"2\", team: web}}\n"
    "      - {alert: Other, expr: b > 1, labels: {sev: \"2\", team: '{{ $labels.y }}'}}\n"
    "      - {alert: Raised, expr: 'ALERTS{alertname=\"One\"} == 1', labels: {step: second, sev: \"2\", team: "
    "ops}}\n";

/// What is wrong with the configuration, a finding a line, without the check's name.
std::string findings_in(const std::string& config) {
  lint::Catalogue catalogue = testing::catalogue_of(page);
  std::vector<RuleFile> files;
  files.push_back(parse_rules(rules, "rules.yml"));
  Demands demands;
  demands.routing = std::make_shared<const RoutingTree>(parse_routing(config, "am.yml"));
  std::string out;
  for (const Finding& finding : lint_routing(catalogue, RuleSet(std::move(files)), demands)) {
    CHECK(finding.check == "alerts/routing");
    std::string const line = line_of(finding), name = "alerts/routing: ";
    out += line.substr(0, line.find(name)) + line.substr(line.find(name) + name.size()) + "\n";
  }
  return out;
}

std::string routed(const std::string& routes) {
  return findings_in("route:\n  receiver: rest\n  routes:\n" + routes);
}
std::string inhibited(const std::string& rule) {
  return findings_in("route: {receiver: rest}\ninhibit_rules:\n" + rule);
}

}  // namespace

TEST_CASE("matchers are read in all of Alertmanager's spellings") {
  auto const tree = parse_routing(
      "global: {resolve_timeout: 5m}\nroute:\n  receiver: rest\n  group_by: [alertname]\n  routes:\n"
      "    - matchers: [sev=\"1\", 'team =~ \"a|b\", x!=\"y\"', z=w]\n"
      "    - matchers: ['{ c!~\"d\\.e\" }']\n"
      "      routes: [{match: {f: 'g\"'}, match_re: {h: i.*}}]\n",
      "am.yml");
  REQUIRE(tree.root.routes.size() == 2);
  const AlertMatchers& first = tree.root.routes[0].matchers;
  REQUIRE(first.size() == 4);
  CHECK((first[0].matcher.label == "sev" && first[0].matcher.value == "1"));
  CHECK(first[1].values() == std::vector<std::string>{"a", "b"});
  CHECK((first[2].matcher.label == "x" && first[2].matcher.accepts("z") && !first[2].matcher.accepts("y")));
  CHECK((first[3].matcher.label == "z" && first[3].matcher.value == "w"));
  CHECK((first[0].place.line == 6 && first[0].place.column == 18));
  CHECK((first[1].place.line == 6 && first[1].place.column == 28));
  const AlertMatchers& second = tree.root.routes[1].matchers;
  REQUIRE(second.size() == 1);
  CHECK((second[0].matcher.accepts("dxe") && !second[0].matcher.accepts("d.e")));
  CHECK(second[0].values().empty());
  const AlertMatchers& inner = tree.root.routes[1].routes.at(0).matchers;
  REQUIRE(inner.size() == 2);
  CHECK(inner[0].matcher.accepts("g\""));
  CHECK((inner[1].matcher.accepts("ij") && !inner[1].matcher.accepts("j")));
}

TEST_CASE("a configuration that is none is refused with its place") {
  auto const refused = [](const std::string& text) {
    return message_of([&] { parse_routing(text, "am.yml"); });
  };
  CHECK(refused("route: {receiver: r, matcher: []}\n") ==
        "am.yml:1:22: unknown key `matcher`, did you mean `matchers`?");
  CHECK(refused("route:\n  routes: [{matchers: ['sev=\"1']}]\n") ==
        "am.yml:2:24: expected matchers such as sev=\"1\", got `sev=\"1`");
  CHECK(refused("route:\n  routes: [{matchers: ['sev=~\"(\"']}]\n") ==
        "am.yml:2:24: expected matchers such as sev=\"1\", got `sev=~\"(\"`");
  CHECK(refused("global: {}\n") == "am.yml:1:1: missing key `route`");
  CHECK(message_of([] { load_routing("/nowhere"); }) == "/nowhere: cannot be read: No such file or directory");
}

TEST_CASE("a route is for some alert") {
  CHECK(routed("    - {matchers: [sev=\"1\"]}\n    - {matchers: [team=\"any\", y=\"7\"]}\n"
               "    - {matchers: [alertname=~\"One|Other\"]}\n    - {matchers: [step=\"second\", any=\"4\"]}\n")
            .empty());
  CHECK(routed("    - {matchers: [sev=\"3\"]}\n") ==
        "am.yml:4:7: no alert satisfies the matchers of this route\n");
  CHECK(routed("    - {matchers: [sev=\"1\", x=\"1\"]}\n") ==
        "am.yml:4:7: no alert satisfies the matchers of this route\n");
  CHECK(
      routed("    - matchers: [sev=\"1\"]\n      routes:\n        - matchers: [alertname=~\"Wide|Onee\"]\n") ==
      "am.yml:6:22: there is no alert `Onee`; did you mean `One`?\n");
}

TEST_CASE("an inhibition can hold back what it names") {
  auto const rule = [](const std::string& source, const std::string& target, const std::string& equal) {
    return "  - source_matchers: [" + source + "]\n    target_matchers: [" + target + "]\n    equal: [" +
           equal + "]\n";
  };
  CHECK(inhibited(rule("alertname=\"Wide\"", "alertname=\"One\"", "team")).empty());
  CHECK(inhibited(rule("alertname=\"One\"", "team=\"web\"", "x")) ==
        "am.yml:5:13: `Wide` is never held back by this: only `One` has label `x`\n"
        "am.yml:5:13: `Other` is never held back by this: only `One` has label `x`\n");
  CHECK(inhibited(rule("alertname=\"Wide\"", "alertname=\"One\"", "team, sev")) ==
        "am.yml:5:19: `One` is never held back by this: label `sev` is `1` on `Wide` and `2` on `One`\n");
  // Of several sources one is enough; what a template fills in may be equal.
  CHECK(inhibited(rule("alertname=~\"Wide|One\"", "alertname=\"Other\"", "team, sev")).empty());
  CHECK(inhibited(rule("sev=\"3\"", "sev=\"2\"", "")) ==
        "am.yml:3:5: no alert satisfies the source matchers of this inhibition\n");
  CHECK(inhibited(rule("sev=\"1\"", "alertname=\"Two\"", "")) == "am.yml:4:23: there is no alert `Two`\n");
}

TEST_CASE("an external label is the same on all alerts") {
  testing::TemporaryDirectory const directory;
  lint::Catalogue catalogue = testing::catalogue_of(page);
  catalogue.add_scrape_config(
      directory.write("p.yml", "global: {external_labels: {cluster: one}}\nscrape_configs: [{job_name: a}]\n"));
  CHECK(catalogue.external_labels() == std::set<std::string>{"cluster"});
}
