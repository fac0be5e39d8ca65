// The collectors of the register against a real PostgreSQL.
#include <catch2/catch.hpp>
#include <thread>

#include "exporters/compliance/cases.hpp"
#include "exporters/compliance/collectors.hpp"
#include "tests/exporters/page.hpp"
#include "tests/message_of.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::exporters::compliance {
namespace {

using namespace std::chrono_literals;
using testing::Page;
using testing::PostgresServer;

constexpr auto database = "legalllm_multiagent";
const std::string no_violation =
    R"(australian_legal_violations_total{framework="evidence_act_1995",severity="low"})";
const std::string violation =
    R"(australian_legal_violations_total{framework="privacy_act_1988",severity="critical"})";
const std::string recorded =
    R"(compliance_violations_recorded_total{framework="privacy_act_1988",severity="critical"})";
const std::string register_succeeds = R"(compliance_exporter_collector_success{collector="violations"})";

/// One server for all test cases; each begins with empty tables.
PostgresServer& server() {
  static PostgresServer one;
  static bool const loaded = (one.load_demo_schema(), true);
  (void)loaded;
  return one;
}

void sql(const std::string& text) { server().run_sql(text, database); }

/// An exporter's collectors as the program makes them, without its web server.
struct Exporter {
  explicit Exporter(const std::string& further = "", const std::string& now = "now()") {
    sql("TRUNCATE cases, documents, compliance_violations, privacy_consents, processing_events");
    auto const yaml = "database: {address: '" + server().address() +
                      "', user: fleet_monitor, database: legalllm_multiagent, connect_timeout: 1s}\n" + further;
    config = read_config(config::Document::parse(yaml, "test.yml"));
    for (auto& [name, query] : config.queries) {
      for (auto at = query.find("now()"); at != std::string::npos; at = query.find("now()", at + now.size())) {
        query.replace(at, 5, now);
      }
    }
    build();
  }
  void build() {
    set = std::make_shared<exporters::CollectorSet>("compliance_exporter",
                                                    make_collectors(config, memory, io.get_executor()));
  }
  Page scrape(std::chrono::milliseconds time = 10s) { return testing::collect(io, set, time); }

  asio::io_context io;
  Config config;
  std::shared_ptr<Memory> memory = std::make_shared<Memory>();
  std::shared_ptr<exporters::CollectorSet> set;
};

TEST_CASE("an empty register has a series of value 0 for each known framework and severity") {
  Exporter exporter;
  auto const page = exporter.scrape();
  CHECK(page.all_succeeded);
  CHECK(page.value("compliance_database_up") == 1);
  CHECK(page.value("compliance_last_successful_check_timestamp_seconds").value_or(0) > 1.7e9);
  std::size_t series = 0;
  for (std::size_t at = 0;
       (at = page.text.find("\naustralian_legal_violations_total{", at)) != std::string::npos; ++at)
    ++series;
  CHECK(series == 16);
  CHECK(page.value(violation) == 0);
  CHECK(page.value(no_violation) == 0);
  CHECK(page.value(recorded) == 0);
}

TEST_CASE("the page of a register that holds all kinds of rows") {
  Exporter exporter(
      "case_types: [property_settlement, parenting]\nlabel_limit: 2\nresponse_time_bounds: [1m, 5m, 1h]\n",
      "timestamptz '2026-11-23 08:00:00+00'");
  sql(R"(
INSERT INTO compliance_violations (framework, severity, rule, detected_at, acknowledged_at, resolved_at) VALUES
  ('privacy_act_1988', 'critical', 'open', '2026-11-23 07:00:00+00', NULL, NULL),
  ('privacy_act_1988', 'critical', 'acknowledged', '2026-11-23 06:00:00+00', '2026-11-23 06:01:00+00', NULL),
  ('privacy_act_1988', 'high', 'resolved', '2026-11-22 06:00:00+00', '2026-11-22 06:01:00.000001+00', '2026-11-22 07:00:00+00'),
  ('family_law_act_1975', 'low', 'long', '2026-11-20 06:00:00+00', '2026-11-22 06:00:00+00', '2026-11-22 07:00:00+00'),
  ('family_law_act_1975', 'low', 'stamps out of order', '2026-11-20 06:00:00+00', '2026-11-20 05:00:00+00', NULL),
  ('evidence_act_1995', 'medium', 'resolved, never acknowledged', '2026-11-20 06:00:00+00', NULL, '2026-11-20 06:05:00+00'),
  (E'state "law"\n', 'critical', 'unknown framework', '2026-11-23 07:59:00+00', NULL, NULL),
  ('unknown', 'odd', 'unknown severity', '2026-11-23 07:58:00+00', NULL, NULL),
  ('unknown too', 'odder', 'beyond the limit', '2026-11-23 07:57:00+00', NULL, NULL),
  ('zzz', 'oddest', 'beyond the limit', '2026-11-23 07:56:00+00', NULL, NULL);
INSERT INTO cases (case_type, form13_data) VALUES
  ('property_settlement', '{"income": 1}'), ('property_settlement', '{"income": 2}'), ('property_settlement', '{"income": 3}'),
  ('property_settlement', NULL), ('divorce', NULL);
INSERT INTO documents (status, retention_until, deleted_at) VALUES
  ('processed', '2026-11-22 08:00:00+00', NULL), ('processed', '2026-11-23 07:00:00+00', NULL),
  ('processed', '2026-11-22 08:00:00+00', '2026-11-22 09:00:00+00'), ('processed', '2027-11-22 08:00:00+00', NULL),
  ('processed', NULL, NULL);)");
  auto const page = testing::without_clock(exporter.scrape().text);
  CHECK(page == testing::golden("compliance/register.prom", page));
}

TEST_CASE("a violation is there while it is open, and recorded for ever") {
  Exporter exporter;
  CHECK(exporter.scrape().value(violation) == 0);
  sql("INSERT INTO compliance_violations (framework, severity, rule) VALUES ('privacy_act_1988', 'critical', "
      "'x')");
  auto page = exporter.scrape();
  CHECK(page.value(violation) == 1);
  CHECK(page.value(recorded) == 1);
  sql("INSERT INTO compliance_violations (framework, severity, rule) VALUES ('privacy_act_1988', 'critical', "
      "'y')");
  CHECK(exporter.scrape().value(recorded) == 2);
  sql("UPDATE compliance_violations SET resolved_at = now()");
  page = exporter.scrape();
  CHECK(page.value(violation) == 0);
  CHECK(page.value(recorded) == 2);

  SECTION("rows are purged, and another violation is recorded") {
    sql("DELETE FROM compliance_violations");
    CHECK(exporter.scrape().value(recorded) == 2);
    sql("INSERT INTO compliance_violations (framework, severity, rule) VALUES ('privacy_act_1988', 'critical', "
        "'z')");
    CHECK(exporter.scrape().value(recorded) == 3);
  }
  SECTION("rows are purged, and the configuration is reloaded") {
    sql("DELETE FROM compliance_violations");
    exporter.build();
    CHECK(exporter.scrape().value(recorded) == 2);
  }
}

TEST_CASE("what breaks one subject leaves the others alone") {
  Exporter exporter;
  struct Damage {
    std::string harm, mend, collector, lost;
  };
  auto const damage = GENERATE(values<Damage>({
      {"ALTER TABLE cases RENAME TO matters", "ALTER TABLE matters RENAME TO cases", "cases",
       "compliance_cases"},
      {"REVOKE SELECT ON documents FROM fleet_monitor", "GRANT SELECT ON documents TO fleet_monitor",
       "retention", "compliance_retention_overdue_documents"},
      {"ALTER TABLE compliance_violations RENAME acknowledged_at TO seen_at",
       "ALTER TABLE compliance_violations RENAME seen_at TO acknowledged_at", "violations",
       "compliance_violations_open"},
  }));
  CAPTURE(damage.harm);
  REQUIRE(exporter.scrape().all_succeeded);
  sql(damage.harm);
  auto const page = exporter.scrape();
  sql(damage.mend);
  CHECK_FALSE(page.all_succeeded);
  CHECK(page.value("compliance_exporter_collector_success{collector=\"" + damage.collector + "\"}") == 0);
  CHECK_FALSE(page.has_family(damage.lost));
  CHECK(page.value(R"(compliance_exporter_collector_success{collector="resolve_times"})") == 1);
  CHECK(page.value("compliance_database_up") == 1);
  CHECK(page.value(violation) == 0);
  CHECK(exporter.scrape().all_succeeded);
}

TEST_CASE("a configured query of another shape fails by its own name") {
  Exporter exporter(
      "queries: {cases: 'SELECT 1 AS cases, 1 AS with_form13', retention: 'SELECT 1 AS overdue, true || "
      "$$x$$'}\n");
  auto const page = exporter.scrape();
  CHECK(page.value(R"(compliance_exporter_collector_success{collector="cases"})") == 0);
  CHECK(page.value(R"(compliance_exporter_collector_success{collector="retention"})") == 0);
  CHECK(page.value(register_succeeds) == 1);
}

TEST_CASE("an error whose message would quote a row is reported without it") {
  Exporter exporter(
      R"(queries: {cases: "SELECT case_type, count(*) AS cases, count(case_type::int) AS with_form13 FROM cases GROUP BY 1"}
)");
  sql("INSERT INTO cases (case_type, status, created_at) VALUES ('Smith v Jones', 'open', now())");
  asio::io_context io;
  exporters::SqlSource source(io.get_executor(), exporter.config.database, exporter.config.queries);
  auto const reason =
      testing::message_of([&] { testing::run_on(io, source.read("cases", read_cases, Deadline::after(10s))); });
  CHECK_THAT(reason, Catch::Matchers::Contains("query `cases`: ") && Catch::Matchers::Contains("22P02"));
  CHECK_THAT(reason, !Catch::Matchers::Contains("Smith"));
}

TEST_CASE("a query that is switched off has no collector") {
  Exporter exporter("queries: {cases: off, retention: off, resolve_times: off}\n");
  auto const page = exporter.scrape();
  CHECK(page.all_succeeded);
  CHECK(page.text.find("collector=\"cases\"") == std::string::npos);
  CHECK_FALSE(page.has_family("compliance_violation_resolve_seconds"));
  CHECK(page.has_family("compliance_violation_acknowledge_seconds"));
}

TEST_CASE("a locked table does not hold up the others") {
  Exporter exporter;
  REQUIRE(exporter.scrape().all_succeeded);
  auto const locked = "DO $$ BEGIN LOCK TABLE cases; PERFORM pg_sleep(3); END $$";
  std::thread holder([&] { sql(locked); });  // holds the lock while pg_sleep() runs
  auto const is_locked = [] {
    return server().value(
               "SELECT count(*) FROM pg_locks WHERE relation = 'cases'::regclass AND mode = "
               "'AccessExclusiveLock'",
               database) == "1";
  };
  bool const began = testing::wait_until(is_locked);
  auto const begin = Deadline::Clock::now();
  auto const page = exporter.scrape();
  auto const took = Deadline::Clock::now() - begin;
  holder.join();
  REQUIRE(began);
  CHECK(took < 2500ms);
  CHECK(page.value(R"(compliance_exporter_collector_success{collector="cases"})") == 0);
  CHECK(page.value(R"(compliance_exporter_collector_success{collector="retention"})") == 1);
  CHECK(page.value(violation) == 0);
}

TEST_CASE("a stopped database is reported, and the open violations stay as they were last read") {
  Exporter exporter;
  sql("INSERT INTO compliance_violations (framework, severity, rule) VALUES ('privacy_act_1988', 'critical', "
      "'x')");
  auto const before = exporter.scrape();
  REQUIRE(before.value(violation) == 1);
  server().stop();
  auto const page = exporter.scrape();
  CHECK(page.value("compliance_database_up") == 0);
  CHECK(page.value(register_succeeds) == 0);
  CHECK(page.value(violation) == 1);
  CHECK(page.value(no_violation) == 0);
  CHECK_FALSE(page.has_family("compliance_violations_open"));
  auto const check = "compliance_last_successful_check_timestamp_seconds";
  CHECK(page.value(check) == before.value(check));

  // A process that has never read the register knows nothing, and says nothing.
  exporter.memory = std::make_shared<Memory>();
  exporter.build();
  auto const unknowing = exporter.scrape();
  CHECK_FALSE(unknowing.has_family("australian_legal_violations_total"));
  CHECK_FALSE(unknowing.has_family(check));
  CHECK(unknowing.value("compliance_database_up") == 0);

  server().start();
  auto const after = exporter.scrape();
  CHECK(after.all_succeeded);
  CHECK(after.value("compliance_database_up") == 1);
  CHECK(after.value(violation) == 1);
}

TEST_CASE("a restarted database is read again at once") {
  Exporter exporter;
  REQUIRE(exporter.scrape().all_succeeded);
  server().restart(PostgresServer::Stop::immediate);
  CHECK(exporter.scrape().all_succeeded);
}

TEST_CASE("a frozen database does not keep the page from its deadline") {
  Exporter exporter;
  sql("INSERT INTO compliance_violations (framework, severity, rule) VALUES ('privacy_act_1988', 'critical', "
      "'x')");
  bool const connected_before = GENERATE(true, false);
  CAPTURE(connected_before);
  if (connected_before) REQUIRE(exporter.scrape().value(violation) == 1);
  server().freeze();
  auto const begin = Deadline::Clock::now();
  auto const page = exporter.scrape(1500ms);
  auto const took = Deadline::Clock::now() - begin;
  server().thaw();
  CHECK(took < 1500ms);
  CHECK(page.value("compliance_database_up") == 0);
  CHECK(page.value(register_succeeds) == 0);
  CHECK(page.value(violation) == (connected_before ? std::optional(1.0) : std::nullopt));
  CHECK(testing::wait_until([&] { return exporter.scrape().all_succeeded; }));
  CHECK(exporter.scrape().value(violation) == 1);
}

TEST_CASE("scrapes that overlap agree") {
  Exporter exporter;
  sql("INSERT INTO compliance_violations (framework, severity, rule) SELECT 'privacy_act_1988', 'critical', "
      "'x' FROM "
      "generate_series(1, 7)");
  std::vector<Families> pages(5);
  std::size_t ended = 0;
  for (auto& families : pages) {
    awaitable<bool> work = exporter.set->collect(Deadline::after(5s), families);
    asio::co_spawn(exporter.io, std::move(work), [&](std::exception_ptr error, bool good) {
      CHECK_FALSE(error);
      CHECK(good);
      ++ended;
    });
  }
  while (ended < pages.size()) REQUIRE(exporter.io.run_one() == 1);
  for (auto const& families : pages) {
    Page const page{Exposition::render(families, Format::text_0_0_4), true};
    CHECK(page.value(violation) == 7);
    CHECK(page.value(recorded) == 7);
  }
}

TEST_CASE("what only listens where the database should be is a database that is down") {
  testing::SilentServer const silent;
  testing::GarbageServer const garbage("HTTP/1.1 400 Bad Request\r\n\r\n");
  testing::GarbageServer const closing("", testing::GarbageServer::Then::close);
  auto const port = GENERATE_REF(silent.port(), garbage.port(), closing.port());
  Exporter exporter;
  exporter.config.database.port = port;
  exporter.build();
  auto const begin = Deadline::Clock::now();
  auto const page = exporter.scrape(1500ms);
  CHECK(Deadline::Clock::now() - begin < 1500ms);
  CHECK(page.value("compliance_database_up") == 0);
  CHECK(page.value(R"(compliance_exporter_collector_success{collector="violations"})") == 0);

  exporter.config.database.port = server().port();
  exporter.build();
  CHECK(exporter.scrape().all_succeeded);
}

}  // namespace
}  // namespace fleet::exporters::compliance
