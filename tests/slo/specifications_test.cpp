#include <catch2/catch.hpp>

#include "slo/query_template.hpp"
#include "tests/slo/specification_of.hpp"

using namespace fleet::slo;
using namespace fleet::slo::testing;

TEST_CASE("keys are read in both of Sloth's spellings, but not both at once") {
  std::string text = sloth_file("99.9", "      pageAlert:\n        labels: {team: web}\n");
  CHECK(objective_of(text).page.labels.at("team") == "web");
  text += "      page_alert: {disable: true}\n";
  CHECK(error_of(text) == "slo.yml:13:9: expected `page_alert` or `pageAlert`, got both");
}

TEST_CASE("documents of several dialects stand in one file") {
  std::string const text = "---\n" + sloth_file("99.9") + R"(---
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: m, namespace: monitoring}
spec:
  service: shop
  slos:
    - name: orders
      objective: 99
      sli: {raw: {errorRatioQuery: "errors[{{.window}}]"}}
      alerting: {pageAlert: {disable: true}, ticketAlert: {disable: true}}
---
)";
  auto const read = parse_specifications(text, "slo.yml", {});
  REQUIRE(read.size() == 2);
  CHECK(read[1].origin.name_space == "monitoring");
  CHECK(read[1].objectives[0].id() == "shop-orders");
  CHECK_FALSE(read[1].objectives[0].page.enabled);
}

TEST_CASE("an id that is given twice is refused where it is given again") {
  std::string const once = sloth_file("99.9");
  CHECK(error_of(once + "---\n" + once)
            .starts_with(
                "slo.yml:16:11: expected each id once, got a second `web-pages`, first given at slo.yml:4:11"));
}

TEST_CASE("OpenSLO v1 refers to indicators and sources in other documents") {
  std::string const text = R"yaml(apiVersion: openslo/v1
kind: DataSource
metadata: {name: prom}
spec: {type: Prometheus}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: good-pages}
spec:
  ratioMetric:
    good: {metricSource: {metricSourceRef: prom, spec: {query: "sum(rate(good_total[{{.window}}]))"}}}
    total: {metricSource: {metricSourceRef: prom, spec: {query: "sum(rate(all_total[{{.window}}]))"}}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: pages}
spec:
  service: web
  indicatorRef: good-pages
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
)yaml";
  auto const objective = objective_of(text);
  CHECK(objective.id() == "web-pages-0");
  CHECK(objective.percent == 99.9);
  CHECK(objective.windows.period == std::chrono::hours(24 * 28));
  CHECK(objective.indicator.error_query ==
        "(sum(rate(all_total[{{.window}}]))) - ((sum(rate(good_total[{{.window}}]))) or "
        "(sum(rate(all_total[{{.window}}]))) * 0)");
}

TEST_CASE("OpenSLO thresholds and time slices become looks at the moments") {
  auto const text = [](const std::string& metric, const std::string& rest) {
    return "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: a}\nspec:\n  service: web\n  indicator:\n    "
           "spec:\n" +
           metric + rest;
  };
  std::string const threshold =
      "      thresholdMetric: {metricSource: {type: Prometheus, spec: {query: lag_seconds}}}\n";
  auto const lag = objective_of(
      text(threshold, "  budgetingMethod: Occurrences\n  objectives: [{op: lte, value: 5, target: 0.99}]\n"));
  CHECK(lag.indicator.error_query == "sum(sum_over_time(((lag_seconds) > bool 5)[{{.window}}:1m]))");
  std::string const ratio =
      "      ratioMetric:\n        raw: {metricSource: {type: Prometheus, spec: {query: 'good_ratio'}}}\n      "
      "  rawType: success\n";
  auto const slices = objective_of(text(ratio,
                                        "  budgetingMethod: Timeslices\n  objectives: [{target: 0.99, "
                                        "timeSliceTarget: 0.95, timeSliceWindow: 1m}]\n"));
  CHECK(slices.indicator.ratio_query ==
        "1 - avg_over_time(((avg_over_time((good_ratio)[59s999ms:1m])) >= bool 0.95)[{{.window}}:1m])");
}

TEST_CASE("windows are filled in however Go's templates spell them") {
  CHECK(with_window("a[{{.window}}] + b[{{ .window }}] + c[{{- .window -}}]", "5m") == "a[5m] + b[5m] + c[5m]");
}
