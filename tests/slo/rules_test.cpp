#include <algorithm>
#include <catch2/catch.hpp>

#include "slo/number_text.hpp"
#include "slo/rules/objective_rules.hpp"
#include "slo/rules/rule_yaml.hpp"
#include "tests/slo/specification_of.hpp"

using namespace fleet::slo;
using namespace fleet::slo::testing;

namespace {

Rule record(const std::vector<Rule>& rules, const std::string& name) {
  auto const found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.record == name; });
  REQUIRE(found != rules.end());
  return *found;
}

const SpecOrigin origin{"prometheus/v1", "cli-gen-prom", false, "x", "", {}, {}};

}  // namespace

TEST_CASE("the figures are those of Sloth to the last digit") {
  auto const objective = objective_of(sloth_file("99.9"));
  CHECK(number_text(objective.budget()) == "0.0009999999999999432");
  CHECK(number_text(objective.percent / 100) == "0.9990000000000001");
  CHECK(number_text(objective.windows.factor(objective.windows.page_quick)) == "14.4");
  ReadingOptions options;
  options.default_period = std::chrono::hours(24 * 28);
  auto const four_weeks = objective_of(sloth_file("99.9"), options);
  CHECK(number_text(four_weeks.windows.factor(four_weeks.windows.page_quick)) == "13.44");
  CHECK(number_text(four_weeks.windows.factor(four_weeks.windows.page_slow)) == "5.6000000000000005");
  CHECK(number_text(four_weeks.windows.factor(four_weeks.windows.ticket_slow)) == "0.9333333333333333");
}

TEST_CASE("every window has a recording rule, and the period one from the shortest") {
  auto const rules = indicator_rules(objective_of(sloth_file("99.9")));
  REQUIRE(rules.size() == 8);
  CHECK(rules[0].record == "slo:sli_error:ratio_rate5m");
  CHECK(rules[0].expression == "(sum(rate(bad_total[5m])))\n/\n(sum(rate(all_total[5m])))\n");
  CHECK(rules[0].labels == Labels{{"sloth_id", "web-pages"},
                                  {"sloth_service", "web"},
                                  {"sloth_slo", "pages"},
                                  {"sloth_window", "5m"}});
  CHECK(rules[7].record == "slo:sli_error:ratio_rate30d");
  std::string const series =
      "slo:sli_error:ratio_rate5m{sloth_id=\"web-pages\", sloth_service=\"web\", sloth_slo=\"pages\"}[30d]";
  CHECK(rules[7].expression ==
        "sum_over_time(" + series + ")\n/ ignoring (sloth_window)\ncount_over_time(" + series + ")\n");
}

TEST_CASE("a ratio without events is absent if that is asked for") {
  ReadingOptions options;
  options.absent_when_idle = true;
  CHECK(indicator_rules(objective_of(sloth_file("99.9"), options))[0].expression ==
        "(sum(rate(bad_total[5m])))\n/\n((sum(rate(all_total[5m]))) > 0)\n");
}

TEST_CASE("alerts join a quick and a slow pair of windows") {
  auto const rules = alert_rules(objective_of(sloth_file("99.9")));
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].labels.at("sloth_severity") == "page");
  CHECK(rules[1].labels.at("sloth_severity") == "ticket");
  std::string const selector = "{sloth_id=\"web-pages\", sloth_service=\"web\", sloth_slo=\"pages\"}";
  auto const side = [&](const std::string& window, const std::string& factor) {
    return "max(slo:sli_error:ratio_rate" + window + selector + " > (" + factor +
           " * 0.0009999999999999432)) without (sloth_window)";
  };
  CHECK(rules[0].expression == "(\n    " + side("5m", "14.4") + "\n    and\n    " + side("1h", "14.4") +
                                   "\n)\nor\n(\n    " + side("30m", "6") + "\n    and\n    " + side("6h", "6") +
                                   "\n)\n");
}

TEST_CASE("extensions: events weigh the period, few events silence the alerts") {
  auto const objective =
      objective_of(sloth_file("99.9", "    extensions:\n      period_ratio: events\n      min_events: 20\n"));
  auto const rules = indicator_rules(objective);
  CHECK(record(rules, "slo:sli_error:amount5m").expression ==
        "(sum(rate(bad_total[5m])))\nor\n0 * (sum(rate(all_total[5m])))\n");
  CHECK(record(rules, "slo:sli_total:amount1h").expression == "sum(rate(all_total[1h]))");
  CHECK(record(rules, "slo:sli_error:ratio_rate30d")
            .expression.starts_with("sum_over_time(slo:sli_error:amount5m{"));
  auto const alerts = alert_rules(objective);
  CHECK(alerts[0].expression.find("(slo:sli_total:amount1h{sloth_id=\"web-pages\", sloth_service=\"web\", "
                                  "sloth_slo=\"pages\"} * 3600 >= 20)") != std::string::npos);
}

TEST_CASE("extensions: missing data is an alert unless the source lives") {
  auto const rules = alert_rules(objective_of(sloth_file(
      "99.9", "    extensions:\n      missing_data:\n        alive: up{job=\"web\"}\n        for: 5m\n")));
  REQUIRE(rules.size() == 3);
  CHECK(rules[2].alert == "PagesFailDataMissing");
  CHECK(rules[2].hold == std::chrono::minutes(5));
  CHECK(rules[2].expression ==
        "absent(slo:sli_error:ratio_rate5m{sloth_id=\"web-pages\", sloth_service=\"web\", "
        "sloth_slo=\"pages\"})\nunless on ()\n(max(up{job=\"web\"}) > 0)\n");
}

TEST_CASE("a latency indicator counts what is above a bound") {
  auto const objective =
      objective_of(sloth_file("99", "",
                              "      latency:\n        histogram: hop_seconds\n        selector: job=\"a\"\n"
                              "        threshold: 50ms\n        buckets: [0.01, 0.05, 0.1]\n"));
  CHECK(objective.indicator.error_query ==
        "sum(rate(hop_seconds_count{job=\"a\"}[{{.window}}]))\n-\n"
        "sum(rate(hop_seconds_bucket{le=\"0.05\", job=\"a\"}[{{.window}}]))");
  CHECK(objective.indicator.total_query == "sum(rate(hop_seconds_count{job=\"a\"}[{{.window}}]))");
}

TEST_CASE("a gauge indicator counts looks at a flag or at a limit") {
  auto const flag = objective_of(
      sloth_file("99", "", "      gauge:\n        metric: probe_success\n        selector: probe=\"ui\"\n"));
  CHECK(flag.indicator.error_query ==
        "sum(count_over_time(probe_success{probe=\"ui\"}[{{.window}}])) - "
        "sum(sum_over_time(probe_success{probe=\"ui\"}[{{.window}}]))");
  auto const limit = objective_of(sloth_file(
      "99", "",
      "      gauge:\n        query: time() - last_seconds\n        below: 600\n        every: 30s\n"));
  CHECK(limit.indicator.error_query ==
        "sum(sum_over_time(((time() - last_seconds) >= bool 600)[{{.window}}:30s]))");
  CHECK(limit.indicator.total_query == "sum(count_over_time((time() - last_seconds)[{{.window}}:30s]))");
}

TEST_CASE("Sloth's contributed plugins change the groups as they do there") {
  auto const with = [](const std::string& id, const std::string& options) {
    return objective_of(sloth_file(
        "99.9", "    plugins:\n      chain:\n        - id: sloth.dev/contrib/" + id + "\n" + options));
  };
  auto groups = objective_groups(with("info_labels/v1", "          config: {labels: {plan: gold}}\n"), origin);
  CHECK(record(groups[1].rules, "sloth_slo_info").labels.at("plan") == "gold");
  groups = objective_groups(
      with("rule_intervals/v1", "          config: {interval: {default: 1m, alert: 2m}}\n"), origin);
  CHECK(groups[0].interval == std::chrono::minutes(1));
  CHECK(groups[2].interval == std::chrono::minutes(2));
  groups = objective_groups(with("sli_total_amount/v1", ""), origin);
  REQUIRE(groups.size() == 4);
  CHECK(groups[3].name == "sloth-slo-sli-total-amount-web-pages");
  CHECK(groups[3].rules.back().expression == "sum(rate(all_total[30d]))");
  groups = objective_groups(with("denominator_corrected_rules/v1", ""), origin);
  CHECK(groups[0].rules[0].expression.starts_with("(\nslo:numerator_correction:ratio5m{"));
  CHECK(record(groups[1].rules, "slo:numerator_correction:ratio1h").expression ==
        "(sum(rate(all_total[1h])))/(sum(rate(all_total[30d])))");
  groups = objective_groups(with("error_budget_exhausted_alert/v1", ""), origin);
  CHECK(groups[2].rules.back().alert == "ErrorBudgetExhausted");
}

TEST_CASE("YAML values are written so that every reader takes them for text") {
  CHECK(yaml_value("5m", 2) == "\"5m\"");
  CHECK(yaml_value("page", 2) == "page");
  CHECK(yaml_value("true", 2) == "\"true\"");
  CHECK(yaml_value("a: b", 2) == "\"a: b\"");
  CHECK(yaml_value("a\nb\n", 2) == "|\n  a\n  b");
  CHECK(yaml_value("a\nb", 2) == "|-\n  a\n  b");
  CHECK(yaml_value(" a\nb", 2) == "\" a\\nb\"");
  CHECK(yaml_value("", 2) == "\"\"");
  std::vector<RuleGroup> const groups{
      {"g", std::chrono::minutes(1), {{"r", "", "1\n+\n2\n", {}, {{"a", "no"}}, {}}}}};
  auto const read = fleet::config::Document::parse(rule_file(groups), "out.yml").root();
  auto const group =
      read.mapping({"groups"}).required("groups").list()[0].mapping({"name", "interval", "rules"});
  auto const rule = group.required("rules").list()[0].mapping({"record", "expr", "labels"});
  CHECK(rule.required("expr").verbatim() == "1\n+\n2\n");
  CHECK(rule.required("labels").entries()[0].second.verbatim() == "no");
}
