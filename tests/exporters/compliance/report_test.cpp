// `compliance_exporter report` on a planted register: its numbers are those of SQL written another way.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/exporters/one_shot.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/postgres_server.hpp"

namespace fleet {
namespace {

using Catch::Matchers::Contains;
using testing::OneShot;

constexpr auto database = "legalllm_multiagent";

/// October 2024: summer time began in Sydney on the 6th. Rows lie on and around the month's ends.
constexpr auto plant = R"(
SELECT setseed(0.4);
INSERT INTO compliance_violations (framework, severity, rule, detected_at, acknowledged_at, resolved_at)
SELECT (ARRAY['privacy_act_1988', 'family_law_act_1975', 'evidence_act_1995', 'spam_act_2003'])[1 + floor(random() * 4)::int],
       (ARRAY['critical', 'high', 'medium', 'low'])[1 + floor(random() * 4)::int], 'planted', found, NULL,
       CASE WHEN random() < 0.8 THEN found + random() * random() * interval '20 days' END
FROM (SELECT timestamptz '2024-09-15 00:00+10' + random() * interval '60 days' AS found FROM generate_series(1, 400)) AS drawn;
INSERT INTO compliance_violations (framework, severity, rule, detected_at, resolved_at) VALUES
  ('privacy_act_1988', 'high', 'first instant', '2024-10-01 00:00 Australia/Sydney', '2024-11-01 00:00 Australia/Sydney'),
  ('privacy_act_1988', 'high', 'just before', '2024-09-30 23:59:59.999 Australia/Sydney', '2024-10-31 23:59:59.999 Australia/Sydney'),
  ('privacy_act_1988', 'high', 'just after', '2024-11-01 00:00 Australia/Sydney', NULL);
INSERT INTO privacy_consents (client_id, consent_type, granted_at, expires_at, withdrawn_at, withdrawal_actioned_at)
SELECT client, (ARRAY['ai_analysis', 'court_filing'])[1 + client % 2], granted,
       CASE WHEN random() < 0.5 THEN granted + random() * interval '60 days' END, withdrawn,
       CASE WHEN random() < 0.7 THEN withdrawn + random() * interval '5 days' END
FROM (SELECT client, granted, CASE WHEN random() < 0.4 THEN granted + random() * interval '40 days' END AS withdrawn
      FROM (SELECT client, timestamptz '2024-08-20 00:00+10' + random() * interval '80 days' AS granted
            FROM generate_series(1, 300) AS client) AS grants) AS drawn;
INSERT INTO processing_events (client_id, consent_type, processed_at)
SELECT 1 + floor(random() * 330)::int, (ARRAY['ai_analysis', 'court_filing'])[1 + floor(random() * 2)::int],
       timestamptz '2024-09-20 00:00+10' + random() * interval '50 days'
FROM generate_series(1, 2000);
INSERT INTO documents (retention_until, deleted_at)
SELECT due, CASE WHEN random() < 0.6 THEN due + (random() - 0.3) * interval '20 days' END
FROM (SELECT timestamptz '2024-09-10 00:00+10' + random() * interval '70 days' AS due FROM generate_series(1, 500)) AS drawn;
INSERT INTO cases (case_type, created_at, form13_data)
SELECT (ARRAY['property_settlement', 'divorce'])[1 + floor(random() * 2)::int], timestamptz '2024-09-01 00:00+10' + random() * interval '60 days',
       (ARRAY[NULL, '{}', '{"income": 1}', '{"income": 1, "property": 2}'])[1 + floor(random() * 4)::int]::jsonb
FROM generate_series(1, 100))";

/// The month's bounds as PostgreSQL knows them.
constexpr auto bounds =
    "WITH b AS (SELECT timestamptz '2024-10-01 00:00 Australia/Sydney' AS f, timestamptz '2024-11-01 00:00 "
    "Australia/Sydney' AS t) ";

struct Site {
  explicit Site(const std::string& prometheus) {
    server.load_demo_schema();
    server.run_sql(plant, database);
    config = directory.write(
        "compliance.yml",
        "database: {address: '" + server.address() +
            "', user: fleet_monitor, database: legalllm_multiagent}\nform13: {sections: [income, "
            "property]}\nprometheus:\n  url: http://" +
            prometheus + "\n  timeout: 5s\n  availability: {Interface: 'up', Monitor: 'm'}\n");
  }
  OneShot report(const std::string& file, const std::string& month = "2024-10") const {
    return testing::run_program({"compliance_exporter", "report", "--config.file=" + config, "--month=" + month,
                                 "--output=" + path(file)});
  }
  std::string path(const std::string& file) const { return (directory.path() / file).string(); }
  /// The cells of one row, one blank between.
  std::string row(const std::string& select) const {
    auto const table = server.run_sql(bounds + select, database);
    std::string out;
    for (auto const& cell : table.at(0)) out += (out.empty() ? "" : " ") + cell;
    return out;
  }

  testing::PostgresServer server;
  testing::TemporaryDirectory directory;
  std::string config;
};

std::string answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// 744 hours of October 2024 in Sydney have 743 because summer time begins; one hour of them at 0.25.
std::string month_of_availability() {
  std::string values;
  for (long hour = 1; hour <= 743; ++hour) {
    auto const at = 1727704800 + 3600 * hour;
    values += (hour == 1 ? "[" : ",[") + std::to_string(at) + (hour == 100 ? ",\"0.25\"]" : ",\"1\"]");
  }
  return answer(R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[)" +
                values + "]}]}}");
}

/// Text with every run of blanks and every tag as one blank.
std::string words(const std::string& text) {
  std::string out;
  bool tag = false;
  for (char const c : text) {
    tag = tag || c == '<';
    if (tag || c == ' ' || c == '\n' || c == '\t' || c == '\f') {
      if (!out.ends_with(' ')) out += ' ';
    } else {
      out += c;
    }
    tag = tag && c != '>';
  }
  return out;
}

/// What must stand in the report, computed by other SQL than the report's.
std::vector<std::string> expected_rows(const Site& site) {
  std::vector<std::string> rows;
  for (std::string const framework :
       {"privacy_act_1988", "family_law_act_1975", "evidence_act_1995", "spam_act_2003"}) {
    rows.push_back(site.row(
        "SELECT '" + framework +
        "', sum((r AND severity = 'critical')::int), sum((r AND severity = 'high')::int), "
        "sum((r AND severity = 'medium')::int), sum((r AND severity = 'low')::int), sum(r::int), "
        "sum(coalesce(resolved_at BETWEEN f AND t - interval '1us', false)::int), "
        "sum((detected_at < t AND coalesce(resolved_at, 'infinity') >= t)::int) "
        "FROM (SELECT *, detected_at BETWEEN f AND t - interval '1us' AS r FROM compliance_violations, b) AS v "
        "WHERE framework = '" +
        framework + "'"));
  }
  rows.push_back(
      site.row("SELECT 'Violations recorded', (SELECT count(*) FROM compliance_violations, b WHERE "
               "to_char(detected_at AT TIME ZONE "
               "'Australia/Sydney', 'YYYY-MM') = '2024-10')"));
  for (std::string const type : {"ai_analysis", "court_filing"}) {
    rows.push_back(site.row(
        "SELECT '" + type +
        "', sum((granted_at >= f)::int), "
        "sum(coalesce(withdrawn_at >= f AND withdrawn_at < t, false)::int), "
        "sum(coalesce(expires_at >= f AND expires_at < t AND NOT coalesce(withdrawn_at < expires_at, false), "
        "false)::int), "
        "sum((least(coalesce(withdrawn_at, 'infinity'), coalesce(expires_at, 'infinity')) >= t)::int), "
        "sum((coalesce(withdrawn_at, 'infinity') < t AND coalesce(withdrawal_actioned_at, 'infinity') >= "
        "t)::int) FROM "
        "privacy_consents, b WHERE granted_at < t AND consent_type = '" +
        type + "'"));
    // A client has one consent at most, so that each use is judged by that one.
    rows.push_back(site.row(
        "SELECT '" + type +
        "', count(*), count(*) FILTER (WHERE granted_at <= processed_at AND withdrawn_at <= "
        "processed_at), "
        "count(*) FILTER (WHERE granted_at <= processed_at AND coalesce(withdrawn_at, 'infinity') > "
        "processed_at AND "
        "expires_at <= processed_at), "
        "count(*) FILTER (WHERE coalesce(granted_at, 'infinity') > processed_at) "
        "FROM processing_events LEFT JOIN privacy_consents USING (client_id, consent_type) CROSS JOIN b "
        "WHERE processed_at >= f AND processed_at < t AND consent_type = '" +
        type + "'"));
  }
  rows.push_back(
      site.row("SELECT 'whose retention ended in the month', (SELECT count(*) FROM documents, b WHERE "
               "retention_until >= f AND retention_until < t)"));
  rows.push_back(
      site.row("SELECT 'deleted, of all that were due', (SELECT count(*) FROM documents, b WHERE "
               "retention_until < t AND deleted_at >= f AND deleted_at < t)"));
  rows.push_back(
      site.row("SELECT 'overdue for deletion at the end', (SELECT count(*) FROM documents, b WHERE "
               "retention_until < t AND NOT coalesce(deleted_at < t, false))"));
  rows.push_back(site.row(
      "SELECT case_type, count(*), sum((coalesce(form13_data::text, '{}') = '{}')::int), "
      "sum((coalesce(form13_data::text, '{}') <> '{}' AND form13_data->'property' IS NULL)::int) FROM cases, b "
      "WHERE "
      "case_type = 'property_settlement' AND created_at <= t - interval '28 days' GROUP BY case_type"));
  rows.push_back(
      site.row("SELECT s.severity, count(*) FROM compliance_violations s, b WHERE resolved_at >= f AND "
               "resolved_at < t AND s.severity = 'medium' GROUP BY s.severity"));
  return rows;
}

TEST_CASE("the report's numbers are those of SQL, in HTML and in PDF") {
  testing::GarbageServer prometheus(month_of_availability(), testing::GarbageServer::Then::close);
  Site site(prometheus.address());
  auto const html = site.report("october.html");
  INFO(html.output);
  REQUIRE(html.exit_code == 0);
  CHECK(html.output.empty());
  auto const page = testing::read_text(site.path("october.html"));
  auto const pdf = site.report("october.pdf");
  INFO(pdf.output);
  REQUIRE(pdf.exit_code == 0);
  auto const file = site.path("october.pdf");
  auto const text = words(testing::run_command({"pdftotext", "-layout", file, "-"}));
  auto const shown = words(page);
  for (auto const& row : expected_rows(site)) {
    INFO(row);
    CHECK(row.find("  ") == std::string::npos);
    CHECK_THAT(shown, Contains(" " + row + " "));
    CHECK_THAT(text, Contains(" " + row + " "));
  }
  for (std::string const line : {"Compliance report, October 2024",
                                 "1 October 2024 00:00 AEST to 1 November 2024 00:00 AEDT (Australia/Sydney)",
                                 "Interface 99.899 % 45m missed 100 %"}) {
    CHECK_THAT(shown, Contains(line));
    CHECK_THAT(text, Contains(line));
  }
  CHECK_THAT(text, Contains("Page 1 of"));
  auto const facts = testing::run_command({"pdfinfo", file});
  CHECK_THAT(facts, Contains("(A4)"));
  CHECK_THAT(facts, Contains("Compliance report, October 2024"));
  CHECK_NOTHROW(testing::run_command({"pdftoppm", "-r", "40", "-png", file, site.path("page")}));
  CHECK(std::filesystem::exists(site.path("page-1.png")));
}

TEST_CASE("each day's bars hold what SQL counts for the day in Sydney") {
  testing::GarbageServer prometheus(month_of_availability(), testing::GarbageServer::Then::close);
  Site site(prometheus.address());
  REQUIRE(site.report("october.html").exit_code == 0);
  auto const page = testing::read_text(site.path("october.html"));
  auto const chart = page.find("Violations recorded each day");
  REQUIRE(chart != std::string::npos);
  auto const svg = page.substr(chart, page.find("</svg>", chart) - chart);
  // A bar is a rectangle; the legend's squares are five, one for each framework.
  std::size_t bars = 0;
  for (std::size_t at = 0; (at = svg.find("<rect", at)) != std::string::npos; ++at) ++bars;
  auto const days_and_frameworks = site.server.value(
      "SELECT count(*) FROM (SELECT DISTINCT framework, date_trunc('day', detected_at AT TIME ZONE "
      "'Australia/Sydney') "
      "FROM compliance_violations WHERE to_char(detected_at AT TIME ZONE 'Australia/Sydney', 'YYYY-MM') = "
      "'2024-10') "
      "AS d",
      database);
  CHECK(std::to_string(bars) == std::to_string(std::stol(days_and_frameworks) + 5));
}

TEST_CASE("what cannot be read is said in its section, by an exit code and on standard error") {
  Site site("127.0.0.1:" + std::to_string(testing::free_port()));
  auto const away = site.report("october.pdf");
  CHECK(away.exit_code == 3);
  CHECK_THAT(away.output, Contains("compliance_exporter: not measured: availability: "));
  auto const text = words(testing::run_command({"pdftotext", "-layout", site.path("october.pdf"), "-"}));
  CHECK_THAT(text, Contains("Could not be measured: Interface: "));
  CHECK_THAT(text, Contains("Incomplete: 1 reading failed"));
  CHECK_THAT(text, Contains("privacy_act_1988"));

  site.server.run_sql("ALTER TABLE documents RENAME deleted_at TO removed_at", database);
  CHECK(site.report("october.html").exit_code == 3);
  auto const page = testing::read_text(site.path("october.html"));
  CHECK_THAT(
      page, Contains("Could not be measured: query `retention`: column &quot;deleted_at&quot; does not exist"));
  CHECK_THAT(page,
             Contains("<tr><td>Documents overdue for deletion at the end</td><td>not measured</td></tr>"));
}

TEST_CASE("a month or a file that cannot be is usage") {
  testing::TemporaryDirectory directory;
  auto const config = directory.write("compliance.yml", "database: {address: 127.0.0.1:1}\n");
  auto const run = [&](std::vector<std::string> words) {
    std::vector<std::string> command{"compliance_exporter", "report", "--config.file=" + config};
    command.insert(command.end(), words.begin(), words.end());
    return testing::run_program(std::move(command));
  };
  std::string const output = "--output=" + (directory.path() / "r.html").string();
  for (std::string const month :
       {"2024-13", "2024-1", "october", "2024-00", "24-10-01", "2024/10", "-024-10"}) {
    auto const bad = run({"--month=" + month, output});
    CHECK(bad.exit_code == 2);
    CHECK_THAT(bad.output, Contains("--month: expected a month like 2026-10, got `" + month + "`"));
  }
  CHECK(run({"--month=9999-12", output}).exit_code == 2);
  CHECK(run({output}).exit_code == 2);
  CHECK(run({std::string("--month=2024-10")}).exit_code == 2);
  CHECK(run({std::string("--month=2024-10"), std::string("--output=report.doc")}).exit_code == 2);
  // No database: a report that says so.
  auto const nothing = run({std::string("--month=2024-10"), output});
  CHECK(nothing.exit_code == 3);
  CHECK_THAT(testing::read_text(directory.path() / "r.html"),
             Contains("Could not be measured: query `violations`: "));
  CHECK(run({std::string("--month=2024-10"), std::string("--output=/nonexistent/r.pdf")}).exit_code == 3);
}

}  // namespace
}  // namespace fleet
