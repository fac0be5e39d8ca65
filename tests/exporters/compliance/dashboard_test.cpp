#include "exporters/compliance/dashboard.hpp"

#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "tests/exporters/page.hpp"

namespace fleet::exporters::compliance {
namespace {

using Catch::Matchers::Message;

const std::string good =
    R"({"status":"violations","last_check_unix":1700000000.5,"checks_total":42,"further":null,
  "frameworks":[{"name":"privacy_act_1988","status":"violations","open_violations":3},
                {"name":"evidence_act_1995","status":"compliant","open_violations":0}]})";

TEST_CASE("a dashboard is read whole") {
  auto const dashboard = parse_dashboard(good);
  CHECK(dashboard.status == "violations");
  CHECK(dashboard.last_check_unix == 1700000000.5);
  CHECK(dashboard.checks_total == 42);
  REQUIRE(dashboard.frameworks.size() == 2);
  CHECK(dashboard.frameworks[0].name == "privacy_act_1988");
  CHECK(dashboard.frameworks[0].open_violations == 3);
  CHECK(dashboard.frameworks[1].status == "compliant");
}

TEST_CASE("what is no dashboard is refused by the place that is wrong") {
  struct Bad {
    std::string json, message;
  };
  auto const bad = GENERATE(values<Bad>({
      {"[]", "expected a JSON object"},
      {R"({"last_check_unix":1,"checks_total":1,"frameworks":[]})", "missing key `status`"},
      {R"({"status":1,"last_check_unix":1,"checks_total":1,"frameworks":[]})", "`status`: expected a text"},
      {R"({"status":"x","last_check_unix":"1","checks_total":1,"frameworks":[]})",
       "`last_check_unix`: expected a number of at least 0"},
      {R"({"status":"x","last_check_unix":1,"checks_total":-1,"frameworks":[]})",
       "`checks_total`: expected a number of at least 0"},
      {R"({"status":"x","last_check_unix":1,"checks_total":1})", "missing key `frameworks`"},
      {R"({"status":"x","last_check_unix":1,"checks_total":1,"frameworks":{}})",
       "`frameworks`: expected a list"},
      {R"({"status":"x","last_check_unix":1,"checks_total":1,"frameworks":[7]})",
       "`frameworks[0]`: expected an object"},
      {R"({"status":"x","last_check_unix":1,"checks_total":1,"frameworks":[{"name":"a","status":"b"}]})",
       "missing key `frameworks[0].open_violations`"},
      {R"({"status":"x","last_check_unix":1,"checks_total":1,"frameworks":[{"name":null,"status":"b","open_violations":1}]})",
       "`frameworks[0].name`: expected a text"},
  }));
  CHECK_THROWS_MATCHES(parse_dashboard(bad.json), DashboardError, Message(bad.message));
}

TEST_CASE("what is not JSON is refused without being quoted") {
  auto const body = GENERATE(as<std::string>(), "", "<html>secret</html>", "{\"status\":\"secret",
                             "{} trailing secret", "nul", "\xFF\xFE");
  try {
    parse_dashboard(body);
    FAIL("accepted");
  } catch (const DashboardError& error) {
    CHECK_THAT(error.what(), !Catch::Matchers::Contains("secret"));
  }
  // An input that is nested to exhaust the stack.
  CHECK_THROWS_AS(parse_dashboard(std::string(100'000, '[')), DashboardError);
}

TEST_CASE("a dashboard's statuses become 0 and 1") {
  Families out;
  exporters::LabelLimit frameworks({"privacy_act_1988"}, 1);
  publish_dashboard(parse_dashboard(good), {"compliant", "ok"}, frameworks, out);
  testing::Page const page{Exposition::render(out, Format::text_0_0_4), true};
  CHECK(page.value("compliance_monitor_compliant") == 0);
  CHECK(page.value("compliance_monitor_last_check_timestamp_seconds") == 1700000000.5);
  CHECK(page.value("compliance_monitor_checks_total") == 42);
  CHECK(page.value(R"(compliance_monitor_framework_compliant{framework="privacy_act_1988"})") == 0);
  CHECK(page.value(R"(compliance_monitor_framework_compliant{framework="evidence_act_1995"})") == 1);
  CHECK(page.value(R"(compliance_monitor_open_violations{framework="privacy_act_1988"})") == 3);
}

TEST_CASE("frameworks that share a label are compliant together, and their violations add up") {
  Dashboard dashboard;
  dashboard.status = "ok";
  dashboard.frameworks = {{"a", "ok", 1}, {"b", "bad", 2}, {"c", "ok", 4}};
  Families out;
  exporters::LabelLimit frameworks({}, 0);
  publish_dashboard(dashboard, {"ok"}, frameworks, out);
  testing::Page const page{Exposition::render(out, Format::text_0_0_4), true};
  CHECK(page.value("compliance_monitor_compliant") == 1);
  CHECK(page.value(R"(compliance_monitor_framework_compliant{framework="other"})") == 0);
  CHECK(page.value(R"(compliance_monitor_open_violations{framework="other"})") == 7);
}

}  // namespace
}  // namespace fleet::exporters::compliance
