// The collectors of the register of consents against a real PostgreSQL.
#include <catch2/catch.hpp>

#include "exporters/consent/collectors.hpp"
#include "tests/exporters/page.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::exporters::consent {
namespace {

using namespace std::chrono_literals;
using testing::Page;
using testing::PostgresServer;

/// One server for all test cases; each begins with empty tables.
PostgresServer& server() {
  static PostgresServer one;
  static bool const loaded = (one.load_demo_schema(), true);
  (void)loaded;
  return one;
}

void sql(const std::string& text) { server().run_sql(text, "legalllm_multiagent"); }

/// A register in which it is 08:00 on 23 November 2026, and the collectors that read it.
struct Exporter {
  explicit Exporter(const std::string& further = "consent_types: [ai_analysis]\n") {
    sql("TRUNCATE cases, documents, compliance_violations, privacy_consents, processing_events");
    auto const yaml = "database: {address: '" + server().address() +
                      "', user: fleet_monitor, database: legalllm_multiagent, connect_timeout: 1s}\n" + further;
    config = read_config(config::Document::parse(yaml, "test.yml"));
    std::string const now = "timestamptz '2026-11-23 08:00:00+00'";
    for (auto& [name, query] : config.queries) {
      for (auto at = query.find("now()"); at != std::string::npos; at = query.find("now()", at + now.size())) {
        query.replace(at, 5, now);
      }
    }
    build();
  }
  void build() {
    set = std::make_shared<exporters::CollectorSet>("consent_exporter",
                                                    make_collectors(config, memory, io.get_executor()));
  }
  Page scrape(std::chrono::milliseconds time = 10s) { return testing::collect(io, set, time); }

  asio::io_context io;
  Config config;
  std::shared_ptr<Memory> memory = std::make_shared<Memory>();
  std::shared_ptr<exporters::CollectorSet> set;
};

/// Of type ai_analysis. Times are of 2026-11-23, "07:30", or dates; "" is NULL.
void consent(int client, const std::string& granted, const std::string& expires = "",
             const std::string& withdrawn = "", const std::string& actioned = "") {
  auto const stamp = [](const std::string& text) {
    if (text.empty()) return std::string("NULL");
    return text.size() == 5 ? "'2026-11-23 " + text + ":00+00'" : "'" + text + " 00:00:00+00'";
  };
  sql("INSERT INTO privacy_consents (client_id, consent_type, granted_at, expires_at, withdrawn_at, "
      "withdrawal_actioned_at) "
      "VALUES (" +
      std::to_string(client) + ", 'ai_analysis', " + stamp(granted) + ", " + stamp(expires) + ", " +
      stamp(withdrawn) + ", " + stamp(actioned) + ")");
}

void use(int client, const std::string& at, const std::string& type = "ai_analysis") {
  sql("INSERT INTO processing_events (client_id, consent_type, processed_at) VALUES (" +
      std::to_string(client) + ", '" + type + "', '2026-11-23 " + at + ":00+00')");
}

const std::string of_type = R"({consent_type="ai_analysis"})";

TEST_CASE("empty tables have series of value 0 for each known type") {
  Exporter exporter;
  auto const page = exporter.scrape();
  CHECK(page.all_succeeded);
  CHECK(page.value("consent_database_up") == 1);
  CHECK(page.value("consent_last_successful_check_timestamp_seconds").value_or(0) > 1.7e9);
  for (std::string const name : {"consent_granted_total", "consent_active", "consent_withdrawn",
                                 "consent_expired", "consent_expiring_soon", "consent_withdrawals_pending",
                                 "consent_processing_after_withdrawal", "consent_processing_events"}) {
    CAPTURE(name);
    CHECK(page.value(name + of_type) == 0);
  }
}

TEST_CASE("a consent is in one of three states, and may expire soon") {
  Exporter exporter;
  auto const count = [&](const std::string& name) { return exporter.scrape().value(name + of_type); };
  SECTION("without an end") {
    consent(1, "2026-01-01");
    CHECK(count("consent_active") == 1);
    CHECK(count("consent_expiring_soon") == 0);
  }
  SECTION("ends in 30 days less 8 hours") {
    consent(1, "2026-01-01", "2026-12-23");
    CHECK(count("consent_active") == 1);
    CHECK(count("consent_expiring_soon") == 1);
  }
  SECTION("ends in 30 days and 16 hours") {
    consent(1, "2026-01-01", "2026-12-24");
    CHECK(count("consent_active") == 1);
    CHECK(count("consent_expiring_soon") == 0);
  }
  SECTION("ends now") {
    consent(1, "2026-01-01", "08:00");
    CHECK(count("consent_active") == 0);
    CHECK(count("consent_expired") == 1);
    CHECK(count("consent_expiring_soon") == 0);
  }
  SECTION("withdrawn, then past its end") {
    consent(1, "2026-01-01", "2026-11-01", "2026-10-01");
    CHECK(count("consent_active") == 0);
    CHECK(count("consent_expired") == 0);
    CHECK(count("consent_withdrawn") == 1);
  }
  CHECK(count("consent_granted_total") == 1);
}

TEST_CASE("a withdrawal is pending until it has been acted on") {
  Exporter exporter;
  consent(1, "2026-01-01", "", "07:00");
  consent(2, "2026-01-01", "", "06:00", "06:30");
  consent(3, "2026-01-01", "", "07:30");
  consent(4, "2026-01-01");
  auto page = exporter.scrape();
  CHECK(page.value("consent_withdrawals_pending" + of_type) == 2);
  CHECK(page.value("consent_withdrawal_oldest_pending_age_seconds" + of_type) == 3600);
  sql("UPDATE privacy_consents SET withdrawal_actioned_at = '2026-11-23 07:59:00+00' WHERE client_id IN (1, "
      "3)");
  page = exporter.scrape();
  CHECK(page.value("consent_withdrawals_pending" + of_type) == 0);
  CHECK(page.value("consent_withdrawal_oldest_pending_age_seconds" + of_type) == 0);
}

TEST_CASE("a use of data is judged by the consent of its own time") {
  Exporter exporter;
  struct Counts {
    double withdrawal, clients, expiry, without;
  };
  Counts expected{};
  double events = 1;
  SECTION("consent in force") {
    consent(1, "2026-01-01", "2027-01-01");
    use(1, "07:30");
  }
  SECTION("before the withdrawal") {
    consent(1, "2026-01-01", "", "07:31");
    use(1, "07:30");
  }
  SECTION("after the withdrawal, twice, one client") {
    consent(1, "2026-01-01", "", "07:00");
    use(1, "07:30");
    use(1, "07:45");
    events = 2;
    expected = {2, 1, 0, 0};
  }
  SECTION("after the withdrawal, two clients") {
    consent(1, "2026-01-01", "", "07:00");
    consent(2, "2026-01-01", "", "07:10");
    use(1, "07:30");
    use(2, "07:30");
    events = 2;
    expected = {2, 2, 0, 0};
  }
  SECTION("withdrawn, then granted again") {
    consent(1, "2026-01-01", "", "07:00");
    consent(1, "07:20");
    use(1, "07:30");
  }
  SECTION("withdrawn, then granted again, but later than the use") {
    consent(1, "2026-01-01", "", "07:00");
    consent(1, "07:40");
    use(1, "07:30");
    expected = {1, 1, 0, 0};
  }
  SECTION("granted twice, the later grant withdrawn") {
    consent(1, "2026-01-01");
    consent(1, "2026-02-01", "", "07:00");
    use(1, "07:30");
    expected = {1, 1, 0, 0};
  }
  SECTION("granted twice, the earlier grant withdrawn last") {
    consent(1, "2026-01-01", "", "07:00");
    consent(1, "2026-02-01");
    use(1, "07:30");
    expected = {1, 1, 0, 0};
  }
  SECTION("withdrawn and expired is withdrawn") {
    consent(1, "2026-01-01", "2026-11-01", "2026-10-01");
    use(1, "07:30");
    expected = {1, 1, 0, 0};
  }
  SECTION("expired") {
    consent(1, "2026-01-01", "2026-11-01");
    use(1, "07:30");
    expected = {0, 0, 1, 0};
  }
  SECTION("expired, then granted again") {
    consent(1, "2026-01-01", "2026-11-01");
    consent(1, "2026-11-02", "2027-11-02");
    use(1, "07:30");
  }
  SECTION("another client's consent") {
    consent(1, "2026-01-01");
    use(2, "07:30");
    expected = {0, 0, 0, 1};
  }
  SECTION("granted only after the use") {
    consent(1, "07:40");
    use(1, "07:30");
    expected = {0, 0, 0, 1};
  }
  SECTION("before the window") {
    consent(1, "2026-01-01", "", "2026-10-01");
    use(1, "06:59");
    events = 0;
  }
  auto const page = exporter.scrape();
  CHECK(page.value("consent_processing_events" + of_type) == events);
  CHECK(page.value("consent_processing_after_withdrawal" + of_type) == expected.withdrawal);
  CHECK(page.value("consent_processing_after_withdrawal_clients" + of_type) == expected.clients);
  CHECK(page.value("consent_processing_after_expiry" + of_type) == expected.expiry);
  CHECK(page.value("consent_processing_without_grant" + of_type) == expected.without);
}

TEST_CASE("the page of a register that holds all kinds of rows") {
  Exporter exporter("consent_types: [ai_analysis, court_filing]\nlabel_limit: 1\n");
  consent(1, "2026-01-01");
  consent(2, "2026-01-01", "2026-12-01");
  consent(3, "2026-01-01", "2026-11-01");
  consent(4, "2026-01-01", "", "07:00");
  consent(5, "2026-01-01", "", "06:00", "07:00");
  for (int client = 1; client <= 6; ++client) use(client, "07:45");
  sql(R"(INSERT INTO privacy_consents (client_id, consent_type, granted_at) VALUES
         (1, 'newsletter', '2026-01-01'), (1, E'wh"at\n', '2026-01-01'), (1, 'zzz', '2026-01-01'))");
  use(1, "07:50", "newsletter");
  use(2, "07:50", "zzz");
  auto const page = testing::without_clock(exporter.scrape().text);
  CHECK(page == testing::golden("consent/register.prom", page));
}

TEST_CASE("grants stay counted when rows are purged, over a reload too") {
  Exporter exporter;
  consent(1, "2026-01-01");
  consent(2, "2026-01-01");
  CHECK(exporter.scrape().value("consent_granted_total" + of_type) == 2);
  sql("DELETE FROM privacy_consents");
  exporter.build();
  auto const page = exporter.scrape();
  CHECK(page.value("consent_granted_total" + of_type) == 2);
  CHECK(page.value("consent_active" + of_type) == 0);
  consent(3, "2026-01-01");
  CHECK(exporter.scrape().value("consent_granted_total" + of_type) == 3);
}

TEST_CASE("what breaks one subject leaves the others alone") {
  Exporter exporter;
  struct Damage {
    std::string harm, mend, collector, lost;
  };
  auto const damage = GENERATE(values<Damage>({
      {"ALTER TABLE privacy_consents RENAME withdrawal_actioned_at TO done_at",
       "ALTER TABLE privacy_consents RENAME done_at TO withdrawal_actioned_at", "withdrawals",
       "consent_withdrawals_pending"},
      {"ALTER TABLE processing_events RENAME TO uses", "ALTER TABLE uses RENAME TO processing_events",
       "processing", "consent_processing_events"},
      {"REVOKE SELECT ON processing_events FROM fleet_monitor",
       "GRANT SELECT ON processing_events TO fleet_monitor", "processing",
       "consent_processing_after_withdrawal"},
  }));
  CAPTURE(damage.harm);
  REQUIRE(exporter.scrape().all_succeeded);
  sql(damage.harm);
  auto const page = exporter.scrape();
  sql(damage.mend);
  CHECK_FALSE(page.all_succeeded);
  CHECK(page.value("consent_exporter_collector_success{collector=\"" + damage.collector + "\"}") == 0);
  CHECK(page.value(R"(consent_exporter_collector_success{collector="consents"})") == 1);
  CHECK_FALSE(page.has_family(damage.lost));
  CHECK(page.value("consent_database_up") == 1);
  CHECK(page.value("consent_active" + of_type) == 0);
  CHECK(exporter.scrape().all_succeeded);
}

TEST_CASE("a stopped database is reported, and the time of the last check stays") {
  Exporter exporter;
  auto const check = "consent_last_successful_check_timestamp_seconds";
  auto const before = exporter.scrape();
  REQUIRE(before.value(check));
  server().stop();
  auto const page = exporter.scrape();
  CHECK(page.value("consent_database_up") == 0);
  CHECK(page.value(check) == before.value(check));
  CHECK(page.value(R"(consent_exporter_collector_success{collector="consents"})") == 0);
  CHECK_FALSE(page.has_family("consent_active"));
  server().start();
  auto const after = exporter.scrape();
  CHECK(after.all_succeeded);
  CHECK(after.value("consent_database_up") == 1);
}

TEST_CASE("a frozen database does not keep the page from its deadline") {
  Exporter exporter;
  REQUIRE(exporter.scrape().all_succeeded);
  server().freeze();
  auto const begin = Deadline::Clock::now();
  auto const page = exporter.scrape(1500ms);
  auto const took = Deadline::Clock::now() - begin;
  server().thaw();
  CHECK(took < 1500ms);
  CHECK(page.value("consent_database_up") == 0);
  CHECK(page.value(R"(consent_exporter_collector_success{collector="processing"})") == 0);
  CHECK(testing::wait_until([&] { return exporter.scrape().all_succeeded; }));
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
  CHECK(page.value("consent_database_up") == 0);
  CHECK(page.value(R"(consent_exporter_collector_success{collector="consents"})") == 0);

  exporter.config.database.port = server().port();
  exporter.build();
  CHECK(exporter.scrape().all_succeeded);
}

}  // namespace
}  // namespace fleet::exporters::consent
