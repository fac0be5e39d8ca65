#include <catch2/catch.hpp>

#include "core/metrics/exposition.hpp"
#include "exporters/compliance/cases.hpp"
#include "exporters/compliance/response_times.hpp"
#include "exporters/compliance/retention.hpp"
#include "exporters/compliance/violations.hpp"
#include "exporters/label_limit.hpp"
#include "exporters/rising_counts.hpp"
#include "tests/exporters/page.hpp"

namespace fleet::exporters::compliance {
namespace {

using exporters::LabelLimit;
using exporters::RisingCounts;
using testing::Page;

ViolationCount violations(std::string framework, std::string severity, double recorded, double open,
                          double unacknowledged = 0, double oldest = 0) {
  ViolationCount count;
  count.framework = std::move(framework);
  count.severity = std::move(severity);
  count.recorded = recorded;
  count.open = open;
  count.unacknowledged = unacknowledged;
  count.oldest_open_seconds = oldest;
  return count;
}

Page page_of(const Families& families) { return {Exposition::render(families, Format::text_0_0_4), true}; }

TEST_CASE("label values become clean") {
  CHECK(LabelLimit::clean("privacy_act_1988") == "privacy_act_1988");
  CHECK(LabelLimit::clean("  APP 6 / s. 13\n") == "APP 6 / s. 13");
  CHECK(LabelLimit::clean("a\"b\\c{d}\xC3\xA9") == "a_b_c_d___");
  CHECK(LabelLimit::clean("") == "unspecified");
  CHECK(LabelLimit::clean(" \t\n") == "unspecified");
  CHECK(LabelLimit::clean(std::string(65, 'x')) == std::string(64, 'x'));
}

TEST_CASE("a label has its known values and as many others as allowed, first come, first served") {
  LabelLimit limit({"a", "b"}, 2);
  CHECK(limit.label("x") == "x");
  CHECK(limit.label("a") == "a");
  CHECK(limit.label("y") == "y");
  CHECK(limit.label("z") == "other");
  CHECK(limit.label("b") == "b");
  CHECK(limit.label("x") == "x");
  CHECK(limit.label(" z ") == "other");
  CHECK(limit.known() == std::vector<std::string>{"a", "b"});

  LabelLimit none({"a"}, 0);
  CHECK(none.label("a") == "a");
  CHECK(none.label("x") == "other");
}

TEST_CASE("a count made of a table's size never goes down") {
  RisingCounts<std::string> counts;
  CHECK(counts.observe({{"a", 3}, {"b", 1}}) == std::map<std::string, double>{{"a", 3}, {"b", 1}});
  CHECK(counts.observe({{"a", 5}, {"b", 1}}).at("a") == 5);
  SECTION("rows are purged, and the next one is seen") {
    CHECK(counts.observe({{"a", 1}, {"b", 1}}).at("a") == 5);
    CHECK(counts.observe({{"a", 2}, {"b", 1}}).at("a") == 6);
  }
  SECTION("all rows of a key are gone, and it comes back") {
    CHECK(counts.observe({{"b", 1}}) == std::map<std::string, double>{{"a", 5}, {"b", 1}});
    CHECK(counts.observe({{"a", 2}, {"b", 1}}) == std::map<std::string, double>{{"a", 7}, {"b", 1}});
  }
}

TEST_CASE("every known framework has every known severity, zero if nothing is there") {
  LabelLimit frameworks({"f1", "f2"}, 1), severities({"s1", "s2"}, 1);
  auto const counts = by_label({}, frameworks, severities);
  REQUIRE(counts.size() == 4);
  for (auto const& [labels, count] : counts) {
    CHECK(count.framework == labels.first);
    CHECK(count.severity == labels.second);
    CHECK(count.open == 0);
    CHECK(count.recorded == 0);
  }
}

TEST_CASE("violations beyond the limits of their labels are added up under `other`") {
  LabelLimit frameworks({"f1"}, 1), severities({"s1"}, 0);
  auto const counts = by_label(
      {violations("f1", "s1", 4, 2, 1, 50), violations("f1", "s9", 1, 1, 0, 7), violations("new", "s1", 2, 0),
       violations("newer", "s1", 5, 3, 2, 90), violations("newest", "s1", 1, 1, 1, 10)},
      frameworks, severities);
  REQUIRE(counts.size() == 4);
  CHECK(counts.at({"f1", "s1"}).open == 2);
  CHECK(counts.at({"f1", "other"}).open == 1);
  CHECK(counts.at({"new", "s1"}).recorded == 2);
  auto const& other = counts.at({"other", "s1"});
  CHECK(other.recorded == 6);
  CHECK(other.open == 4);
  CHECK(other.unacknowledged == 3);
  CHECK(other.oldest_open_seconds == 90);
}

TEST_CASE("the runbook's metric is what is open, untyped") {
  LabelLimit frameworks({"f1"}, 1), severities({"s1", "s2"}, 1);
  auto const counts = by_label({violations("f1", "s1", 9, 2, 1, 50)}, frameworks, severities);
  Families out;
  publish_runbook_metric(counts, out);
  auto const page = page_of(out);
  CHECK(page.text.find("# TYPE australian_legal_violations_total untyped\n") != std::string::npos);
  CHECK(page.value(R"(australian_legal_violations_total{framework="f1",severity="s1"})") == 2);
  CHECK(page.value(R"(australian_legal_violations_total{framework="f1",severity="s2"})") == 0);
}

TEST_CASE("the age of a framework's oldest open violation is that of its oldest severity") {
  LabelLimit frameworks({"f1", "f2"}, 1), severities({"s1"}, 1);
  auto const counts = by_label({violations("f1", "s1", 1, 1, 1, 50), violations("f1", "s2", 1, 1, 1, 60)},
                               frameworks, severities);
  Families out;
  publish_violations(counts, {{{"f1", "s1"}, 12}}, out);
  auto const page = page_of(out);
  CHECK(page.value(R"(compliance_violation_oldest_open_age_seconds{framework="f1"})") == 60);
  CHECK(page.value(R"(compliance_violation_oldest_open_age_seconds{framework="f2"})") == 0);
  CHECK(page.value(R"(compliance_violations_recorded_total{framework="f1",severity="s1"})") == 12);
  CHECK(page.value(R"(compliance_violations_unacknowledged{framework="f1",severity="s2"})") == 1);
}

ResponseTimeBucket times(std::string severity, std::size_t bucket, double count, double seconds) {
  ResponseTimeBucket row;
  row.severity = std::move(severity);
  row.bucket = bucket;
  row.violations = count;
  row.seconds = seconds;
  return row;
}

TEST_CASE("buckets counted by the database become histograms that only rise") {
  LabelLimit severities({"high", "low"}, 0);
  ResponseTimeCounts counts;
  std::vector<double> const bounds = {60, 300};
  auto const first = histograms({times("high", 0, 2, 70), times("high", 2, 1, 900), times("odd", 1, 1, 100)},
                                bounds, severities, counts);
  REQUIRE(first.size() == 3);
  CHECK(first.at("high").counts == std::vector<std::uint64_t>{2, 0, 1});
  CHECK(first.at("high").sum == 970);
  CHECK(first.at("low").counts == std::vector<std::uint64_t>{0, 0, 0});
  CHECK(first.at("other").counts == std::vector<std::uint64_t>{0, 1, 0});

  // Two rows deleted, one new.
  auto const second =
      histograms({times("high", 0, 1, 35), times("high", 1, 1, 200)}, bounds, severities, counts);
  CHECK(second.at("high").counts == std::vector<std::uint64_t>{2, 1, 1});
  CHECK(second.at("high").sum == 970);
  CHECK(second.at("other").counts == std::vector<std::uint64_t>{0, 1, 0});

  // The same history under fewer bounds, after a reload.
  auto const third = histograms({times("high", 0, 1, 35), times("high", 7, 1, 200)}, {60}, severities, counts);
  CHECK(third.at("high").counts.size() == 2);
}

TEST_CASE("completion of Form 13 is a share of the cases, absent without any") {
  LabelLimit types({"property_settlement"}, 1);
  Families none;
  publish_cases({}, types, none);
  auto page = page_of(none);
  CHECK(page.value(R"(compliance_cases{case_type="property_settlement"})") == 0);
  CHECK_FALSE(page.has_family("compliance_form13_completion_ratio"));

  CaseCount settlement{"property_settlement", 8, 6}, parenting{"parenting", 3, 0}, third{"divorce", 1, 1};
  Families out;
  publish_cases({settlement, parenting, third}, types, out);
  page = page_of(out);
  CHECK(page.value(R"(compliance_cases{case_type="property_settlement"})") == 8);
  CHECK(page.value(R"(compliance_form13_completion_ratio{case_type="property_settlement"})") == 0.75);
  CHECK(page.value(R"(compliance_form13_completion_ratio{case_type="parenting"})") == 0);
  CHECK(page.value(R"(compliance_form13_completion_ratio{case_type="other"})") == 1);
}

}  // namespace
}  // namespace fleet::exporters::compliance
