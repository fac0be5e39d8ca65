// `compliance_exporter check` and `consent_exporter check` against a real PostgreSQL: the same numbers as the
// page, a name and an exit code for each breach, a loud word for what cannot be seen, and no trace of a write.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "tests/exporters/one_shot.hpp"
#include "tests/exporters/page.hpp"
#include "tests/servers/http_get.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet {
namespace {

using Catch::Matchers::Contains;
using testing::OneShot;

constexpr auto database = "legalllm_multiagent";

testing::PostgresServer& server() {
  static testing::PostgresServer one(
      {"autovacuum = off", "log_statement = all", "log_line_prefix = 'user=%u '"});
  static bool const loaded = (one.load_demo_schema(), true);
  (void)loaded;
  return one;
}

void sql(const std::string& text) { server().run_sql(text, database); }

std::string dashboard(const std::string& status, const std::string& last_check) {
  auto const body = R"({"status":")" + status + R"(","last_check_unix":)" + last_check +
                    R"(,"checks_total":1,"frameworks":[{"name":"privacy_act_1988","status":")" + status +
                    R"(","open_violations":0}]})";
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string long_to_come = "9999999999";

/// Both programs with a configuration of their own, on empty tables.
struct Site {
  explicit Site(const std::string& monitor_answer = dashboard("compliant", long_to_come))
      : monitor(monitor_answer, testing::GarbageServer::Then::close) {
    sql("TRUNCATE cases, documents, compliance_violations, privacy_consents, processing_events");
    auto const database_yaml = "database: {address: '" + server().address() +
                               "', user: fleet_monitor, database: legalllm_multiagent}\n";
    compliance =
        directory.write("compliance.yml", database_yaml + "monitor: {url: 'http://" + monitor.address() +
                                              "/d'}\nform13: {sections: [income, property]}\n");
    consent = directory.write("consent.yml", database_yaml + "consent_types: [ai_analysis]\n");
  }
  OneShot check(std::vector<std::string> words = {}) const {
    return run("compliance_exporter", compliance, std::move(words));
  }
  OneShot check_consent(std::vector<std::string> words = {}) const {
    return run("consent_exporter", consent, std::move(words));
  }
  static OneShot run(const std::string& program, const std::string& file, std::vector<std::string> words) {
    std::vector<std::string> command{program, "check", "--config.file=" + file};
    command.insert(command.end(), words.begin(), words.end());
    return testing::run_program(std::move(command));
  }

  testing::TemporaryDirectory directory;
  testing::GarbageServer monitor;
  std::string compliance, consent;
};

struct Planted {
  std::string what, statement, only, named;
};

TEST_CASE("a compliant register is 0, each breach is 1 and is named") {
  Site site;
  sql("INSERT INTO cases (case_type, created_at, form13_data) VALUES ('property_settlement', now() - interval "
      "'60 days', "
      "'{\"income\": 1, \"property\": 2}'), ('property_settlement', now(), NULL), ('divorce', now() - interval "
      "'60 "
      "days', NULL)");
  sql("INSERT INTO documents (retention_until) VALUES (now() + interval '1 day'), (NULL)");
  sql("INSERT INTO compliance_violations (framework, severity, rule, resolved_at) VALUES ('evidence_act_1995', "
      "'low', 'x', now())");
  auto const good = site.check();
  INFO(good.output);
  CHECK(good.exit_code == 0);

  auto const planted = GENERATE(values<Planted>({
      {"violation",
       "INSERT INTO compliance_violations (framework, severity, rule) VALUES ('privacy_act_1988', 'high', 'x')",
       "violations", "privacy_act_1988/high"},
      {"retention", "INSERT INTO documents (retention_until) VALUES (now() - interval '3 hours 1 minute')",
       "retention", "1 document kept beyond the retention date, longest for 3h 1m"},
      {"missing",
       "INSERT INTO cases (case_type, created_at) VALUES ('property_settlement', now() - interval '30 days')",
       "financial", "Form 13 missing in 1 of 2 cases"},
      {"empty",
       "INSERT INTO cases (case_type, created_at, form13_data) VALUES ('property_settlement', now() - interval "
       "'30 "
       "days', '{}')",
       "financial", "Form 13 missing in 1 of 2 cases"},
      {"incomplete",
       "INSERT INTO cases (case_type, created_at, form13_data) VALUES ('property_settlement', now() - interval "
       "'30 "
       "days', '{\"income\": 1}')",
       "financial", "Form 13 incomplete in 1 of 2 cases"},
  }));
  CAPTURE(planted.what);
  sql(planted.statement);
  for (auto const& words : {std::vector<std::string>{}, std::vector<std::string>{"--only=" + planted.only}}) {
    auto const bad = site.check(words);
    INFO(bad.output);
    CHECK(bad.exit_code == 1);
    CHECK_THAT(bad.output, Contains("BREACH"));
    CHECK_THAT(bad.output, Contains(planted.named));
  }
  for (std::string const other : {"violations", "retention", "financial", "monitor"}) {
    if (other != planted.only) CHECK(site.check({"--only", other}).exit_code == 0);
  }
}

TEST_CASE("what the monitor says is judged, and so is whether it looks") {
  CHECK(Site(dashboard("violations", long_to_come)).check({"--only=monitor"}).exit_code == 1);
  auto const blind = Site(dashboard("compliant", "1700000000")).check({"--only=monitor"});
  CHECK(blind.exit_code == 3);
  CHECK_THAT(blind.output, Contains("the monitor is blind: its last check was"));
  auto const liar = Site("HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n").check();
  CHECK(liar.exit_code == 3);
  CHECK_THAT(liar.output, Contains("expected HTTP 200, got 500"));
}

TEST_CASE("consents: withdrawals not acted on, and data used without one") {
  Site site;
  sql("INSERT INTO privacy_consents (client_id, consent_type, granted_at, expires_at, withdrawn_at) VALUES "
      "(1, 'ai_analysis', now() - interval '9 days', NULL, NULL), "
      "(2, 'ai_analysis', now() - interval '9 days', NULL, now() - interval '2 hours'), "
      "(3, 'ai_analysis', now() - interval '9 days', now() - interval '1 day', NULL)");
  sql("INSERT INTO processing_events (client_id, consent_type) VALUES (1, 'ai_analysis')");
  auto const good = site.check_consent();
  INFO(good.output);
  REQUIRE(good.exit_code == 0);

  auto const planted = GENERATE(values<Planted>({
      {"withdrawal",
       "UPDATE privacy_consents SET withdrawn_at = now() - interval '25 hours 1 second' WHERE client_id = 2",
       "withdrawals", "1 withdrawn and not acted on, the oldest for 1d 1h"},
      {"after withdrawal", "INSERT INTO processing_events (client_id, consent_type) VALUES (2, 'ai_analysis')",
       "processing", "1 of 2 uses of data after the consent was withdrawn, of 1 client(s)"},
      {"after expiry", "INSERT INTO processing_events (client_id, consent_type) VALUES (3, 'ai_analysis')",
       "expired", "1 of 2 uses of data after the consent had expired"},
      {"without grant", "INSERT INTO processing_events (client_id, consent_type) VALUES (4, 'ai_analysis')",
       "ungranted", "1 of 2 uses of data for which no consent was ever granted"},
  }));
  CAPTURE(planted.what);
  sql(planted.statement);
  auto const bad = site.check_consent();
  INFO(bad.output);
  CHECK(bad.exit_code == 1);
  CHECK_THAT(bad.output, Contains(planted.named));
  for (std::string const check : {"withdrawals", "processing", "expired", "ungranted"})
    CHECK(site.check_consent({"--only=" + check}).exit_code == (check == planted.only ? 1 : 0));
}

TEST_CASE("a daily check may look at a longer window than the page") {
  Site site;
  sql("INSERT INTO processing_events (client_id, consent_type, processed_at) VALUES (4, 'ai_analysis', now() - "
      "interval "
      "'20 hours')");
  CHECK(site.check_consent().exit_code == 0);
  site.consent =
      site.directory.write("day.yml", testing::read_text(site.consent) + "check: {processing_window: 24h}\n");
  CHECK(site.check_consent().exit_code == 1);
}

void compare_with_page(const std::string& program, const std::string& file, std::size_t at_least) {
  auto const checked = Site::run(program, file, {"--output=json"});
  testing::Page const page{testing::run_program({program, "--once", "--config.file=" + file}).output};
  std::size_t compared = 0;
  auto const answer = boost::json::parse(checked.output);
  for (auto const& entry : answer.as_object().at("findings").as_array()) {
    auto const& finding = entry.as_object();
    std::string const series(finding.at("series").as_string());
    INFO(series);
    REQUIRE(page.value(series));
    auto const value = finding.at("value").to_number<double>();
    if (series.find("_age_seconds") != std::string::npos)
      CHECK(*page.value(series) == Approx(value).margin(30));
    else
      CHECK(*page.value(series) == value);
    ++compared;
  }
  CHECK(compared >= at_least);
}

TEST_CASE("a check has the numbers of the page") {
  Site site(dashboard("violations", long_to_come));
  sql("INSERT INTO compliance_violations (framework, severity, rule) SELECT framework, severity, 'x' FROM "
      "unnest(ARRAY['privacy_act_1988', 'evidence_act_1995', 'made up']) AS framework, unnest(ARRAY['high', "
      "'low']) AS "
      "severity, generate_series(1, 3)");
  sql("INSERT INTO documents (retention_until) SELECT now() - interval '1 day' FROM generate_series(1, 7)");
  sql("INSERT INTO cases (case_type, created_at) SELECT 'property_settlement', now() - interval '90 days' FROM "
      "generate_series(1, 5)");
  sql("INSERT INTO privacy_consents (client_id, consent_type, granted_at, withdrawn_at) SELECT client, "
      "'ai_analysis', "
      "now() - interval '9 days', now() - interval '2 days' FROM generate_series(1, 4) AS client");
  sql("INSERT INTO processing_events (client_id, consent_type) VALUES (1, 'ai_analysis'), (99, "
      "'court_filing')");
  compare_with_page("compliance_exporter", site.compliance, 16 + 2 + 1 + 2 + 3);
  compare_with_page("consent_exporter", site.consent, 1 + 3 * 2);
}

TEST_CASE("a table that is missing or a column that is renamed while the exporter runs is named") {
  Site site;
  auto const log = site.directory.path() / "log";
  auto const port = testing::free_port();
  testing::Process exporter(
      {{std::string(FLEET_BIN_DIR) + "/compliance_exporter", "--config.file=" + site.compliance,
        "--web.listen-address=127.0.0.1:" + std::to_string(port)},
       log,
       {},
       {},
       {}});
  REQUIRE(testing::wait_until([&] { return testing::accepts(port); }));
  auto const scrape = [&] { return testing::Page{testing::http_get(port, "/metrics").body}; };
  REQUIRE(scrape().value(R"(compliance_exporter_collector_success{collector="violations"})") == 1);

  struct Change {
    std::string away, back, collector, only, said;
  };
  for (auto const& change : std::vector<Change>{
           {"ALTER TABLE compliance_violations RENAME TO breaches",
            "ALTER TABLE breaches RENAME TO compliance_violations", "violations", "violations",
            "query `violations`: relation \"compliance_violations\" does not exist"},
           {"ALTER TABLE compliance_violations RENAME resolved_at TO closed_at",
            "ALTER TABLE compliance_violations RENAME closed_at TO resolved_at", "violations", "violations",
            "query `violations`: column \"resolved_at\" does not exist"},
           {"ALTER TABLE documents RENAME retention_until TO keep_until",
            "ALTER TABLE documents RENAME keep_until TO retention_until", "retention", "retention",
            "query `retention`: column \"retention_until\" does not exist"},
           {"REVOKE SELECT ON cases FROM fleet_monitor", "GRANT SELECT ON cases TO fleet_monitor", "form13",
            "financial", "query `form13`: permission denied for table cases"}}) {
    CAPTURE(change.away);
    sql(change.away);
    auto const blind = scrape();
    CHECK(blind.value("compliance_exporter_collector_success{collector=\"" + change.collector + "\"}") == 0);
    CHECK(blind.value("compliance_database_up") == 1);
    auto const checked = site.check({"--only=" + change.only});
    CHECK(checked.exit_code == 3);
    CHECK_THAT(checked.output, Contains(change.said));
    std::string escaped;
    for (char const c : change.said) escaped += c == '"' ? "\\\"" : std::string(1, c);
    CHECK_THAT(testing::read_text(log), Contains(escaped));
    sql(change.back);
    CHECK(scrape().value("compliance_exporter_collector_success{collector=\"" + change.collector + "\"}") == 1);
    CHECK(site.check({"--only=" + change.only}).exit_code == 0);
  }
}

TEST_CASE("a server that is away is unmeasured, bad words are usage") {
  Site site;
  auto const nowhere = site.directory.write(
      "nowhere.yml", "database: {address: '127.0.0.1:" + std::to_string(testing::free_port()) + "'}\n");
  auto const away = Site::run("compliance_exporter", nowhere, {});
  CHECK(away.exit_code == 3);
  CHECK_THAT(away.output, Contains("UNMEASURED"));
  CHECK(Site::run("compliance_exporter", nowhere, {"--only=monitor"}).exit_code == 3);
  auto const usage = site.check({"--only=retentoin"});
  CHECK(usage.exit_code == 2);
  CHECK_THAT(usage.output,
             Contains("--only: expected some of violations, retention, financial, monitor, got `retentoin`"));
  CHECK(site.check({"--output=xml"}).exit_code == 2);
  CHECK(Site::run("compliance_exporter", "/nonexistent.yml", {}).exit_code == 2);
  auto const unknown = testing::run_program({"consent_exporter", "chec"});
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.output, Contains("unknown command `chec`, did you mean check?"));
}

/// Rows ever written to the tables, and what was written in this way.
void plant(const std::string& statement) { sql(statement + "; SELECT pg_stat_force_next_flush()"); }
std::string writes() {
  return server().value(
      "SELECT tup_inserted + tup_updated + tup_deleted FROM pg_stat_database WHERE datname = "
      "current_database()",
      database);
}

/// The first word of each statement that the server has seen from the exporters' role.
std::map<std::string, int> first_words() {
  std::map<std::string, int> words;
  std::istringstream lines(server().process().output());
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("user=fleet_monitor LOG:")) continue;
    auto at = line.find(": ", line.find("LOG:") + 4);
    if (at == std::string::npos) continue;
    at = line.find_first_not_of(' ', at + 1);
    std::string following;
    if (at == std::string::npos && std::getline(lines, following)) {  // the SQL begins on the next line
      line = following;
      at = line.find_first_not_of(" \t");
    }
    ++words[line.substr(at, line.find(' ', at) - at)];
  }
  return words;
}

TEST_CASE("with the documented grants all of it works, nothing is written, and no id leaves") {
  Site site;
  plant(
      "INSERT INTO cases (id, case_type, created_at) VALUES (777000111, 'property_settlement', now() - "
      "interval '90 "
      "days')");
  plant(
      "INSERT INTO documents (id, case_id, batch_id, retention_until) VALUES (777000222, 777000111, "
      "'batch-777000333', now() - interval '1 day')");
  plant(
      "INSERT INTO compliance_violations (framework, severity, rule, case_id) VALUES ('privacy_act_1988', "
      "'high', "
      "'rule-777000444', 777000111)");
  plant(
      "INSERT INTO privacy_consents (client_id, consent_type, granted_at, withdrawn_at) VALUES (777000555, "
      "'ai_analysis', now() - interval '9 days', now() - interval '2 days')");
  plant("INSERT INTO processing_events (client_id, consent_type) VALUES (777000555, 'ai_analysis')");
  CHECK(server().value(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND "
            "has_table_privilege('fleet_monitor', oid, 'INSERT, UPDATE, DELETE, TRUNCATE')",
            database) == "0");
  auto const before = writes();
  std::string output;
  for (auto const& [program, file] :
       {std::pair("compliance_exporter", site.compliance), std::pair("consent_exporter", site.consent)}) {
    for (std::string const style : {"table", "json", "junit"}) {
      auto const checked = Site::run(program, file, {"--output=" + style});
      CHECK(checked.exit_code == 1);
      output += checked.output;
    }
    auto const page = testing::run_program({program, "--once", "--config.file=" + file});
    CHECK(page.exit_code == 0);
    output += page.output;
  }
  auto const html = (site.directory.path() / "month.html").string();
  auto const report = testing::run_program({"compliance_exporter", "report", "--config.file=" + site.compliance,
                                            "--month=2024-10", "--output=" + html});
  CHECK(report.output.empty());
  CHECK(report.exit_code == 0);
  output += testing::read_text(html);
  CHECK(output.size() > 10'000);
  CHECK_THAT(output, !Contains("777000"));
  CHECK(writes() == before);

  auto const words = first_words();
  std::string seen;
  for (auto const& [word, count] : words) seen += word + " ";
  CHECK(seen == "SELECT ");
  CHECK(words.at("SELECT") >= 8 + 10);
}

}  // namespace
}  // namespace fleet
