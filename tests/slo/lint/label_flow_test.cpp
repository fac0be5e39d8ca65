#include "slo/lint/label_flow.hpp"

#include <catch2/catch.hpp>

#include "tests/servers/process.hpp"
#include "tests/slo/lint/known_metrics.hpp"

using namespace fleet;
using namespace fleet::lint;

namespace {

const char* const page =
    "# TYPE a gauge\na{x=\"1\",y=\"1\"} 1\n# TYPE b gauge\nb{x=\"1\"} 1\nb{x=\"1\",z=\"1\"} 1\n"
    "# TYPE h histogram\nh_bucket{x=\"1\",le=\"1\"} 1\nh_sum{x=\"1\"} 1\nh_count{x=\"1\"} 1\n";
const char* const rules =
    "groups:\n  - name: g\n    rules:\n      - record: r:a\n        expr: sum by (x) (a)\n        labels: "
    "{kind: sum}\n"
    "      - record: r:circle\n        expr: r:circle\n";

/// "x y? =k": always, sometimes, and "=" with the only value; "*" if there may be more.
std::string labels_of(const std::string& text) {
  auto const catalogue = testing::catalogue_of(page);
  std::vector<RuleFile> files;
  files.push_back(parse_rules(rules, "rules"));
  RuleSet const set(std::move(files));
  auto const expr = promql::parse(text);
  LabelSet const labels = LabelFlow(catalogue, set).of(*expr);
  std::string out;
  for (const auto& [label, knowledge] : labels.known()) {
    out += (out.empty() ? "" : " ") + label + (knowledge.value ? "=" + *knowledge.value : "") +
           (knowledge.always ? "" : "?");
  }
  return out + (labels.open() ? "*" : "");
}

}  // namespace

TEST_CASE("selectors carry the labels of their metric, narrowed by matchers") {
  CHECK(labels_of("a") == "instance job x y");
  CHECK(labels_of("b") == "instance job x z?");
  CHECK(labels_of("b{z=~\"1|2\"}") == "instance job x z");
  CHECK(labels_of("b{z=\"\"}") == "instance job x");
  CHECK(labels_of("b{x=\"7\"}[5m]") == "instance job x=7 z?");
  CHECK(labels_of("unknown") == "*");
  CHECK(labels_of("{x=\"1\"}") == "x=1*");
}

TEST_CASE("labels of some installations may be there") {
  testing::TemporaryDirectory const directory;
  auto catalogue = testing::catalogue_of(page);
  catalogue.add_declarations(directory.write("o.yml", "optional_labels: {feed: a, x: a}\n"));
  RuleSet const none({});
  LabelSet const labels = LabelFlow(catalogue, none).of(*promql::parse("a"));
  CHECK((labels.may_have("feed") && !labels.always_has("feed") && labels.always_has("x")));
  CHECK_FALSE(LabelFlow(catalogue, none).of(*promql::parse("b")).may_have("feed"));
}

TEST_CASE("recorded series carry the labels of their expression and their own") {
  CHECK(labels_of("r:a") == "kind=sum x");
  CHECK(labels_of("r:circle") == "*");
}

TEST_CASE("aggregations keep what they are told to") {
  CHECK(labels_of("sum(a)").empty());
  CHECK(labels_of("sum by (x, z) (b)") == "x z?");
  CHECK(labels_of("sum by (nowhere) (a)").empty());
  CHECK(labels_of("sum without (x, job) (a)") == "instance y");
  CHECK(labels_of("topk(1, a)") == "instance job x y");
  CHECK(labels_of("count_values by (x) (\"v\", a)") == "v x");
  CHECK(labels_of("sum by (x) (unknown)") == "x?");
  CHECK(labels_of("sum without (x) (unknown)") == "*");
}

TEST_CASE("functions change labels") {
  CHECK(labels_of("rate(h_bucket[5m])") == "instance job le x");
  CHECK(labels_of("histogram_quantile(0.9, rate(h_bucket[5m]))") == "instance job x");
  CHECK(labels_of("absent(a{x=\"1\", y=~\"2\"})") == "x=1");
  CHECK(labels_of("absent(a{x=\"1\", x=\"2\"})").empty());
  CHECK(labels_of("absent_over_time(a{x=\"1\"}[5m])") == "x=1");
  CHECK(labels_of("vector(1)").empty());
  CHECK(labels_of("label_replace(a, \"w\", \"$1\", \"x\", \"(.*)\")") == "instance job w? x y");
  CHECK(labels_of("label_join(a, \"w\", \"-\", \"x\")") == "instance job w? x y");
}

TEST_CASE("operators match and join labels") {
  CHECK(labels_of("a + 1") == "instance job x y");
  CHECK(labels_of("1 + a") == "instance job x y");
  CHECK(labels_of("a and b") == "instance job x y");
  CHECK(labels_of("a or b") == "instance job x y? z?");
  CHECK(labels_of("a * on (x) b") == "x");
  CHECK(labels_of("b * on (x, z) b{z=\"9\"}") == "x z=9");
  CHECK(labels_of("a * ignoring (y) b") == "instance job x");
  CHECK(labels_of("a * on (x) group_left (z) b") == "instance job x y z?");
  CHECK(labels_of("a * on (x) group_right (y) b") == "instance job x y z?");
  CHECK(labels_of("sum by (x) (a) * on (x) group_left (kind) r:a") == "kind=sum x");
  CHECK(labels_of("-(a)") == "instance job x y");
}
