#include "slo/lint/catalogue.hpp"

#include <catch2/catch.hpp>

#include "core/config/document.hpp"
#include "tests/message_of.hpp"
#include "tests/servers/process.hpp"
#include "tests/slo/lint/known_metrics.hpp"

using namespace fleet;
using namespace fleet::testing;
using lint::MetricType;

TEST_CASE("a page says names, types, labels and values") {
  auto const catalogue = catalogue_of(
      "# HELP a_up Whether it runs.\n# TYPE a_up gauge\na_up{x=\"1\"} 1\na_up{x=\"2\",y=\"\\\"q\\\\\"} N\n"
      "# TYPE b_seconds histogram\nb_seconds_bucket{le=\"0.1\"} 1 # {trace_id=\"t\"} 0.05\nb_seconds_sum "
      "1\nb_seconds_count 1\n"
      "# TYPE c counter\nc_total 7 1700000000\nleft_out \n\n# TYPE d_total untyped\nd_total 1\n# TYPE e "
      "gauge\n# EOF\n");
  const auto* up = catalogue.find("a_up");
  REQUIRE(up != nullptr);
  CHECK(up->type == MetricType::gauge);
  CHECK(up->most == 1.0);
  CHECK((up->always_has("x") && up->may_have("y") && !up->always_has("y") && !up->may_have("z")));
  CHECK(up->always_has("job"));
  CHECK(up->values.at("y") == std::set<std::string>{"\"q\\"});
  REQUIRE(catalogue.find("b_seconds_bucket") != nullptr);
  CHECK(catalogue.find("b_seconds_bucket")->type == MetricType::counter);
  CHECK(catalogue.find("b_seconds_bucket")->always_has("le"));
  CHECK(catalogue.find("c_total")->type == MetricType::counter);
  CHECK(catalogue.find("d_total")->type == MetricType::unknown);
  CHECK(catalogue.find("e")->may_have("anything"));
  CHECK(catalogue.find("b_seconds") == nullptr);
  CHECK(catalogue.find("left_out") != nullptr);
}

TEST_CASE("a boolean or ratio that was seen beyond 1 is none") {
  auto const catalogue = catalogue_of(
      "# HELP a Whether it is.\n# TYPE a gauge\na 2\n# TYPE b_ratio gauge\nb_ratio 0.5\n# TYPE c_ratio "
      "gauge\nc_ratio 1.2\n");
  CHECK_FALSE(catalogue.find("a")->most);
  CHECK(catalogue.find("b_ratio")->most == 1.0);
  CHECK_FALSE(catalogue.find("c_ratio")->most);
}

TEST_CASE("a page that is none is refused with its place") {
  auto const refused = [](const std::string& page) { return message_of([&] { catalogue_of(page); }); };
  CHECK(refused("a 1\n{} 1\n") == "page:2:1: expected the name of a metric or a comment");
  CHECK(refused("a{x=1} 1\n") == "page:1:4: expected `=\"`");
  CHECK(refused("a{x=\"1} 1\n") == "page:1:10: expected a closing quote");
  CHECK(refused("a{,} 1\n") == "page:1:3: expected the name of a label or `}`");
  CHECK(refused("a\n") == "page:1:2: expected a value");
  CHECK(refused("a{x=\"1\"") == "page:1:8: expected the name of a label or `}`");
  CHECK(message_of([] { lint::Catalogue({}).add_page("/nowhere"); }) ==
        "/nowhere: cannot be read: No such file or directory");
}

TEST_CASE("declared metrics stand beside those of pages, which win") {
  TemporaryDirectory const directory;
  auto catalogue = catalogue_of("# TYPE seen gauge\nseen{x=\"1\"} 1\n");
  catalogue.add_declarations(directory.write(
      "o.yml",
      "closed_labels:\n  code: [\"200\"]\n  x: []\nmetrics:\n  one program:\n"
      "    seen: {type: counter, labels: [y]}\n    on: {type: gauge, values: boolean}\n"
      "    h_seconds: {type: histogram, labels: [code]}\n    any: {type: untyped, open: true}\n"));
  CHECK(catalogue.find("seen")->may_have("x"));
  CHECK_FALSE(catalogue.find("seen")->may_have("y"));
  CHECK(catalogue.find("on")->most == 1.0);
  CHECK(catalogue.find("h_seconds_bucket")->may_have("le"));
  CHECK_FALSE(catalogue.find("h_seconds_count")->may_have("le"));
  CHECK(catalogue.find("any")->may_have("z"));
  CHECK(catalogue.values("h_seconds_count", "code") == std::set<std::string>{"200"});
  CHECK(catalogue.values("seen", "x") == std::set<std::string>{"1"});
  CHECK_FALSE(catalogue.values("seen", "job"));
  auto const refused = [&](const std::string& text) {
    return message_of([&] { lint::Catalogue({}).add_declarations(directory.write("bad.yml", text)); });
  };
  CHECK_THAT(refused("metrics: {p: {m: {type: guage}}}\n"),
             Catch::EndsWith("bad.yml:1:25: expected one of `counter`, `gauge`, "
                             "`histogram`, `summary`, `untyped`, got `guage`"));
}

TEST_CASE("labels that only some installations have are declared for the metrics of a pattern") {
  TemporaryDirectory const directory;
  auto catalogue = catalogue_of("seen 1\n");
  catalogue.add_declarations(directory.write("o.yml", "optional_labels: {feed: se.*, addr: een}\n"));
  CHECK(catalogue.optional_labels("seen") == std::vector<std::string>{"feed"});
  CHECK(catalogue.optional_labels("other").empty());
  CHECK_THAT(
      message_of([&] { catalogue.add_declarations(directory.write("b.yml", "optional_labels: {x: (}\n")); }),
      Catch::Contains("b.yml:1:22: expected"));
}

TEST_CASE("jobs are those of the scrape configuration") {
  TemporaryDirectory const directory;
  auto catalogue = catalogue_of("up 1\n");
  catalogue.add_scrape_config(
      directory.write("p.yml", "global: {}\nscrape_configs:\n  - job_name: a\n  - {job_name: b, x: y}\n"));
  CHECK(catalogue.values("up", "job") == std::set<std::string>{"a", "b"});
  CHECK_THAT(message_of([&] { catalogue.add_scrape_config(directory.write("q.yml", "global: {}\n")); }),
             !Catch::Contains("job_name"));
  lint::Catalogue empty({});
  CHECK_THAT(message_of([&] { empty.add_scrape_config(directory.write("q.yml", "global: {}\n")); }),
             Catch::EndsWith("q.yml: expected scrape_configs with a job_name"));
}
