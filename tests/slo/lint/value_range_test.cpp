#include "slo/lint/value_range.hpp"

#include <catch2/catch.hpp>

#include "tests/slo/lint/known_metrics.hpp"

using namespace fleet;
using namespace fleet::lint;

namespace {

const char* const page =
    "# HELP lit Whether it is.\n# TYPE lit gauge\nlit{x=\"1\"} 1\n# TYPE level gauge\nlevel 7\n# TYPE c "
    "counter\nc_total{x=\"1\"} 1\n"
    "# TYPE used_ratio gauge\nused_ratio 0.5\n"
    "# TYPE h histogram\nh_bucket{le=\"0.5\"} 1\nh_bucket{le=\"10\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum "
    "1\nh_count 1\n";
const char* const rules =
    "groups:\n  - name: g\n    rules:\n      - {record: r:lit, expr: avg(lit)}\n      - {record: r:loop, expr: "
    "'r:loop'}\n";

std::string range_of(const std::string& text) {
  auto const catalogue = testing::catalogue_of(page);
  std::vector<RuleFile> files;
  files.push_back(parse_rules(rules, "rules"));
  RuleSet const set(std::move(files));
  auto const expr = promql::parse(text);
  Interval const range = ValueRange(catalogue, set).of(*expr);
  auto const number = [](double value) { return promql::print(promql::Expr{promql::Number{value}, {}, 1}); };
  return number(range.least) + ".." + number(range.most);
}

bool part(const std::string& a, const std::string& b) {
  return is_part_of(*promql::parse(a), *promql::parse(b));
}

}  // namespace

TEST_CASE("metrics have the range of their kind") {
  CHECK(range_of("lit") == "0..1");
  CHECK(range_of("used_ratio") == "0..1");
  CHECK(range_of("level") == "-Inf..+Inf");
  CHECK(range_of("c_total") == "0..+Inf");
  CHECK(range_of("r:lit") == "0..1");
  CHECK(range_of("r:loop") == "-Inf..+Inf");
  CHECK(range_of("unknown") == "-Inf..+Inf");
}

TEST_CASE("aggregations and functions narrow or widen it") {
  CHECK(range_of("max(lit)") == "0..1");
  CHECK(range_of("sum(lit)") == "0..+Inf");
  CHECK(range_of("count(level)") == "1..+Inf");
  CHECK(range_of("group(level)") == "1..1");
  CHECK(range_of("quantile(0.5, lit)") == "0..1");
  CHECK(range_of("quantile(5, lit)") == "-Inf..+Inf");
  CHECK(range_of("avg_over_time(lit[5m])") == "0..1");
  CHECK(range_of("quantile_over_time(0.9, lit[5m])") == "0..1");
  CHECK(range_of("delta(level[5m])") == "-Inf..+Inf");
  CHECK(range_of("rate(c_total[5m])") == "0..+Inf");
  CHECK(range_of("absent(level)") == "1..1");
  CHECK(range_of("abs(-lit * 3)") == "0..3");
  CHECK(range_of("clamp(level, 2, 3)") == "2..3");
  CHECK(range_of("clamp_max(lit, 0.5)") == "0..0.5");
  CHECK(range_of("hour()") == "0..23");
  CHECK(range_of("vector(3)") == "3..3");
  CHECK(range_of("histogram_quantile(0.9, rate(h_bucket[5m]))") == "0..10");
  CHECK(range_of("histogram_quantile(0.9, unknown_bucket)") == "-Inf..+Inf");
}

TEST_CASE("operators compute with it") {
  CHECK(range_of("1 - lit") == "0..1");
  CHECK(range_of("lit > 0.5") == "0.5..1");
  CHECK(range_of("0.5 > lit") == "0..0.5");
  CHECK(range_of("lit == bool 1") == "0..1");
  CHECK(range_of("lit and level") == "0..1");
  CHECK(range_of("lit or level") == "-Inf..+Inf");
  CHECK(range_of("sum(rate(c_total{x=\"1\"}[5m])) / sum(rate(c_total[5m]))") == "0..1");
  CHECK(range_of("100 * (c_total{x=\"1\"} / c_total)") == "0..100");
  CHECK(range_of("(rate(h_count[5m]) - rate(h_bucket{le=\"0.5\"}[5m])) / rate(h_count[5m])") == "0..1");
  CHECK(range_of("rate(c_total[5m]) / (rate(c_total[5m]) + rate(h_count[5m]))") == "0..1");
  CHECK(range_of("rate(c_total[5m]) / rate(h_count[5m])") == "0..+Inf");
}

TEST_CASE("a part counts some of what the whole counts") {
  CHECK(part("a{x=\"1\",y=\"2\"}", "a{x=\"1\"}"));
  CHECK_FALSE(part("a", "a{x=\"1\"}"));
  CHECK_FALSE(part("a{x=\"1\"}", "a{x=\"2\"}"));
  CHECK_FALSE(part("a offset 5m", "a"));
  CHECK(part("sum by (x, y) (rate(a{z=\"1\"}[5m]))", "sum by (y, x) (rate(a[5m]))"));
  CHECK_FALSE(part("sum(rate(a[1h]))", "sum(rate(a[5m]))"));
  CHECK_FALSE(part("max(a{x=\"1\"})", "max(a)"));
  CHECK_FALSE(part("rate(a[5m])", "increase(a[5m])"));
  CHECK(part("h_bucket{le=\"1\"}", "h_count"));
  CHECK_FALSE(part("h_count", "h_bucket{le=\"1\"}"));
}
