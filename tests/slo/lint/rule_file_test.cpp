#include "slo/lint/rule_file.hpp"

#include <catch2/catch.hpp>

#include "tests/message_of.hpp"

using namespace fleet;
using namespace fleet::lint;
using fleet::testing::message_of;

TEST_CASE("rules are read with groups, labels and the comments beside them") {
  auto const file = parse_rules(
      "groups:\n  - name: one\n    interval: 30s\n    rules:\n"
      "      # rule_lint: allow promql/rate: the exporter samples every second\n      # more words\n"
      "      - alert: A\n        expr: a > 1\n        for: 90s\n        labels: {b: x, a: y}\n"
      "        annotations: {summary: '${NOT_EXPANDED}'}\n"
      "      - record: r\n        expr: sum(\n        # rule_lint: allow promql/series: not yet\n"
      "  - name: two\n    rules: []\n",
      "f.yml");
  REQUIRE(file.rules.size() == 2);
  const Rule &alert = file.rules[0], &record = file.rules[1];
  CHECK((alert.alert && alert.group == "one" && alert.position == 0 && alert.hold == std::chrono::seconds(90)));
  CHECK(alert.label_text() == "a=y,b=x");
  CHECK(alert.annotation("summary")->text() == "${NOT_EXPANDED}");
  CHECK(alert.annotation("x") == nullptr);
  REQUIRE(alert.allowances.size() == 1);
  CHECK(alert.allowances[0].check == "promql/rate");
  CHECK(alert.allowances[0].reason == "the exporter samples every second");
  CHECK((!record.alert && record.position == 1 && !record.expr && !record.syntax_error.empty()));
  REQUIRE(record.allowances.size() == 1);
  CHECK(record.allowances[0].check == "promql/series");
}

TEST_CASE("the manifest of the Prometheus operator is read too") {
  auto const file = parse_rules(
      "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x}\nspec:\n  groups:\n"
      "    - name: g\n      rules: [{record: r, expr: a}]\n",
      "f.yml");
  CHECK(file.rules.size() == 1);
}

TEST_CASE("files that are no rules are refused with the place") {
  auto const refused = [](const std::string& text) { return message_of([&] { parse_rules(text, "f.yml"); }); };
  CHECK(refused("groups:\n  - name: g\n    rules:\n      - expr: a\n") ==
        "f.yml:4:9: expected either `alert` or `record`");
  CHECK(refused("groups:\n  - name: g\n    rules:\n      - alert: A\n") == "f.yml:4:9: missing key `expr`");
  CHECK(refused("groups:\n  - name: g\n    rules:\n      - {alert: A, expr: a, foor: 5m}\n") ==
        "f.yml:4:29: unknown key `foor`, did you mean `for`?");
  CHECK(refused("groups:\n  - name: g\n    rules:\n      # rule_lint: alow promql/rate: x\n      - {alert: A, "
                "expr: a}\n") == "f.yml:4:7: expected `# rule_lint: allow CHECK: REASON`");
  CHECK(refused("groups:\n  - name: g\n    rules:\n      # rule_lint: allow promql/rate\n      - {alert: A, "
                "expr: a}\n") == "f.yml:4:7: expected `# rule_lint: allow CHECK: REASON`");
  CHECK_THAT(message_of([] { load_rules("/nowhere.yml"); }), Catch::Contains("/nowhere.yml: cannot be read"));
}
