// What the command `check` calls a breach.
#include "exporters/compliance/judgements.hpp"

#include <catch2/catch.hpp>

#include "core/app/exit_status.hpp"
#include "exporters/checks/check_report.hpp"

namespace fleet::exporters::compliance {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

ViolationCount open(double count, double unacknowledged, double oldest) {
  ViolationCount violations;
  violations.recorded = count;
  violations.open = count;
  violations.unacknowledged = unacknowledged;
  violations.oldest_open_seconds = oldest;
  return violations;
}

CheckReport report_of(std::vector<Finding> findings) {
  CheckReport report;
  report.program = "compliance_exporter";
  report.findings = std::move(findings);
  return report;
}

TEST_CASE("an open violation is a breach unless its severity may have so many") {
  CheckLimits limits;
  limits.max_open["low"] = 2;
  auto const findings = judge_violations({{{"privacy_act_1988", "critical"}, open(1, 1, 90061)},
                                          {{"privacy_act_1988", "high"}, open(0, 0, 0)},
                                          {{"privacy_act_1988", "low"}, open(2, 0, 5)},
                                          {{"unknown", "low"}, open(3, 0, 5)}},
                                         limits);
  REQUIRE(findings.size() == 4);
  CHECK(findings[0].verdict == Verdict::breach);
  CHECK(findings[0].subject == "privacy_act_1988/critical");
  CHECK(findings[0].series ==
        R"(compliance_violations_open{framework="privacy_act_1988",severity="critical"})");
  CHECK(findings[0].value == 1);
  CHECK(findings[0].allowed == 0);
  CHECK(findings[0].detail == "1 open violation, the oldest for 1d 1h, 1 unacknowledged");
  CHECK(findings[1].verdict == Verdict::kept);
  CHECK(findings[2].verdict == Verdict::kept);
  CHECK(findings[3].verdict == Verdict::breach);
}

TEST_CASE("documents beyond their retention date are a breach above what is allowed") {
  CheckLimits limits;
  CHECK(judge_retention({0, 0}, limits).at(0).verdict == Verdict::kept);
  auto const over = judge_retention({3, 200000}, limits).at(0);
  CHECK(over.verdict == Verdict::breach);
  CHECK(over.detail == "3 documents kept beyond the retention date, longest for 2d 7h");
  limits.max_overdue_documents = 3;
  CHECK(judge_retention({3, 200000}, limits).at(0).verdict == Verdict::kept);
}

TEST_CASE("missing and incomplete Form 13s count together, and each is named") {
  Form13Count count;
  count.case_type = "property_settlement";
  count.due = 10;
  count.missing = 1;
  count.incomplete = 2;
  count.oldest_overdue_seconds = 3600;
  std::map<std::string, Form13Count> const counts{{"property_settlement", count}};
  CheckLimits limits;
  limits.max_form13_lacking = 2;
  auto const findings = judge_form13(counts, limits);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].verdict == Verdict::breach);
  CHECK(findings[0].detail == "Form 13 missing in 1 of 10 cases, longest due for 1h");
  CHECK(findings[1].verdict == Verdict::breach);
  CHECK(findings[1].series == R"(compliance_form13_incomplete_cases{case_type="property_settlement"})");
  limits.max_form13_lacking = 3;
  for (auto const& finding : judge_form13(counts, limits)) CHECK(finding.verdict == Verdict::kept);
}

TEST_CASE("a monitor that finds something is a breach, one that does not look is blind") {
  MonitorConfig config;
  std::chrono::system_clock::time_point const now{2000000000s};
  Dashboard dashboard;
  dashboard.status = "compliant";
  dashboard.last_check_unix = 2000000000 - 599;
  dashboard.frameworks = {{"privacy_act_1988", "compliant", 0}, {"evidence_act_1995", "compliant", 0}};
  auto findings = judge_monitor(dashboard, config, now);
  REQUIRE(findings.size() == 4);
  CHECK(exit_status(report_of(findings)) == app::exit_met);

  dashboard.frameworks[1].status = "violations";
  findings = judge_monitor(dashboard, config, now);
  CHECK(exit_status(report_of(findings)) == app::exit_missed);
  CHECK_THAT(summarize(findings), Contains("1 breach: monitor evidence_act_1995;"));

  dashboard.last_check_unix = 2000000000 - 601;
  findings = judge_monitor(dashboard, config, now);
  REQUIRE(findings.size() == 1);
  CHECK(exit_status(report_of(findings)) == app::exit_unmeasured);
  CHECK(findings[0].detail == "the monitor is blind: its last check was 10m 1s ago, allowed are 10m");
  dashboard.last_check_unix = 0;
  CHECK_THAT(judge_monitor(dashboard, config, now).at(0).detail, Contains("its last check was never"));
}

TEST_CASE("a breach beats what could not be measured, and nothing found is no success") {
  Finding kept;
  kept.verdict = Verdict::kept;
  Finding breach;
  breach.verdict = Verdict::breach;
  CHECK(exit_status(report_of({})) == app::exit_unmeasured);
  CHECK(exit_status(report_of({kept})) == app::exit_met);
  CHECK(exit_status(report_of({kept, unmeasured("a", "b", "c")})) == app::exit_unmeasured);
  CHECK(exit_status(report_of({breach, unmeasured("a", "b", "c")})) == app::exit_missed);
}

TEST_CASE("the table has what is wrong on top, and many kept requirements in one line") {
  std::vector<Finding> findings;
  for (int i = 0; i < 6; ++i) {
    Finding finding;
    finding.check = "violations";
    finding.subject = "framework/" + std::to_string(i);
    findings.push_back(at_most(std::move(finding), 0, 0));
  }
  Finding age;
  age.check = "withdrawals";
  age.subject = "ai_analysis\x1b[31m";
  age.series = "consent_withdrawal_oldest_pending_age_seconds{}";
  age.detail = "late";
  findings.push_back(at_most(std::move(age), 90000, 86400));
  auto const table = render(report_of(findings), report::Output::table);
  CHECK(table ==
        "CHECK        SUBJECT           RESULT  FOUND  ALLOWED  DETAIL\n"
        "withdrawals  ai_analysis?[31m  BREACH  1d 1h  1d       late\n"
        "violations   (6 requirements)  kept    -      -\n"
        "\n"
        "1 breach: withdrawals ai_analysis?[31m; 6 of 7 requirements kept\n");
}

TEST_CASE("JUnit has a failure for a breach and an error for what was not measured") {
  Finding breach;
  breach.check = "retention";
  breach.subject = "documents";
  breach.detail = "3 < 4 & \"5\"";
  auto const xml = render(report_of({at_most(breach, 3, 0), unmeasured("financial", "Form 13", "no table")}),
                          report::Output::junit);
  CHECK_THAT(xml,
             Contains(R"(<testsuites name="compliance_exporter check" tests="2" failures="1" errors="1")"));
  CHECK_THAT(
      xml,
      Contains(
          R"(<failure message="3 &lt; 4 &amp; &quot;5&quot;" type="breach">found 3, allowed 0</failure>)"));
  CHECK_THAT(xml, Contains(R"(<error message="no table" type="unmeasured">found -, allowed -</error>)"));
}

}  // namespace
}  // namespace fleet::exporters::compliance
